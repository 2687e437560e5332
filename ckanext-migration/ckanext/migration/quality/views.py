"""Pages: scorecards of one agency and of the registry; the scores of a dataset for machines."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from migration_schemas import rdf
from migration_schemas.quality import measurement

__all__ = ["migration_quality"]

PAGE = 20
MEDIA_TYPES = {
    "json": "application/json; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json; charset=utf-8",
}

migration_quality = Blueprint("migration_quality", __name__)


@migration_quality.get("/about/quality")
def registry() -> Any:
    """Show how good the descriptions are, agency by agency."""
    return _page(None)


@migration_quality.get("/organization/<name>/quality")
def agency(name: str) -> Any:
    """Show the scorecard of an agency."""
    try:
        found = tk.get_action("organization_show")(
            {}, {"id": name, "include_users": False, "include_groups": False, "include_extras": False}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such agency."))
    return _page(found)


def _page(group: dict[str, Any] | None) -> Any:
    page = tk.h.get_page_number(tk.request.args)
    given: dict[str, Any] = {"limit": PAGE, "offset": (page - 1) * PAGE}
    if group:
        given["organization"] = group["id"]
    try:
        card = tk.get_action("migration_quality_scorecard")({}, given)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not see this page."))
    more = card["count"] > page * PAGE
    return tk.render(
        "migration/quality/scorecard.html", {"card": card, "group_dict": group, "page": page, "more": more}
    )


@migration_quality.get("/dataset/<name>/score.<suffix>")
def score(name: str, suffix: str) -> Response:
    """Hand out the scores for machines: JSON, or the Data Quality Vocabulary as Turtle or JSON-LD."""
    if suffix not in MEDIA_TYPES:
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    try:
        found = tk.get_action("migration_quality_show")({}, {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    if suffix == "json":
        body = json.dumps(found, ensure_ascii=False, indent=2)
    else:
        address = tk.h.url_for("dataset.read", id=found["id"], qualified=True, locale="default")
        body = rdf.serialize(measurement.graph(address, found), suffix)
    return Response(body, content_type=MEDIA_TYPES[suffix])
