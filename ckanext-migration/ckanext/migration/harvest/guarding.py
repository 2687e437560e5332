"""Phase three: the finished list is judged before anything is written; an accident is held."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import blobs
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import NOT_LISTED, Guard, Listed, Outcome, guard
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.work import Work
from migration_schemas import Record
from migration_vocabularies.matching import fold

IN_CATALOGUE = ("current", "missing")
SHORTEST_TITLE = 3
AT_ONCE = 200


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
    listed = session.scalar(sa.select(sa.func.count()).where(mine, outcome.notin_(NOT_LISTED))) or 0
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
        **_worsened(run),
    )


def _worsened(run: HarvestRun) -> dict[str, int]:
    """Count the updates that look like damage at the partner; what our own rules changed is not counted."""
    row, held = HarvestSnapshot, HarvestRecord
    repeated = (
        sa.select(row.title).where(row.run_id == run.id).group_by(row.title).having(sa.func.count() > 1)
    )
    before = held.report["title"].as_string()
    bare = sa.or_(sa.func.coalesce(sa.func.length(row.title), 0) < SHORTEST_TITLE, row.title == row.remote_id)
    title = sa.and_(row.title != before, sa.or_(bare, row.title.in_(repeated)))
    grade = sa.tuple_(row.violations, row.warnings) > sa.tuple_(
        sa.func.coalesce(held.report["violations"].as_integer(), 0),
        sa.func.coalesce(held.report["warnings"].as_integer(), 0),
    )
    updated = (row.run_id == run.id, row.outcome == Outcome.UPDATED, row.content_hash != row.previous_hash)
    query = (
        sa.select(sa.func.count().filter(title), sa.func.count().filter(grade))
        .select_from(row)
        .join(held, sa.and_(held.remote_id == row.remote_id, held.source_id == run.source_id))
        .where(*updated)
    )
    titles, grades = model.Session.execute(query).one()
    other = sa.select(row.previous_hash, row.content_hash).where(
        *updated, row.changed.contains(["publisher"])
    )
    pairs = [(row.previous_hash, row.content_hash) for row in model.Session.execute(other)]
    return {"titles_worse": titles, "grades_worse": grades, "publishers": _renamed(pairs)}


def _renamed(pairs: list[tuple[str | None, str | None]]) -> int:
    """Count the records whose publisher has another name.

    Who first says who it is has not become somebody else, nor who first gives an identifier of itself.
    """
    number = 0
    for start in range(0, len(pairs), AT_ONCE):
        part = pairs[start : start + AT_ONCE]
        found = blobs.records([each for pair in part for each in pair])
        for before, after in part:
            names = [_publisher(found[each]) if each in found else "" for each in (before, after)]
            number += bool(names[0]) and names[0] != names[1]
    return number


def _publisher(record: Record) -> str:
    first = (record.fields.get("publisher") or [{}])[0]
    return fold(str(first.get("name") or ""))


def absentees(run: HarvestRun) -> sa.Select[Any]:
    """Select the records of the source that are in the catalogue, but not in this run's list.

    Where the list held changes only, these are the records that the partner itself calls gone.
    """
    row, name = HarvestSnapshot, HarvestRecord.remote_id
    mine = sa.select(row.remote_id).where(row.run_id == run.id)
    changes = "basis" in (run.reading or {})
    absent = (
        name.in_(mine.where(row.outcome == Outcome.LEAVING))
        if changes
        else name.notin_(mine.where(row.outcome.notin_(NOT_LISTED)))
    )
    return (
        sa.select(HarvestRecord)
        .where(HarvestRecord.source_id == run.source_id, HarvestRecord.state.in_(IN_CATALOGUE), absent)
        .order_by(name)
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
        "updates_held": verdict.updates_held,
        "known": listed.known,
        "listed": listed.listed,
        "added": listed.added,
        "missing": listed.missing,
        "titles_worse": listed.titles_worse,
        "grades_worse": listed.grades_worse,
        "publishers": listed.publishers,
    }
