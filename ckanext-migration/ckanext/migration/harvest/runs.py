"""Runs: starting, taking, keeping and giving back. One active run a source.

A worker holds a run by its lease. When it stays silent another worker raises the epoch and goes on; from then
on each transaction of the old one fails at its first statement.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import aliased

from ckanext.migration.harvest import config
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.errors import RunActive, RunLost, RunStopped
from ckanext.migration.harvest.model import ACTIVE_STATES, HarvestRun, HarvestSource

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a run, as long as nobody raised its epoch."""

    run_id: str
    source_id: str
    epoch: int


def now() -> datetime:
    """Give the time as everything here takes it: aware, in UTC."""
    return datetime.now(UTC)


def worker_name() -> str:
    """Name this process so that a later one can see whether it still lives."""
    return f"{platform.node()}:{os.getpid()}"


def start(
    source: HarvestSource,
    *,
    by: str | None,
    kind: str = "harvest",
    target: str | None = None,
    whole: bool = False,
) -> HarvestRun:
    """Write a new run down as queued, or raise RunActive with the one that is under way (FI-05).

    `whole` asks for the whole list where changes alone would be read.
    """
    session = model.Session
    newest = session.query(sa.func.max(HarvestRun.number)).filter_by(source_id=source.id).scalar()
    phase = "restore" if kind == "rollback" else "list"
    run = HarvestRun(
        source_id=source.id,
        number=(newest or 0) + 1,
        kind=kind,
        target_id=target,
        phase=phase,
        host=urlsplit(source.url).netloc.rpartition("@")[2].lower() or None,
        requested_by=by,
        reading={"whole": True} if whole else None,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except sa.exc.IntegrityError as exc:
        raise _active(source) from exc
    held = session.query(HarvestRun).filter_by(source_id=source.id, state="needs-approval")
    for older in held if kind != "preview" else ():
        older.state, older.guard = "finished", {**(older.guard or {}), "superseded_by": run.id}
    session.commit()
    return run


def resume(source: HarvestSource) -> HarvestRun | None:
    """Let a stopped run go on; None if there is none."""
    run = model.Session.query(HarvestRun).filter_by(source_id=source.id, state="queued").one_or_none()
    if run is not None:
        run.stop_requested, run.not_before = False, None
        model.Session.commit()
    return run


def _active(source: HarvestSource) -> RunActive:
    run = (
        model.Session.query(HarvestRun)
        .filter(HarvestRun.source_id == source.id, HarvestRun.state.in_(ACTIVE_STATES))
        .one_or_none()
    )
    number, state = (run.number, run.state) if run else ("?", "changing")
    return RunActive(
        f"Run {number} of {source.name} is {state} already.", run_id=run.id if run is not None else ""
    )


def waiting() -> list[str]:
    """List the runs that a worker may take now: the queued, and those whose worker is gone."""
    rows = model.Session.query(HarvestRun.id).filter(_takeable()).order_by(HarvestRun.created_at)
    found = [row.id for row in rows]
    model.Session.rollback()
    return found


def next_due() -> float | None:
    """Say in how many seconds the first of the runs is due that wait for their partner; None if none does."""
    later = HarvestRun.not_before > sa.func.now()
    waits = (HarvestRun.state == "queued", sa.not_(HarvestRun.stop_requested), later)
    query = sa.select(sa.func.min(HarvestRun.not_before)).where(*waits)
    first = model.Session.scalar(query)
    model.Session.rollback()
    return max(0.0, (first - now()).total_seconds()) if first else None


def _takeable() -> sa.ColumnElement[bool]:
    due = sa.or_(HarvestRun.not_before.is_(None), HarvestRun.not_before <= sa.func.now())
    queued = sa.and_(HarvestRun.state == "queued", sa.not_(HarvestRun.stop_requested), due)
    gone = _gone()
    silent = sa.or_(HarvestRun.lease_until < sa.func.now(), HarvestRun.worker.in_(gone))
    return sa.or_(sa.and_(queued, _host_is_free(gone)), sa.and_(HarvestRun.state == "running", silent))


def _host_is_free(gone: list[str]) -> sa.ColumnElement[bool]:
    """Let only so many runs read from one host at once, whichever worker or machine has them."""
    other = aliased(HarvestRun)
    reading = (
        sa.select(sa.func.count())
        .where(
            other.host == HarvestRun.host,
            other.id != HarvestRun.id,
            other.state == "running",
            other.phase == "list",
            other.lease_until >= sa.func.now(),
            other.worker.notin_(gone),
        )
        .correlate(HarvestRun)
        .scalar_subquery()
    )
    return sa.or_(HarvestRun.phase != "list", reading < config.readers_per_host())


def _gone() -> list[str]:
    """Workers of this machine that hold a run but no longer live: no need to wait for their lease."""
    rows = model.Session.query(HarvestRun.worker).filter_by(state="running")
    host = platform.node()
    return [name for (name,) in rows if name and name.startswith(f"{host}:") and not _lives(name)]


def _lives(name: str) -> bool:
    try:
        os.kill(int(name.rpartition(":")[2]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True


def claim(run_id: str) -> Claim | None:
    """Take a run if it may be taken; the loser of a race gets None."""
    session = model.Session
    host = session.scalar(sa.select(HarvestRun.host).where(HarvestRun.id == run_id))
    # Claims for one host come one after the other, so that two of them cannot both find it free.
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"harvest {host}"))))
    query = session.query(HarvestRun).filter(HarvestRun.id == run_id, _takeable())
    run = query.with_for_update(skip_locked=True).populate_existing().one_or_none()
    if run is None:
        session.rollback()
        return None
    run.state, run.worker, run.epoch = "running", worker_name(), run.epoch + 1
    run.started_at = run.started_at or now()
    run.lease_until = sa.func.now() + timedelta(seconds=config.lease_seconds())
    run.heartbeat_at = sa.func.now()
    taken = Claim(run_id=run.id, source_id=run.source_id, epoch=run.epoch)
    session.commit()
    crashpoint("claimed")
    return taken


