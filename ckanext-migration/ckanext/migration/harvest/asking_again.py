"""A list that the partner says is unchanged: taken over from the run that read it, without reading it again.

Only a list that was whole and came with one request is asked for on a condition (`conditional` in the
harvesters). What its records mean is judged anew all the same, from the raw replies that are kept.
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest.decisions import NOT_LISTED, Outcome
from ckanext.migration.harvest.model import HarvestBlob, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.work import Work
from migration_harvesters.conditional import Condition

log = logging.getLogger(__name__)


def condition(work: Work) -> tuple[str, Condition] | None:
    """Find the newest run of the source whose list can be taken over, and on what condition it is unchanged.

    None where the list was read by other code or under other settings, or is no longer kept as it was.
    """
    with work.step() as run:
        query = (
            sa.select(HarvestRun)
            .where(HarvestRun.source_id == run.source_id, HarvestRun.condition.is_not(None))
            .where(HarvestRun.id != run.id)
            .order_by(HarvestRun.number.desc())
            .limit(1)
        )
        last = model.Session.scalar(query)
        if last is None:
            return None
        noted = dict(last.condition or {})
        if noted.pop("recipe") != work.recipe or noted.pop("listed") != listed(last.id):
            return None
        return last.id, Condition(**noted)


def note(work: Work, run: HarvestRun) -> None:
    """Note how to ask for this list again, if it was whole and came with one request."""
    found = work.asks.condition
    whole = run.complete and run.stable and not run.problems
    if found is not None and whole and work.recipe:
        run.condition = {**found.as_dict(), "recipe": work.recipe, "listed": listed(run.id)}


def take_over(work: Work, run: HarvestRun, last_id: str) -> None:
    """Let the list of an earlier run be the list of this one."""
    last = model.Session.get_one(HarvestRun, last_id)
    copy(run, last_id)
    run.pages, run.expected, run.complete, run.stable = last.pages, last.expected, True, True
    run.condition = last.condition
    log.info("harvest.not-modified run=%s as=%s", run.id, last_id)


def copy(run: HarvestRun, last_id: str) -> None:
    """Take over the records that an earlier run listed, but for those that this one has listed already."""
    table = HarvestSnapshot
    raw = table.raw_hash.is_not(None)
    columns: dict[str, Any] = {
        "run_id": sa.literal(run.id),
        "remote_id": table.remote_id,
        "position": table.position,
        "url": table.url,
        "raw_hash": table.raw_hash,
        "outcome": sa.case((raw, str(Outcome.WAITING)), else_=str(Outcome.FAILED)),
        "stage": sa.case((raw, sa.null()), else_=table.stage),
        "error": sa.case((raw, sa.null()), else_=table.error),
        "applied": sa.false(),
        "confirmed": sa.true(),
        "violations": sa.literal(0),
        "warnings": sa.literal(0),
        "attempts": sa.literal(0),
    }
    rows = sa.select(*columns.values()).where(table.run_id == last_id, table.outcome.notin_(NOT_LISTED))
    model.Session.execute(insert(table).from_select(list(columns), rows).on_conflict_do_nothing())


def listed(run_id: str) -> int:
    """Count the records of a list that can be read again from what is kept."""
    query = (
        sa.select(sa.func.count())
        .select_from(HarvestSnapshot)
        .outerjoin(HarvestBlob, HarvestBlob.hash == HarvestSnapshot.raw_hash)
        .where(HarvestSnapshot.run_id == run_id, HarvestSnapshot.outcome.notin_(NOT_LISTED))
        .where(sa.or_(HarvestSnapshot.raw_hash.is_(None), HarvestBlob.hash.is_not(None)))
    )
    return model.Session.scalar(query) or 0
