"""Rows that ask for a dataset to be read again: only the worker and the commands do it."""

from __future__ import annotations

import sqlalchemy as sa

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import outbox, sending
from ckanext.migration.search.delivery.drain import Drained
from ckanext.migration.search.errors import IndexUnavailable, MappingConflict
from ckanext.migration.search.upkeep import present
from ckanext.migration.search.vectors import keeping


def datasets(database: sa.Engine, engine: Engine, alias: str) -> Drained:
    """Read and index one batch; on an outage the rows stay and the fault is raised."""
    with database.connect() as connection:
        transaction = connection.begin()
        rows = outbox.claim(connection, (outbox.REFRESH,))
        if not rows:
            transaction.rollback()
            return Drained()
        version = floor(database)
        reading = present.read(list(dict.fromkeys(row.dataset_id for row in rows)), version)
        keeping.attach(connection, [each.document for each in reading.changes if each.document], compute=True)
        rebuilding = outbox.rebuild_target(connection) is not None
        try:
            refused = sending.send(engine, alias, reading.changes, refresh=True, rebuilding=rebuilding)
        except (IndexUnavailable, MappingConflict) as fault:
            outbox.postponed(connection, [row.id for row in rows], fault.message)
            transaction.commit()
            raise
        problems = {
            row.id: refused.get(row.index_id) or reading.unreadable.get(row.dataset_id) for row in rows
        }
        for row, problem in problems.items():
            if problem:
                outbox.set_aside(connection, row, problem)
        delivered = [row for row in rows if not problems[row.id]]
        outbox.forget(connection, [row.id for row in delivered])
        transaction.commit()
    return Drained(len(rows), len(delivered), len(rows) - len(delivered))


def floor(database: sa.Engine) -> int:
    """Return a version for state that is read from now on, outside the caller's transaction."""
    with database.connect() as connection:
        return outbox.floor(connection)
