"""Delivers what could not be delivered right after the commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from ckan import model

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import drain
from ckanext.migration.search.delivery.drain import Drained
from ckanext.migration.search.errors import IndexAmbiguous, IndexMissing, IndexOutdated, SearchFault
from ckanext.migration.search.index import guard
from ckanext.migration.search.upkeep import rebuild, refresh

log = logging.getLogger(__name__)

IDLE, FIRST_PAUSE, LONGEST_PAUSE = 1.0, 1.0, 15.0
UNUSABLE = (IndexMissing, IndexAmbiguous, IndexOutdated)
"""What a rebuild cures."""
Wait = Callable[[float], bool]
"""Waits so many seconds; True when the worker should end."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Works on the outbox until told to end."""

    database: sa.Engine
    engine: Engine
    alias: str
    wait: Wait

    def run(self) -> None:
        """Deliver; pause longer after each failure, up to a quarter of a minute. No failure ends it."""
        pause = FIRST_PAUSE
        while True:
            try:
                idle = not self.round().taken
                pause = FIRST_PAUSE
                if self.wait(IDLE if idle else 0.0):
                    return
            except Exception as error:  # noqa: BLE001 - told below; a worker that ends delivers nothing
                _tell(error, pause)
                model.Session.remove()
                if self.wait(pause):
                    return
                pause = min(pause * 2, LONGEST_PAUSE)

    def round(self) -> Drained:
        """One batch of each kind; an index that cannot be used is built anew from the database."""
        try:
            guard.readable.pass_(self.engine, self.alias)
            guard.writable.pass_(self.engine, self.alias)
            finished = drain.documents(self.database, self.engine, self.alias)
            read = refresh.datasets(self.database, self.engine, self.alias)
        except UNUSABLE as fault:
            log.warning("search.worker.rebuilds reason=%s", fault.code)
            rebuild.run(self.database, self.engine, self.alias, datetime.now(UTC))
            return Drained(1)
        return Drained(
            finished.taken + read.taken,
            finished.delivered + read.delivered,
            finished.set_aside + read.set_aside,
        )

    def until_empty(self, progress: Callable[[int], None] = lambda _done: None) -> Drained:
        """Deliver everything there is, then return; ``progress`` is told how many were taken up so far."""
        total = Drained()
        while True:
            found = self.round()
            if not found.taken:
                return total
            progress(total.taken + found.taken)
            total = Drained(
                total.taken + found.taken,
                total.delivered + found.delivered,
                total.set_aside + found.set_aside,
            )


def _tell(error: Exception, pause: float) -> None:
    if isinstance(error, SearchFault):
        log.warning("search.worker.paused seconds=%s reason=%s: %s", pause, error.code, error.message)
    elif isinstance(error, sa.exc.SQLAlchemyError):
        log.warning("search.worker.paused seconds=%s reason=%s", pause, type(error).__name__)
    else:
        log.exception("search.worker.stumbled seconds=%s", pause)
