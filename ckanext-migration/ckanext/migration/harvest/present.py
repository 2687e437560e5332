"""Sources, runs and records as dictionaries: what is shown, and nothing else; never a credential."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ckan import model

from ckanext.migration.harvest import counting
from ckanext.migration.harvest.model import HarvestRun, HarvestSnapshot, HarvestSource

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
        "state": row.state,
        "created_at": _instant(row.created_at),
        "updated_at": _instant(row.updated_at),
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
        "stopping": row.state == "running" and row.stop_requested,
        "phase": row.phase,
        "progress": {key: progress[key] for key in ("phase", "done", "total", "pages")},
        "counters": progress["counters"],
        "complete": row.complete,
        "stable": row.stable,
        "expected": row.expected,
        "guard": row.guard,
        "problems": row.problems or [],
        "error": row.error,
        "timings": row.timings or {},
        "seconds": round(sum((row.timings or {}).values()), 1),
        "requested_by": row.requested_by,
        "created_at": _instant(row.created_at),
        "started_at": _instant(row.started_at),
        "finished_at": _instant(row.finished_at),
        "heartbeat_at": _instant(row.heartbeat_at),
    }


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


def findings(report: dict[str, Any] | None, lang: str = "en") -> list[dict[str, Any]]:
    """Say the findings of a stored report in one language, else in English."""
    return [
        {
            **finding,
            **{
                key: finding[key].get(lang) or finding[key].get("en", "")
                for key in ("message", "field_label")
            },
        }
        for finding in (report or {}).get("findings", [])
    ]


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
