"""The page of the open validator: paste, upload or link a record, get the report. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.migration import config
from ckanext.migration.logic import validating
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import words
from migration_schemas import guidance
from migration_schemas.checking import Checked, Document
from migration_schemas.errors import MigrationError
from migration_schemas.repairs import Repair, of_finding
from migration_schemas.report import Report

__all__ = ["migration_validator"]

migration_validator = Blueprint("migration_validator", __name__)

SEVERITIES = ("violation", "warning", "info")
SHOWN = 50
"""Records of which the page shows all findings; the files hold them all."""

EXAMPLE = """\
{
  "title_translated": {"en": "Internal displacement in Sudan, round 12"},
  "notes_translated": {"en": "Internally displaced persons by locality, from key informants in all states."},
  "identifier": "sudan-round-12",
  "publisher": [{"name": "Displacement data team"}],
  "contact": [{"email": "data@agency.example.org"}],
  "migration_theme": ["internal-displacement"],
  "spatial_coverage": ["Sudan"],
  "sensitivity_level": "high",
  "personal_data_status": ["non-personal"],
  "access_rights": "PUBLIC",
  "resources": [{"url": "https://agency.example.org/data"}]
}
"""


@migration_validator.get("/migration/validate")
def form() -> Any:
    """Show the form."""
    given = {"text": EXAMPLE if "example" in tk.request.args else ""}
    return _page(given)


@migration_validator.post("/migration/validate")
def answer() -> Any:
    """Check what was sent, and show the report or hand it out as a file."""
    given = _given()
    problem, document, status = "", None, 200
    try:
        tk.check_access("migration_validate", {"user": tk.g.user}, {})
        document = validating.examine(given)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not check records here."))
    except validating.BusyError:
        problem, status = validating.busy(), 503
    except tk.ValidationError as error:
        problem, status = " ".join(str(text) for text in error.error_summary.values()), 400
    except MigrationError as error:
        problem, status = error.told(language()), 400
    wanted = tk.request.form.get("format", "")
    if document is not None and wanted in validating.FORMATS:
        return _file(document, wanted)
    return _page(given, problem=problem, document=document), status


def _given() -> dict[str, Any]:
    """Return what was sent; a file counts before a text, a text before a link."""
    sent = tk.request.form
    given: dict[str, Any] = {"syntax": sent.get("syntax", ""), "name": ""}
    upload = tk.request.files.get("file")
    if upload is not None and upload.filename:
        # One byte more than is accepted: the reader then says that it is too much.
        data = upload.stream.read(config.validate_bytes() + 1)
        given["text"] = data
        given["name"] = upload.filename
        given["syntax"] = given["syntax"] or upload.filename.rpartition(".")[2]
    elif sent.get("text", "").strip():
        given["text"] = sent["text"]
    elif sent.get("url", "").strip():
        given["url"] = sent["url"].strip()
    return given


def _file(document: Document, wanted: str) -> Response:
    body = validating.written(document, wanted, language())
    response = Response(body, content_type=validating.FORMATS[wanted])
    name = "record.json" if wanted == "repaired" else f"report.{wanted}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(given: Mapping[str, Any], problem: str = "", document: Document | None = None) -> str:
    text = given.get("text") or ""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    repairable = document is not None and any(record.repairs() for record in document.records)
    extra = {
        "given": {**given, "text": shown},
        "problem": problem,
        "report": view(document) if document is not None else None,
        "most": tk.h.localised_filesize(config.validate_bytes()),
        "links": config.validate_links(),
        "formats": (
            ("ttl", "SHACL (Turtle)"),
            ("jsonld", "SHACL (JSON-LD)"),
            ("json", "JSON"),
            ("csv", "CSV"),
            *((("repaired", tk._("Repaired record (JSON)")),) if repairable else ()),
        ),
    }
    return tk.render("migration/validate.html", extra)


def view(document: Document) -> dict[str, Any]:
    """Return what the page shows of a document."""
    whole, lang = document.report, language()
    records = [_record(record, lang) for record in document.records[:SHOWN]]
    if document.elsewhere.findings:
        records.append(_record(Checked("", {}, document.elsewhere), lang))
    return {
        "conforms": whole.conforms,
        "partial": whole.partial,
        "violations": len(whole.violations),
        "warnings": len(whole.warnings),
        "notes": len(whole.notes),
        "count": len(document.records),
        "more": max(0, len(document.records) - SHOWN),
        "valid": sum(record.report.conforms for record in document.records),
        "records": records,
    }


def _record(record: Checked, lang: str) -> dict[str, Any]:
    return {
        "id": record.id,
        "title": record.title(lang),
        "conforms": record.report.conforms,
        "warnings": len(record.report.warnings),
        "unknown": record.unknown,
        "groups": grouped(record.report, lang, record.repairs()),
    }


def grouped(report: Report, lang: str, repairs: Collection[Repair] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return the findings of a report in words, by severity, each with its repair if there is one."""
    found: dict[str, list[dict[str, Any]]] = {severity: [] for severity in SEVERITIES}
    for finding in report.findings:
        label = finding.field_label(lang) if finding.field else tk._("Whole record")
        named = finding.field_label(words.profile_language())
        repair = of_finding(repairs, finding)
        found[finding.severity].append(
            {
                "label": label,
                "message": words.bare(finding.message(lang), named),
                "value": str(finding.value) if finding.value else "",
                "why": finding.why(lang),
                "example": finding.example(lang),
                "rule": finding.rule if finding.rule in guidance.rules() else "",
                "harm": finding.layer == "do-no-harm",
                "field": finding.field,
                "resource": finding.resource,
                "repair": {"id": repair.id, "shown": repair.shown(lang)} if repair else None,
            }
        )
    return found
