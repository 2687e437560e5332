"""Phase four: decisions become datasets, one transaction a record, so that a crash leaves none half done."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

import sqlalchemy as sa
from ckan import model

from ckanext.migration import shared
from ckanext.migration.harvest import blobs, corrections
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import WRITES, Outcome
from ckanext.migration.harvest.errors import IdentityConflict, RunLost, RunStopped, SinkRefused
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.sink import Order, Plan, Sink
from ckanext.migration.harvest.work import Work, public, spent
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)


def apply(work: Work, sink: Sink) -> None:
    """Write what was decided; what the guard holds back is left for a person."""
    mark = time.monotonic()
    for remote_id in _todo(work):
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
    with work.step() as run:
        run.phase, run.timings = "reconcile", spent(run, "apply", mark)


def _todo(work: Work) -> list[str]:
    with work.step() as run:
        guard = run.guard or {}
        asked = not guard.get("approved_at")
        held_back = {Outcome.ADDED: guard.get("additions_held"), Outcome.UPDATED: guard.get("updates_held")}
        outcomes: Iterable[str] = [kind for kind in WRITES if not (asked and held_back.get(kind))]
        query = (
            sa.select(HarvestSnapshot.remote_id)
            .where(
                HarvestSnapshot.run_id == run.id,
                HarvestSnapshot.outcome.in_(outcomes),
                sa.not_(HarvestSnapshot.applied),
            )
            .order_by(HarvestSnapshot.position, HarvestSnapshot.remote_id)
        )
        return list(model.Session.scalars(query))


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
    order = Order(
        remote_id=row.remote_id,
        record=record,
        before=found.get(held.content_hash or "") if held else None,
        private=bool(row.private),
        organization=work.terms.organization(record, work.origin.owner_org),
    )
    fresh = work.reports.pop(row.content_hash or "", None)
    if fresh is not None:
        shared.remember(record, fresh)  # the publishing rule asks for the same report again
    if held is None:
        return sink.create(order)
    if held.source_id != work.origin.id:
        raise IdentityConflict("The dataset of this record belongs to another source.")
    return sink.update(order, held.package_id)


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
