"""Roll-back: an earlier run's snapshot becomes the plan of a new run; the partner is not asked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest import blobs
from ckanext.migration.harvest.decisions import Outcome
from ckanext.migration.harvest.errors import RollbackRefused
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot, HarvestSource
from ckanext.migration.harvest.staging import changed_fields
from ckanext.migration.harvest.work import Work

ENDED = ("finished", "needs-approval", "rolled-back")


def target(run: HarvestRun, source: HarvestSource) -> HarvestRun:
    """Check that a run can be rolled back to."""
    if run.source_id != source.id:
        raise RollbackRefused("This run belongs to another source.")
    if run.kind == "preview":
        raise RollbackRefused("This run was only a preview; nothing came of it.")
    if run.state not in ENDED:
        raise RollbackRefused(
            f"Run {run.number} is {run.state} and has no snapshot to go back to.",
            remedy="Choose a run that was carried through.",
        )
    return run


def stage(work: Work) -> None:
    """Plan the way back: restore what the target run had, withdraw what came later; then apply as always."""
    with work.step() as run:
        session = model.Session
        session.execute(sa.delete(HarvestSnapshot).where(HarvestSnapshot.run_id == run.id))
        then = sa.select(HarvestSnapshot).where(
            HarvestSnapshot.run_id == run.target_id, HarvestSnapshot.package_id.isnot(None)
        )
        rows = list(session.scalars(then.order_by(HarvestSnapshot.position, HarvestSnapshot.remote_id)))
        held = {
            record.remote_id: record
            for record in session.query(HarvestRecord).filter_by(source_id=run.source_id)
        }
        deleted = _deleted(run)
        contents = blobs.records(
            name for row in rows for name in (row.content_hash, held[row.remote_id].content_hash)
        )
        plans = [_plan(run, row, held[row.remote_id], deleted) for row in rows]
        for plan in plans:
            old, new = contents.get(plan["previous_hash"]), contents.get(plan["content_hash"])
            plan["changed"] = list(changed_fields(old, new)) if old and new and old != new else None
        named = {row.remote_id for row in rows}
        later = [entry for name, entry in sorted(held.items()) if name not in named]
        plans += [_later(run, entry) for entry in later if entry.state != "archived"]
        if plans:
            session.execute(insert(HarvestSnapshot), plans)
        run.complete, run.stable, run.phase = True, True, "apply"
        run.guard = {"reasons": [], "removals_held": False, "additions_held": False}


def _deleted(run: HarvestRun) -> set[str]:
    """Find the datasets that a person deleted here: they stay deleted (ID-05)."""
    query = (
        sa.select(HarvestRecord.package_id)
        .outerjoin(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            HarvestRecord.source_id == run.source_id,
            sa.or_(model.Package.id.is_(None), model.Package.state == "deleted"),
        )
    )
    return set(model.Session.scalars(query))


def _plan(run: HarvestRun, row: HarvestSnapshot, held: HarvestRecord, deleted: set[str]) -> dict[str, Any]:
    outcome = Outcome.UNCHANGED
    if held.package_id in deleted:
        outcome = Outcome.WITHDRAWN
    elif row.outcome == Outcome.ARCHIVED:
        outcome = Outcome.UNCHANGED if held.state == "archived" else Outcome.ARCHIVED
    elif held.state == "archived":
        outcome = Outcome.RESTORED
    elif held.content_hash != row.content_hash or held.private != row.private:
        outcome = Outcome.UPDATED
    return _row(run, row, outcome) | {"previous_hash": held.content_hash, "package_id": held.package_id}


def _later(run: HarvestRun, held: HarvestRecord) -> dict[str, Any]:
    report = held.report or {}
    return {
        "run_id": run.id,
        "remote_id": held.remote_id,
        "position": 0,
        "title": report.get("title"),
        "url": None,
        "package_id": held.package_id,
        "raw_hash": held.raw_hash,
        "content_hash": held.content_hash,
        "previous_hash": held.content_hash,
        "private": held.private,
        "confirmed": held.confirmed,
        "violations": report.get("violations", 0),
        "warnings": report.get("warnings", 0),
        "report": held.report,
        "changed": None,
        "outcome": Outcome.ARCHIVED,
    }


def _row(run: HarvestRun, row: HarvestSnapshot, outcome: Outcome) -> dict[str, Any]:
    kept = ("remote_id", "position", "title", "url", "raw_hash", "content_hash")
    seen = ("private", "confirmed", "violations", "warnings", "report")
    return {"run_id": run.id, "outcome": outcome, **{name: getattr(row, name) for name in (*kept, *seen)}}


def settle(work: Work) -> None:
    """Mark the runs that were undone, and pause the source: the next run would bring everything back."""
    with work.step() as run:
        goal = model.Session.get(HarvestRun, run.target_id)
        undone = sa.update(HarvestRun).where(
            HarvestRun.source_id == run.source_id,
            HarvestRun.number < run.number,
            HarvestRun.number > (goal.number if goal else run.number),
            HarvestRun.state.in_(("finished", "needs-approval")),
            HarvestRun.kind == "harvest",
        )
        model.Session.execute(undone.values(state="rolled-back"))
        source = model.Session.get(HarvestSource, run.source_id)
        if source is not None:
            source.state = "paused"
