"""The page on which an agency gets the spreadsheet, has it checked, and makes drafts of it."""

from __future__ import annotations

import base64
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.migration import config
from ckanext.migration.pages import words
from migration_schemas.bulk import template

__all__ = ["migration_bulk"]

migration_bulk = Blueprint("migration_bulk", __name__)


def _agency(name: str) -> dict[str, Any]:
    """Return the agency, or end: who may not create records for it has nothing to do here."""
    asked = {"id": name, "include_users": False, "include_groups": False, "include_extras": False}
    try:
        found: dict[str, Any] = tk.get_action("organization_show")({}, asked)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such agency."))
    try:
        tk.check_access("migration_bulk_upload", {"user": tk.g.user}, {"organization": found["id"]})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not add datasets for this agency."))
    return found


@migration_bulk.get("/organization/<name>/bulk")
def form(name: str) -> Any:
    """Show how it goes, and the field for the file."""
    return _page(_agency(name))


@migration_bulk.get("/migration/template-<lang>.xlsx")
def file(lang: str) -> Response:
    """Hand out the spreadsheet to fill in."""
    if lang not in template.LANGUAGES:
        return tk.abort(404, tk._("The template is made in the six languages of the United Nations."))
    found = tk.get_action("migration_bulk_template")({}, {"lang": lang})
    response = Response(base64.b64decode(found["content"]), content_type=found["media_type"])
    response.headers["Content-Disposition"] = f'attachment; filename="{found["name"]}"'
    return response


@migration_bulk.post("/organization/<name>/bulk")
def answer(name: str) -> Any:
    """Check the file, or store the drafts after it was checked."""
    agency = _agency(name)
    sent = tk.request.form
    upload = tk.request.files.get("file")
    given: dict[str, Any] = {"organization": agency["id"], "dry_run": sent.get("store") != "1"}
    if upload is not None and upload.filename:
        data = upload.stream.read(config.bulk_bytes() + 1)
        given |= {"content": base64.b64encode(data).decode("ascii"), "name": upload.filename}
    else:
        given |= {"content": sent.get("content", ""), "name": sent.get("name", "")}
    try:
        report = tk.get_action("migration_bulk_upload")({}, given)
    except tk.ValidationError as error:
        return _page(agency, fault=" ".join(str(text) for text in error.error_summary.values())), 400
    return _page(agency, report=report, given=given)


def _page(
    agency: dict[str, Any],
    fault: str = "",
    report: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
) -> str:
    counts = report["counts"] if report else {}
    for problem in (one for row in (report or {}).get("records", ()) for one in row["problems"]):
        problem["message"] = words.bare(problem["message"], problem["label"])
    extra = {
        "group_dict": agency,
        "problem": fault,
        "report": report,
        "given": given or {},
        "good": counts.get("created", 0) + counts.get("updated", 0),
        "most": f"{config.bulk_bytes() / 1024 / 1024:g} MB",
        "most_rows": config.bulk_rows(),
        "languages": list(template.LANGUAGES.items()),
    }
    return tk.render("migration/bulk.html", extra)