@contextmanager
def transaction(held: Claim, *, stoppable: bool = True) -> Iterator[HarvestRun]:
    """One step of a run: fenced at its start, committed at its end, undone by any error.

    The row lock makes a take-over wait for a step under way; should this process be frozen inside a step,
    PostgreSQL ends its session after the lease, and the lock with it.
    """
    session = model.Session
    session.rollback()
    try:
        patience = str(config.lease_seconds() * 1000)
        session.execute(sa.select(sa.func.set_config("idle_in_transaction_session_timeout", patience, True)))
        query = session.query(HarvestRun).filter_by(id=held.run_id, epoch=held.epoch, state="running")
        run = query.with_for_update().populate_existing().one_or_none()
        if run is None:
            raise RunLost("The run was taken over.")
        if run.stop_requested and stoppable:
            raise RunStopped("The run was stopped.")
        yield run
        session.commit()
    except BaseException:
        session.rollback()
        raise


def give_back(held: Claim, *, stopped: bool) -> None:
    """Put an unfinished run back, so that it goes on later from where it stands."""
    with transaction(held, stoppable=False) as run:
        run.state, run.worker, run.lease_until = "queued", None, None
        run.stop_requested = run.stop_requested or stopped


def postpone(held: Claim, seconds: float) -> None:
    """Put a run back until its partner wants to be asked again; nobody waits for it meanwhile (FI-29)."""
    with transaction(held, stoppable=False) as run:
        run.state, run.worker, run.lease_until = "queued", None, None
        run.not_before = now() + timedelta(seconds=seconds)
        run.postponed += 1


def finish(held: Claim, state: str, **values: Any) -> None:
    """Close a run."""
    with transaction(held, stoppable=False) as run:
        run.state, run.worker, run.lease_until, run.finished_at = state, None, None, now()
        run.stop_requested = False
        for name, value in values.items():
            setattr(run, name, value)


class Heartbeat:
    """Renews the lease from a thread of its own, so that a slow partner does not cost us the run."""

    def __init__(self, held: Claim) -> None:
        self._held = held
        self._done = threading.Event()
        self._lease = config.lease_seconds()
        self._engine = model.meta.engine
        self._thread = threading.Thread(target=self._beat, name="harvest-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        sign = (
            sa.update(HarvestRun)
            .where(HarvestRun.id == self._held.run_id, HarvestRun.epoch == self._held.epoch)
            .values(lease_until=sa.func.now() + timedelta(seconds=self._lease), heartbeat_at=sa.func.now())
        )
        while not self._done.wait(self._lease / 4):
            try:
                with self._engine.begin() as connection:
                    connection.execute(sign)
            except sa.exc.SQLAlchemyError as exc:
                log.warning("harvest.heartbeat-failed run=%s: %s", self._held.run_id, type(exc).__name__)
