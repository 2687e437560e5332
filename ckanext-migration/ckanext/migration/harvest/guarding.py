"""Phase three: the finished list is judged before anything is written; an accident is held."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import Guard, Listed, Outcome, guard
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.work import Work

IN_CATALOGUE = ("current", "missing")


def judge(work: Work) -> None:
    """Ask the guard and write its verdict down, with the figures it rests on."""
    with work.step() as run:
        if run.guard is None:
            listed = figures(run)
            run.guard = _verdict(listed, guard(listed, work.limits))
        run.phase = "apply"
    crashpoint("guard-committed")


def figures(run: HarvestRun) -> Listed:
    """Count what the guard needs."""
    session = model.Session
    mine = HarvestSnapshot.run_id == run.id
    outcome = HarvestSnapshot.outcome
    known = session.scalar(
        sa.select(sa.func.count()).where(
            HarvestRecord.source_id == run.source_id, HarvestRecord.state.in_(IN_CATALOGUE)
        )
    )
    listed = session.scalar(sa.select(sa.func.count()).where(mine)) or 0
    added = session.scalar(sa.select(sa.func.count()).where(mine, outcome == Outcome.ADDED)) or 0
    missing = session.scalar(sa.select(sa.func.count()).select_from(absentees(run).subquery())) or 0
    return Listed(
        known=known or 0,
        listed=listed,
        added=added,
        missing=missing,
        complete=bool(run.complete),
        stable=bool(run.stable),
        agreement_changed=_agreement_changed(run),
    )


def absentees(run: HarvestRun) -> sa.Select[Any]:
    """Select the records of the source that are in the catalogue, but not in this run's list."""
    listed = sa.select(HarvestSnapshot.remote_id).where(
        HarvestSnapshot.run_id == run.id,
        HarvestSnapshot.outcome.notin_((Outcome.MISSING, Outcome.ARCHIVED)),
    )
    return (
        sa.select(HarvestRecord)
        .where(
            HarvestRecord.source_id == run.source_id,
            HarvestRecord.state.in_(IN_CATALOGUE),
            HarvestRecord.remote_id.notin_(listed),
        )
        .order_by(HarvestRecord.remote_id)
    )


def _agreement_changed(run: HarvestRun) -> bool:
    """Compare with the last run that was carried through (DL-06)."""
    last = (
        model.Session.query(HarvestRun.agreement)
        .filter(
            HarvestRun.source_id == run.source_id,
            HarvestRun.kind == "harvest",
            HarvestRun.state.in_(("finished", "needs-approval", "rolled-back")),
            HarvestRun.number < run.number,
            HarvestRun.agreement.isnot(None),
        )
        .order_by(HarvestRun.number.desc())
        .first()
    )
    return last is not None and last.agreement != run.agreement


def _verdict(listed: Listed, verdict: Guard) -> dict[str, Any]:
    return {
        "reasons": [str(reason) for reason in verdict.reasons],
        "removals_held": verdict.removals_held,
        "additions_held": verdict.additions_held,
        "known": listed.known,
        "listed": listed.listed,
        "added": listed.added,
        "missing": listed.missing,
    }
