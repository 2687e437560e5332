"""Pages: scorecards of one agency and of the registry."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

__all__ = ["migration_quality"]

PAGE = 20

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
