"""One run from claim to close; it reads as the specification does.

list → stage (map and validate) → decide → apply → reconcile → close. Each phase may be entered again: what it
has committed is not done twice, so a run that was killed goes on where it stood.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import (
    applying,
    guarding,
    listing,
    notifying,
    reconciling,
    recounting,
    restoring,
    runs,
    staging,
    terms,
)
from ckanext.migration.harvest.counting import counters
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.errors import RunLost, RunPostponed, RunStopped
from ckanext.migration.harvest.model import HarvestRun
from ckanext.migration.harvest.sink import Sink
from ckanext.migration.harvest.work import Checker, Work, prepare, public, spent
from migration_harvesters.errors import HarvestError
from migration_schemas import validation
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

harvest_finished = tk.signals.ckanext.signal("harvest_finished")
# Told to whoever follows the catalogue (the search), so that it need not act on each dataset by itself.
many_writes = tk.signals.ckanext.signal("migration_many_writes")

PHASES: dict[str, Callable[[Work], None]] = {
    "list": listing.read,
    "stage": staging.stage,
    "restore": restoring.stage,
    "decide": guarding.judge,
    "apply": lambda work: applying.apply(work, Sink(work.origin)),
    "reconcile": lambda work: reconciling.reconcile(work, Sink(work.origin)),
}


def execute(run_id: str, *, check: Checker = validation.validate_records) -> str | None:
    """Work on a run until it has ended, was stopped or was lost; say how it stands, None if not ours."""
    held = runs.claim(run_id)
    if held is None:
        return None
    with runs.Heartbeat(held), _writing_many(held):
        try:
            return _carry(held, check)
        except RunLost:
            log.warning("harvest.lost run=%s", run_id)
            return None
        except RunStopped:
            runs.give_back(held, stopped=True)
            return "stopped"
        except MigrationError as error:
            return _failed(held, error)
        except (KeyboardInterrupt, SystemExit) as ending:
            runs.give_back(held, stopped=isinstance(ending, KeyboardInterrupt))
            raise
        except sa.exc.OperationalError:
            raise  # the database is away: whoever comes after the lease goes on with the run (FI-18)
        except Exception:
            log.exception("harvest.broke run=%s", run_id)
            broke = HarvestError(
                "The run ended because of an error in this portal.", remedy="See the log of the job worker."
            )
            return _failed(held, broke)


@contextmanager
def _writing_many(held: runs.Claim) -> Iterator[None]:
    many_writes.send(held.run_id, under_way=True)
    try:
        yield
    finally:
        many_writes.send(held.run_id, under_way=False)


def _carry(held: runs.Claim, check: Checker) -> str:
    work = prepare(held, check)
    terms.heed(work)
    while True:
        with work.step() as run:
            phase, kind = run.phase, run.kind
        if kind == "rollback":
            work.recipe = ""  # a restored record must be read anew by the next harvest
        try:
            (close if phase == "close" else PHASES[phase])(work)
        except RunPostponed as later:
            runs.postpone(held, later.seconds)
            return "postponed"
        if kind == "preview" and phase == "decide":
            _skip_to_the_end(work)
        if phase == "close":
            return _state(held)


def _skip_to_the_end(work: Work) -> None:
    """End a preview where the writing would begin."""
    with work.step() as run:
        run.phase = "close"


def close(work: Work) -> None:
    """Count, and say whether a person is asked."""
    crashpoint("before-close")
    started = time.monotonic()
    with work.step() as run:
        kind, guard = run.kind, run.guard or {}
    if kind == "rollback":
        restoring.settle(work)
    with work.step() as run:
        figures = counters([run.id])[run.id]
        timings = spent(run, "close", started)
        if kind == "harvest":
            recounting.after(run)
    asks = bool(guard.get("reasons")) and not guard.get("approved_at") and kind != "preview"
    runs.finish(work.held, "needs-approval" if asks else "finished", counters=figures, timings=timings)
    notifying.announce(work.held.run_id)
    crashpoint("closed")
    harvest_finished.send(work.origin.name, run_id=work.held.run_id, counters=figures)


def _failed(held: runs.Claim, error: MigrationError) -> str | None:
    log.warning("harvest.failed run=%s code=%s %s", held.run_id, error.code, error.detail or error.message)
    try:
        figures = counters([held.run_id])[held.run_id]
        runs.finish(held, "failed", error=public(error), counters=figures)
        notifying.announce(held.run_id)
    except RunLost:
        return None
    return "failed"


def _state(held: runs.Claim) -> str:
    try:
        run = model.Session.get(HarvestRun, held.run_id)
        return run.state if run is not None else "failed"
    finally:
        model.Session.rollback()
