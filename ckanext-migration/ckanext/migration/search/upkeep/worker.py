"""Delivers what could not be delivered right after the commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import drain
from ckanext.migration.search.delivery.drain import Drained
from ckanext.migration.search.errors import IndexMissing, SearchFault
from ckanext.migration.search.upkeep import rebuild, refresh

log = logging.getLogger(__name__)

IDLE, FIRST_PAUSE, LONGEST_PAUSE = 1.0, 1.0, 60.0
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
        """Deliver; pause longer after each failure, up to a minute."""
        pause = FIRST_PAUSE
        while True:
            try:
                idle = not self.round().taken
                pause = FIRST_PAUSE
                if self.wait(IDLE if idle else 0.0):
                    return
            except (SearchFault, sa.exc.SQLAlchemyError) as fault:
                log.warning("search.worker.paused seconds=%s reason=%s", pause, type(fault).__name__)
                if self.wait(pause):
                    return
                pause = min(pause * 2, LONGEST_PAUSE)

    def round(self) -> Drained:
        """One batch of each kind; a lost index is built anew from the database."""
        try:
            finished = drain.documents(self.database, self.engine, self.alias)
            read = refresh.datasets(self.database, self.engine, self.alias)
        except IndexMissing:
            log.warning("search.worker.index_missing: building it from the database")
            rebuild.run(self.database, self.engine, self.alias, datetime.now(UTC))
            return Drained(1)
        return Drained(
            finished.taken + read.taken,
            finished.delivered + read.delivered,
            finished.set_aside + read.set_aside,
        )

    def until_empty(self) -> Drained:
        """Deliver everything there is, then return."""
        total = Drained()
        while True:
            found = self.round()
            if not found.taken:
                return total
            total = Drained(
                total.taken + found.taken,
                total.delivered + found.delivered,
                total.set_aside + found.set_aside,
            )
