"""Phase five: what the partner no longer lists. Nothing goes at once, and nothing goes after a doubtful list.

A record that is missing stays public with a notice for its grace period and is then withdrawn (made private,
not deleted); it comes back under the same id and address when the partner lists it again (DL-04, DL-05).
"""

from __future__ import annotations

import logging
import time

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import Outcome, absent, retirable
from ckanext.migration.harvest.errors import RunLost, RunStopped, SinkRefused
from ckanext.migration.harvest.guarding import IN_CATALOGUE, absentees
from ckanext.migration.harvest.increments import FINAL, as_known
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.sink import Sink
from ckanext.migration.harvest.work import Work, public, spent
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

GONE = (Outcome.MISSING, Outcome.ARCHIVED)
SEEN = (Outcome.UNCHANGED, Outcome.FAILED, Outcome.CONFLICT, Outcome.WITHDRAWN)


def reconcile(work: Work, sink: Sink) -> None:
    """Bring the ledger in line with the list, and withdraw what is due."""
    started = time.monotonic()
    with work.step() as run:
        _see(work, run)
        _miss(work, run)
        run.timings = spent(run, "reconcile", started)
    retire(work, sink)
    with work.step() as run:
        _settle(run)
        run.phase = "close"
    crashpoint("reconciled")


def _see(work: Work, run: HarvestRun) -> None:
    """Note that records were listed which needed no write; the unchanged were also read anew."""
    seen = (
        sa.update(HarvestRecord)
        .where(
            HarvestRecord.source_id == run.source_id,
            HarvestRecord.state.in_(IN_CATALOGUE),
            HarvestSnapshot.run_id == run.id,
            HarvestSnapshot.remote_id == HarvestRecord.remote_id,
        )
        .execution_options(synchronize_session=False)
    )
    back = {"state": "current", "missing_since": None, "missing_runs": 0, "last_seen_run": run.id}
    model.Session.execute(seen.where(HarvestSnapshot.outcome.in_(SEEN)).values(**back))
    report = sa.func.coalesce(HarvestSnapshot.report, HarvestRecord.report)
    read = {"raw_hash": HarvestSnapshot.raw_hash, "report": report, "recipe": work.recipe}
    model.Session.execute(seen.where(HarvestSnapshot.outcome == Outcome.UNCHANGED).values(**read))


def _miss(work: Work, run: HarvestRun) -> None:
    """Note who is missing. Without trust in the list nobody is; approved by a person, they are to go now."""
    guard = run.guard or {}
    held = bool(guard.get("removals_held"))
    if held and not guard.get("approved_at"):
        return
    now = work.clock()
    counted = set(
        model.Session.scalars(
            sa.select(HarvestSnapshot.remote_id).where(
                HarvestSnapshot.run_id == run.id, HarvestSnapshot.outcome.in_(GONE)
            )
        )
    )
    rows = []
    told = _told(run)
    for record in model.Session.scalars(absentees(run)).all():
        if record.remote_id in counted:  # before a crash
            continue
        absence = absent(record.missing_since, record.missing_runs, now)
        record.state, record.missing_since, record.missing_runs = "missing", absence.since, absence.runs
        row = told.get(record.remote_id)
        final = row is not None and (row.error or {}).get("code") == FINAL
        due = held or final or retirable(absence, now, work.limits)
        outcome = Outcome.ARCHIVED if due else Outcome.MISSING
        if row is not None:
            row.outcome = outcome
        else:
            rows.append(as_known(run, record, outcome))
    if rows:
        model.Session.execute(insert(HarvestSnapshot), rows)


def _told(run: HarvestRun) -> dict[str, HarvestSnapshot]:
    """Find the records that the partner itself calls gone."""
    query = sa.select(HarvestSnapshot).filter_by(run_id=run.id, outcome=Outcome.LEAVING)
    return {row.remote_id: row for row in model.Session.scalars(query)}


def retire(work: Work, sink: Sink) -> None:
    """Withdraw what is due, one transaction a record."""
    with work.step() as run:
        query = sa.select(HarvestSnapshot.remote_id).where(
            HarvestSnapshot.run_id == run.id,
            HarvestSnapshot.outcome == Outcome.ARCHIVED,
            sa.not_(HarvestSnapshot.applied),
        )
        due = list(model.Session.scalars(query.order_by(HarvestSnapshot.remote_id)))
    for remote_id in due:
        try:
            _retire(work, sink, remote_id)
        except (RunLost, RunStopped, sa.exc.OperationalError):
            raise
        except Exception as exc:
            log.exception("harvest.retire-broke run=%s", work.held.run_id)
            broke = SinkRefused("CKAN could not withdraw the dataset because of an error in this portal.")
            _keep(work, remote_id, exc if isinstance(exc, MigrationError) else broke)
        crashpoint("retire-committed")


def _retire(work: Work, sink: Sink, remote_id: str) -> None:
    with work.step() as run:
        row = model.Session.get(HarvestSnapshot, (run.id, remote_id), populate_existing=True)
        record = (
            model.Session.query(HarvestRecord)
            .filter_by(source_id=run.source_id, remote_id=remote_id)
            .populate_existing()
            .one()
        )
        if row is None or row.applied:
            return
        record.state, row.applied = "archived", True
        plan = sink.retire(record.package_id)
        model.Session.flush()
        crashpoint("retire-written")
        if plan is not None:
            sink.write(plan)


def _keep(work: Work, remote_id: str, error: MigrationError) -> None:
    """Note that a dataset could not be withdrawn: it stays missing, and the next run tries again."""
    with work.step() as run:
        row = model.Session.get(HarvestSnapshot, (run.id, remote_id), populate_existing=True)
        if row is not None:
            row.outcome, row.stage, row.error = Outcome.MISSING, "reconcile", public(error)


def _settle(run: HarvestRun) -> None:
    """Let each row of the snapshot say what is in force after the run, also where nothing changed."""
    settled = (
        sa.update(HarvestSnapshot)
        .where(
            HarvestSnapshot.run_id == run.id,
            HarvestSnapshot.outcome.in_((Outcome.FAILED, Outcome.CONFLICT, Outcome.WITHDRAWN)),
            HarvestRecord.source_id == run.source_id,
            HarvestRecord.remote_id == HarvestSnapshot.remote_id,
        )
        .values(package_id=HarvestRecord.package_id, content_hash=HarvestRecord.content_hash)
        .execution_options(synchronize_session=False)
    )
    model.Session.execute(settled)
