"""Phase four: decisions become datasets, whole transactions only, so that a crash leaves none half done.

New datasets are written together, a batch in one transaction; what that does not cover, and what is
changed, goes through CKAN's actions with a transaction for each. A record that breaks its batch is found by
halving it: it alone is written by itself, and fails alone.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from ckan import model

from ckanext.migration import shared
from ckanext.migration.harvest import blobs, corrections, inserting
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import WRITES, Outcome
from ckanext.migration.harvest.errors import IdentityConflict, RunLost, RunStopped, SinkRefused
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.sink import Order, Plan, Sink
from ckanext.migration.harvest.work import Work, public, spent
from migration_schemas import Record
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

FEWEST = 2  # records that are worth a batch
TOGETHER = 25
"""Records of one transaction: some more would save little, and a stop is heeded only between two of them."""


def apply(work: Work, sink: Sink) -> None:
    """Write what was decided; what the guard holds back is left for a person."""
    mark = time.monotonic()
    together, place = inserting.usual(), None
    while found := _next(work, place):
        left, place = [remote_id for _position, remote_id in found], found[-1]
        if together:
            try:
                parts = [left[start : start + TOGETHER] for start in range(0, len(left), TOGETHER)]
                left = [remote_id for part in parts for remote_id in _add(work, sink, part)]
            except inserting.Unusual as why:  # here, and so for the rest of the run
                log.info("harvest.one-by-one run=%s: %s", work.held.run_id, why)
                together = False
            mark = time.monotonic()  # the batch has booked its own time
        mark = _write_each(work, sink, left, mark)
    with work.step() as run:
        run.phase, run.timings = "reconcile", spent(run, "apply", mark)


def _write_each(work: Work, sink: Sink, remote_ids: Iterable[str], mark: float) -> float:
    for remote_id in remote_ids:
        crashpoint("record-before")
        try:
            mark = _write(work, sink, remote_id, mark)
        except (RunLost, RunStopped, sa.exc.OperationalError):
            raise
        except MigrationError as error:
            _fail(work, remote_id, error)
        except Exception:
            log.exception("harvest.apply-broke run=%s", work.held.run_id)
            broke = SinkRefused("CKAN could not store the record because of an error in this portal.")
            _fail(work, remote_id, broke)
        crashpoint("record-committed")
    return mark


def _add(work: Work, sink: Sink, remote_ids: list[str]) -> list[str]:
    """Write the new among these records in one transaction; return what is left to be written one by one.

    Raises Unusual where nothing can be written together on this portal.
    """
    if len(remote_ids) < FEWEST:
        return remote_ids
    try:
        written = _insert(work, sink, remote_ids)
    except (RunLost, RunStopped, sa.exc.OperationalError, inserting.Unusual):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the record itself meets it again and says so
        log.info("harvest.batch-broke run=%s records=%s: %s", work.held.run_id, len(remote_ids), error)
        middle = len(remote_ids) // 2
        return [*_add(work, sink, remote_ids[:middle]), *_add(work, sink, remote_ids[middle:])]
    _announce(work, written)
    return [remote_id for remote_id in remote_ids if remote_id not in written]


def _announce(work: Work, written: Mapping[str, inserting.New]) -> None:
    """Tell what was committed; it stands, whatever those make of it who are told."""
    for new in written.values():
        try:
            inserting.announce([new])
        except Exception:
            model.Session.rollback()
            log.exception("harvest.announcing-broke run=%s", work.held.run_id)
        crashpoint("record-committed")


def _insert(work: Work, sink: Sink, remote_ids: list[str]) -> dict[str, inserting.New]:
    """Write what can be written together: ledger, datasets and outbox in one transaction of the run."""
    started = time.monotonic()
    with work.step() as run:
        begun = model.Session().get_transaction()
        query = sa.select(HarvestSnapshot).where(HarvestSnapshot.run_id == run.id)
        query = query.where(HarvestSnapshot.remote_id.in_(remote_ids), sa.not_(HarvestSnapshot.applied))
        found = {row.remote_id: row for row in model.Session.scalars(query)}
        mine = (HarvestRecord.source_id == work.origin.id, HarvestRecord.remote_id.in_(remote_ids))
        held = set(model.Session.scalars(sa.select(HarvestRecord.remote_id).where(*mine)))
        rows = [found[name] for name in remote_ids if name in found and name not in held]
        records = blobs.records(row.content_hash for row in rows)
        orders = {}
        for row in rows:
            with contextlib.suppress(MigrationError):  # the record meets it again, and fails alone
                orders[row.remote_id] = _order(work, row, records[row.content_hash or ""], None)
        plans = {plan.remote_id: plan for plan in sink.create_all(list(orders.values()))}
        written = sink.insert(list(plans.values()))
        for row in rows:
            if row.remote_id in written:
                _note(work, run, row, None, plans[row.remote_id])
                crashpoint("record-written")
        run.timings = spent(run, "apply", started)
        if model.Session().get_transaction() is not begun:
            raise SinkRefused("A plugin ended the transaction of the harvest.")
    return written


def _next(work: Work, place: tuple[int, str] | None) -> list[tuple[int, str]]:
    """Find the next records to be written, by position and remote id, behind a place; as many as a batch."""
    order = (HarvestSnapshot.position, HarvestSnapshot.remote_id)
    with work.step() as run:
        guard = run.guard or {}
        asked = not guard.get("approved_at")
        held_back = {Outcome.ADDED: guard.get("additions_held"), Outcome.UPDATED: guard.get("updates_held")}
        outcomes: Iterable[str] = [kind for kind in WRITES if not (asked and held_back.get(kind))]
        query = (
            sa.select(*order)
            .where(
                HarvestSnapshot.run_id == run.id,
                HarvestSnapshot.outcome.in_(outcomes),
                sa.not_(HarvestSnapshot.applied),
            )
            .order_by(*order)
            .limit(work.batch)
        )
        if place is not None:
            query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, place)))
        return [(row.position, row.remote_id) for row in model.Session.execute(query)]


def _write(work: Work, sink: Sink, remote_id: str, mark: float) -> float:
    """Write one record: ledger first, then CKAN's action, whose commit makes both true.

    Returns the moment up to which the time is booked; CKAN's share is booked with the next record.
    """
    with work.step() as run:
        row = model.Session.get(HarvestSnapshot, (run.id, remote_id), populate_existing=True)
        held = (
            model.Session.query(HarvestRecord)
            .filter_by(source_id=work.origin.id, remote_id=remote_id)
            .populate_existing()
            .one_or_none()
        )
        if row is None or row.applied:
            return mark
        plan = None if _nothing_to_write(row, held) else _plan(work, sink, row, held)
        _note(work, run, row, held, plan)
        run.timings, mark = spent(run, "apply", mark), time.monotonic()
        model.Session.flush()
        crashpoint("record-written")
        if plan is not None:
            sink.write(plan)
    return mark


def _nothing_to_write(row: HarvestSnapshot, held: HarvestRecord | None) -> bool:
    """Say whether a record came back unchanged within its grace period: it never left the catalogue."""
    return (
        held is not None
        and row.outcome == Outcome.RESTORED
        and held.state == "missing"
        and held.content_hash == row.content_hash
    )


def _plan(work: Work, sink: Sink, row: HarvestSnapshot, held: HarvestRecord | None) -> Plan:
    found = blobs.records([row.content_hash, held.content_hash if held else None])
    record = found[row.content_hash or ""]
    order = _order(work, row, record, found.get(held.content_hash or "") if held else None)
    if held is None:
        return sink.create(order)
    if held.source_id != work.origin.id:
        raise IdentityConflict("The dataset of this record belongs to another source.")
    return sink.update(order, held.package_id)


def _order(work: Work, row: HarvestSnapshot, record: Record, before: Record | None) -> Order:
    fresh = work.reports.pop(row.content_hash or "", None)  # needed once
    if fresh is not None:
        shared.remember(record, fresh)  # the publishing rule asks for the same report again
    return Order(
        remote_id=row.remote_id,
        record=record,
        before=before,
        private=bool(row.private),
        organization=work.terms.organization(record, work.origin.owner_org),
    )


def _note(
    work: Work, run: HarvestRun, row: HarvestSnapshot, held: HarvestRecord | None, plan: Plan | None
) -> None:
    """Write into the ledger what will be true once CKAN has committed."""
    if held is None:
        held = HarvestRecord(source_id=work.origin.id, remote_id=row.remote_id, first_seen_run=run.id)
        held.package_id = plan.package_id if plan else ""
        model.Session.add(held)
    held.state, held.private, held.confirmed = "current", bool(row.private), row.confirmed
    held.raw_hash, held.content_hash, held.recipe = row.raw_hash, row.content_hash, work.recipe
    held.report = row.report if row.report is not None else held.report
    held.missing_since, held.missing_runs, held.last_seen_run = None, 0, run.id
    row.applied, row.package_id = True, held.package_id
    row.kept = list(plan.kept) if plan and plan.kept else None
    if plan is not None and plan.current is not None:
        incoming = blobs.records([row.content_hash])[row.content_hash or ""]
        corrections.meet(held, incoming, plan.kept, plan.current)


def _fail(work: Work, remote_id: str, error: MigrationError) -> None:
    """Note a failure: the record stays as it was, and the next run tries again."""
    log.info("harvest.apply-failed run=%s code=%s %s", work.held.run_id, error.code, error.detail or "")
    with work.step() as run:
        row = model.Session.get(HarvestSnapshot, (run.id, remote_id), populate_existing=True)
        if row is not None:
            row.outcome = Outcome.CONFLICT if isinstance(error, IdentityConflict) else Outcome.FAILED
            row.stage, row.error = "apply", public(error)
