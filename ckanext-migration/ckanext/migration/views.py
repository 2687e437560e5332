"""Pages of the root plugin that CKAN does not have: quality, publishing a draft, all values of a facet."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

import migration_schemas
from ckanext.migration import facets
from ckanext.migration.export.views import export
from ckanext.migration.logic import repairing, validating, visibility
from ckanext.migration.logic.publishing import REFUSED, language
from ckanext.migration.pages import facet_page, form
from ckanext.migration.pages.bulk import migration_bulk
from ckanext.migration.pages.compare import migration_comparison
from ckanext.migration.pages.conditions import migration_conditions
from ckanext.migration.pages.drafts import migration_drafts
from ckanext.migration.pages.needs import migration_needs
from ckanext.migration.pages.rules import migration_rules
from ckanext.migration.pages.terms import migration_terms
from ckanext.migration.pages.validator import grouped, migration_validator
from migration_schemas.checking import Checked, Document
from migration_schemas.kinds import NEED, kind_of

__all__ = [
    "export",
    "migration",
    "migration_bulk",
    "migration_comparison",
    "migration_conditions",
    "migration_drafts",
    "migration_needs",
    "migration_rules",
    "migration_terms",
    "migration_validator",
]

migration = Blueprint("migration", __name__)

NOT_FOUND = "Dataset not found or you have no permission to view it"
FILES = ("json", "csv", "ttl", "jsonld")


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
    report = visibility.report({"user": tk.g.user}, visibility.whole(package["id"]))
    lang = language()
    fields = {field["field_name"]: field for field in _fields(package["type"])}
    may_edit = tk.h.check_access("package_update", {"id": package["id"]})
    repairs = repairing.proposed(visibility.whole(package["id"])) if may_edit else ()
    groups = grouped(report, lang, repairs)
    for row in (row for rows in groups.values() for row in rows):
        field = fields.get(row["field"] or "")
        row["target"] = form.target(field) if field and row["resource"] is None else ""
    extra = {
        "pkg_dict": package,
        "dataset_type": package["type"],
        "groups": groups,
        "conforms": report.conforms,
        "good": _good(package, {finding.field for finding in report.findings}),
        "may_edit": may_edit,
        "repairs": [one.as_dict(lang) for one in repairs],
    }
    return tk.render("migration/quality.html", extra)


def _fields(kind: str) -> list[dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema(kind) or {}
    return list(schema.get("dataset_fields") or [])


def _good(package: dict[str, Any], wrong: set[str | None]) -> list[str]:
    """Return the labels of filled fields that matter and that nothing was said about."""
    lang = language()
    return [
        field.label(lang)
        for field in migration_schemas.load(kind_of(package)).fields
        if field.level in {"mandatory", "recommended"} and package.get(field.name) and field.name not in wrong
    ]


@migration.post("/dataset/<name>/repair")
def repair(name: str) -> Any:
    """Apply the repairs that were chosen, and come back to the report."""
    package = _package(name)
    given = {"id": package["id"], "repairs": tk.request.form.getlist("repair")}
    try:
        done = tk.get_action("migration_repair")({}, given)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not edit this dataset."))
    except tk.ValidationError as error:
        reasons = " ".join(str(text) for text in error.error_summary.values())
        tk.h.flash_error(tk._("Nothing was changed. {reasons}").format(reasons=reasons))
        return tk.redirect_to("migration.quality", name=package["name"])
    number = len(done["repairs"])
    if number:
        text = tk.ungettext("{number} value was repaired.", "{number} values were repaired.", number)
        tk.h.flash_success(text.format(number=number))
    if done["gone"]:
        tk.h.flash_notice(tk._("The record has changed meanwhile. Look at what is left to repair."))
    return tk.redirect_to("migration.quality", name=package["name"])


@migration.get("/dataset/<name>/quality.<suffix>")
def quality_file(name: str, suffix: str) -> Response:
    """Hand out the report for machines: JSON, a table, or sh:ValidationReport as Turtle or JSON-LD."""
    if suffix not in FILES:
        return tk.abort(404, tk._(NOT_FOUND))
    package = _package(name)
    if suffix == "json":
        found = tk.get_action("migration_dataset_validate")({}, {"id": package["id"]})
        body: Any = json.dumps(found, ensure_ascii=False, indent=2)
    else:
        report = visibility.report({"user": tk.g.user}, visibility.whole(package["id"]))
        checked = Checked(package["name"], package.get("title_translated") or {}, report)
        body = validating.written(Document((checked,)), suffix, language())
    response = Response(body, content_type=validating.FORMATS[suffix])
    if suffix == "csv":
        response.headers["Content-Disposition"] = f'attachment; filename="{package["name"]}-report.csv"'
    return response


@migration.post("/dataset/<name>/publish")
def publish(name: str) -> Any:
    """Publish a draft, or say on the quality page what is missing."""
    package = _package(name)
    try:
        tk.get_action("package_patch")({}, {"id": package["id"], "state": "active"})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not publish this dataset."))
    except tk.ValidationError as error:
        if refused := error.error_dict.get(REFUSED):
            tk.h.flash_error(" ".join(refused))
            return tk.redirect_to(f"{package['type']}.read", id=package["name"])
        tk.h.flash_error(tk._("Not published yet: the points under “To repair” come first."))
        return tk.redirect_to("migration.quality", name=package["name"])
    said = tk._("The need is published.") if kind_of(package) == NEED else tk._("The dataset is published.")
    tk.h.flash_success(said)
    return tk.redirect_to(f"{package['type']}.read", id=package["name"])


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
