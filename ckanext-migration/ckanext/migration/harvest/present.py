"""Sources, runs and records as dictionaries: what is shown, and nothing else; never a credential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ckan import model

from ckanext.migration.harvest import counting
from ckanext.migration.harvest.model import (
    HarvestCorrection,
    HarvestRun,
    HarvestSnapshot,
    HarvestSource,
    HarvestTerm,
)
from ckanext.migration.harvest.trying import Trial
from migration_harvesters import options, registry
from migration_harvesters.options import Option
from migration_schemas import load
from migration_vocabularies import get

SHOWN_FIGURES = ("listed", "added", "updated", "unchanged", "missing", "archived", "invalid", "failed")
Reports = Mapping[tuple[str, str | None], dict[str, Any] | None]


def source(row: HarvestSource, last: HarvestRun | None) -> dict[str, Any]:
    """Show a source without its secrets."""
    group = model.Group.get(row.owner_org)
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title,
        "url": row.url,
        "protocol": row.protocol,
        "organization": {"id": row.owner_org, "name": group.name, "title": group.display_name}
        if group
        else None,
        "options": row.options,
        "has_credential": bool(row.credential),
        "allow_private": row.allow_private,
        "public": row.public,
        "notify": row.notify,
        "has_partner_link": bool(row.partner_key),
        "state": row.state,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
        "last_run": run(last, row) if last is not None else None,
    }


def run(row: HarvestRun, owner: HarvestSource) -> dict[str, Any]:
    """Show a run: state, progress, figures, and what a person has to decide."""
    progress = counting.progress(row)
    return {
        "id": row.id,
        "number": row.number,
        "source": owner.name,
        "kind": row.kind,
        "target_id": row.target_id,
        "state": row.state,
        "stopped": row.state == "queued" and row.stop_requested,
        "not_before": instant(row.not_before) if row.state == "queued" else None,
        "stopping": row.state == "running" and row.stop_requested,
        "phase": row.phase,
        "progress": {key: progress[key] for key in ("phase", "done", "total", "pages")},
        "counters": progress["counters"],
        "complete": row.complete,
        "stable": row.stable,
        "expected": row.expected,
        "changes": _changes(row),
        "guard": row.guard,
        "problems": row.problems or [],
        "error": row.error,
        "timings": row.timings or {},
        "seconds": round(sum((row.timings or {}).values()), 1),
        "requested_by": row.requested_by,
        "created_at": instant(row.created_at),
        "started_at": instant(row.started_at),
        "finished_at": instant(row.finished_at),
        "heartbeat_at": instant(row.heartbeat_at),
    }


def _changes(row: HarvestRun) -> dict[str, Any] | None:
    """Say what a run that read only changes builds on; None where the whole list was read."""
    noted = row.reading or {}
    if "basis" not in noted:
        return None
    return {"since": noted["since"], "after_run": noted["basis_number"], "whole_list": noted["whole_at"]}


def record(row: HarvestSnapshot, standing: Reports, lang: str = "en") -> dict[str, Any]:
    """Show one record of a run, its findings in words; `standing` are reports that still hold."""
    report = row.report or standing.get((row.remote_id, row.content_hash))
    return {
        "remote_id": row.remote_id,
        "title": row.title,
        "url": row.url,
        "package_id": row.package_id,
        "outcome": row.outcome,
        "applied": row.applied,
        "private": row.private,
        "confirmed": row.confirmed,
        "changed": row.changed or [],
        "kept": row.kept or [],
        "violations": row.violations,
        "warnings": row.warnings,
        "findings": findings(report, lang),
        "stage": row.stage,
        "error": row.error,
    }


def term(row: HarvestTerm, lang: str) -> dict[str, Any]:
    """Show a word of a partner with what it was taken for, and what else it may mean."""
    known = get(row.vocabulary)

    def concept(code: str | None) -> dict[str, Any] | None:
        found = known.get(code) if code else None
        return {"code": found.code, "label": found.label(lang)} if found else None

    return {
        "id": row.id,
        "value": row.value,
        "field": row.field,
        "vocabulary": row.vocabulary,
        "vocabulary_title": known.title(lang),
        "taken": concept(row.code),
        "confidence": row.confidence,
        "how": row.how,
        "records": row.records,
        "decision": row.decision,
        "decided": concept(row.decided_code),
        "decided_by": row.decided_by,
        "decided_at": instant(row.decided_at),
        "candidates": [
            {"code": match.concept.code, "label": match.concept.label(lang), "confidence": match.confidence}
            for match in known.candidates(row.value)[:5]
        ],
    }


def corrections(rows: Sequence[HarvestCorrection], lang: str) -> list[dict[str, Any]]:
    """Show corrections with the names of their fields and datasets."""
    fields = {field.name: field for field in load("dataset").fields}
    ids = [row.package_id for row in rows]
    query = model.Session.query(model.Package.id, model.Package.name, model.Package.title)
    named = {key: (name, title) for key, name, title in query.filter(model.Package.id.in_(ids))}
    return [
        {
            "id": row.id,
            "remote_id": row.remote_id,
            "package_id": row.package_id,
            "package_name": named.get(row.package_id, (None, None))[0],
            "title": named.get(row.package_id, (None, None))[1] or row.remote_id,
            "field": row.field,
            "field_label": fields[row.field].label(lang) if row.field in fields else row.field,
            "state": row.state,
            "value": row.value,
            "upstream": row.upstream,
            "incoming": row.incoming,
            "author": row.author,
            "reason": row.reason,
            "created_at": instant(row.created_at),
            "updated_at": instant(row.updated_at),
        }
        for row in rows
    ]


def protocol(name: str, lang: str) -> dict[str, Any]:
    """Show a protocol with its options, labels in one language; `options` is None where it takes anything."""
    known = registry.known_options(name)
    return {
        "name": name,
        "title": registry.title(name, lang),
        "address": registry.address(name, lang),
        "options": None if known is None else [_option(option, lang) for option in known],
    }


def _option(option: Option, lang: str) -> dict[str, Any]:
    return {
        "name": option.name,
        "label": options.said(option.label, lang),
        "help": options.said(option.help, lang),
        "kind": option.kind,
        "choices": list(option.choices),
        "default": option.default,
        "required": option.required,
        "minimum": option.minimum,
        "maximum": option.maximum,
        "example": option.example,
    }


def trial(found: Trial, lang: str) -> dict[str, Any]:
    """Show what came of a trial, findings in words."""
    fields = {field.name: field for field in load("dataset").fields}
    return {
        "expected": found.expected,
        "ended": found.ended,
        "problems": found.problems,
        "records": [{**row, "findings": findings(row, lang)} for row in found.records],
        "terms": [{**row, "field_label": _label(fields, str(row["field"]), lang)} for row in found.terms],
    }


def _label(fields: Mapping[str, Any], name: str, lang: str) -> str:
    return str(fields[name].label(lang)) if name in fields else name


def findings(report: dict[str, Any] | None, lang: str = "en") -> list[dict[str, Any]]:
    """Say the findings of a stored report in one language, else in English."""
    return [
        {
            **finding,
            **{key: in_language(finding[key], lang) for key in ("message", "field_label")},
        }
        for finding in (report or {}).get("findings", [])
    ]


def instant(moment: datetime | None) -> str | None:
    """Write a moment as ISO 8601, to the second."""
    return moment.isoformat(timespec="seconds") if moment else None


def in_language(texts: Mapping[str, str], lang: str) -> str:
    """Choose the text in a language, else in English."""
    return texts.get(lang) or texts.get("en", "")
