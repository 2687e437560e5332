"""Pages of the root plugin that CKAN does not have: quality, publishing a draft, all values of a facet."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

import migration_schemas
from ckanext.migration import facets, shared
from ckanext.migration.export.views import export
from ckanext.migration.logic import visibility
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import facet_page, form
from ckanext.migration.pages.terms import migration_terms
from ckanext.migration.pages.validator import grouped, migration_validator
from migration_schemas import rdf

__all__ = ["export", "migration", "migration_terms", "migration_validator"]

migration = Blueprint("migration", __name__)

NOT_FOUND = "Dataset not found or you have no permission to view it"
MEDIA_TYPES = {"json": "application/json; charset=utf-8", "ttl": "text/turtle; charset=utf-8"}


def _package(name: str) -> dict[str, Any]:
    """Return a package, or end as for an unknown one: what is hidden is not to be told apart."""
    try:
        return tk.get_action("package_show")({"for_view": True}, {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._(NOT_FOUND))


@migration.get("/dataset/<name>/quality")
def quality(name: str) -> Any:
    """Show the report in words: what is good, what to repair."""
    package = _package(name)
    report = shared.report(visibility.whole(package["id"]))
    lang = language()
    fields = {field["field_name"]: field for field in _fields()}
    groups = grouped(report, lang)
    for row in (row for rows in groups.values() for row in rows):
        field = fields.get(row["field"] or "")
        row["target"] = form.target(field) if field and row["resource"] is None else ""
    extra = {
        "pkg_dict": package,
        "dataset_type": package["type"],
        "groups": groups,
        "conforms": report.conforms,
        "good": _good(package, {finding.field for finding in report.findings}),
        "may_edit": tk.h.check_access("package_update", {"id": package["id"]}),
    }
    return tk.render("migration/quality.html", extra)


def _fields() -> list[dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return list(schema.get("dataset_fields") or [])


def _good(package: dict[str, Any], wrong: set[str | None]) -> list[str]:
    """Return the labels of filled fields that matter and that nothing was said about."""
    lang = language()
    return [
        field.label(lang)
        for field in migration_schemas.load("dataset").fields
        if field.level in {"mandatory", "recommended"} and package.get(field.name) and field.name not in wrong
    ]


@migration.get("/dataset/<name>/quality.<suffix>")
def quality_file(name: str, suffix: str) -> Response:
    """Hand out the report for machines: JSON, or sh:ValidationReport as Turtle."""
    if suffix not in MEDIA_TYPES:
        return tk.abort(404, tk._(NOT_FOUND))
    package = _package(name)
    if suffix == "json":
        found = tk.get_action("migration_dataset_validate")({}, {"id": package["id"]})
        body: Any = json.dumps(found, ensure_ascii=False, indent=2)
    else:
        body = rdf.serialize(shared.report(visibility.whole(package["id"])).to_graph(), "ttl")
    return Response(body, content_type=MEDIA_TYPES[suffix])


@migration.post("/dataset/<name>/publish")
def publish(name: str) -> Any:
    """Publish a draft, or say on the quality page what is missing."""
    package = _package(name)
    try:
        tk.get_action("package_patch")({}, {"id": package["id"], "state": "active"})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not publish this dataset."))
    except tk.ValidationError:
        tk.h.flash_error(tk._("Not published yet: the points under “To repair” come first."))
        return tk.redirect_to("migration.quality", name=package["name"])
    tk.h.flash_success(tk._("The dataset is published."))
    return tk.redirect_to("dataset.read", id=package["name"])


@migration.get("/dataset/filter/<name>")
def facet(name: str) -> Any:
    """Show all values of a facet in the search of the address, with a field to find one."""
    title = facets.titles().get(name)
    if title is None:
        return tk.abort(404, tk._("There is no facet of this name"))
    try:
        found = facet_page.view(name, title)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not search here."))
    part = "migration/snippets/facet_values.html" if tk.request.args.get("_part") else "migration/facet.html"
    return tk.render(part, found)
