"""What changed between two runs, record by record and field by field, in a form that people can read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import blobs
from ckanext.migration.harvest.decisions import Outcome
from ckanext.migration.harvest.guarding import absentees
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.staging import changed_fields

GONE = (Outcome.ARCHIVED,)


def of_run(run: HarvestRun) -> dict[str, Any]:
    """Show what one run made different."""
    rows = _rows(run)
    kinds = {
        "added": (Outcome.ADDED,),
        "restored": (Outcome.RESTORED,),
        "missing": (Outcome.MISSING,),
        "removed": GONE,
    }
    found: dict[str, Any] = {
        name: [_line(row) for row in rows if row.outcome in outcomes] for name, outcomes in kinds.items()
    }
    if run.kind == "preview":
        found["missing"] = [_absent(record) for record in model.Session.scalars(absentees(run))]
    found["changed"] = [
        _line(row) | {"fields": row.changed or []} for row in rows if row.outcome == Outcome.UPDATED
    ]
    return found


def between(older: HarvestRun, newer: HarvestRun) -> dict[str, Any]:
    """Compare what was in force after two runs."""
    before, after = _in_force(older), _in_force(newer)
    both = [name for name in after if name in before]
    changed = [name for name in both if before[name].content_hash != after[name].content_hash]
    contents = blobs.records(rows[name].content_hash for name in changed for rows in (before, after))
    lines = []
    for name in changed:
        old = contents.get(before[name].content_hash or "")
        new = contents.get(after[name].content_hash or "")
        lines.append(_line(after[name]) | {"fields": list(changed_fields(old, new)) if old and new else []})
    return {
        "added": [_line(row) for name, row in after.items() if name not in before],
        "restored": [],
        "missing": [],
        "removed": [_line(row) for name, row in before.items() if name not in after],
        "changed": lines,
    }


def _in_force(run: HarvestRun) -> dict[str, HarvestSnapshot]:
    return {row.remote_id: row for row in _rows(run) if row.package_id and row.outcome not in GONE}


def _rows(run: HarvestRun) -> list[HarvestSnapshot]:
    query = sa.select(HarvestSnapshot).where(HarvestSnapshot.run_id == run.id)
    return list(model.Session.scalars(query.order_by(HarvestSnapshot.position, HarvestSnapshot.remote_id)))


def _absent(record: HarvestRecord) -> dict[str, Any]:
    title = (record.report or {}).get("title")
    return {"remote_id": record.remote_id, "title": title, "package_id": record.package_id}


def _line(row: HarvestSnapshot) -> dict[str, Any]:
    return {"remote_id": row.remote_id, "title": row.title, "package_id": row.package_id}
