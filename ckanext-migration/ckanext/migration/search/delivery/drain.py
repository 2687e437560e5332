"""From the outbox to the engine."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ckanext.migration.search import config
from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import hiding, outbox, sending
from ckanext.migration.search.errors import IndexUnavailable, MappingConflict, QuerySyntaxError
from ckanext.migration.search.index.mapping import MAPPING_VERSION
from ckanext.migration.search.vectors import keeping

log = logging.getLogger(__name__)

_DOCUMENTS = (outbox.PUT, outbox.REMOVE)


@dataclass(frozen=True, slots=True)
class Drained:
    """What one round did."""

    taken: int = 0
    delivered: int = 0
    set_aside: int = 0


def documents(
    database: sa.Engine,
    engine: Engine,
    alias: str,
    *,
    ids: Sequence[str] | None = None,
) -> Drained:
    """Deliver one batch of finished documents; on an outage the rows stay and the fault is raised.

    What withdraws something can be searched when its row goes: the row is what hides a dataset that has
    just become private (threats FI-17, LK-20). For anything else the engine may take its time.
    """
    with database.connect() as connection:
        transaction = connection.begin()
        rows = outbox.claim(connection, _DOCUMENTS, ids)
        if not rows:
            transaction.rollback()
            return Drained()
        foreign = [row for row in rows if _made_by_other_software(row)]
        outbox.read_again(connection, [row.id for row in foreign])
        latest = newest([row for row in rows if row not in foreign])
        changes = [sending.Change(row.index_id, row.version, row.document) for row in latest]
        lacking = keeping.attach(connection, [each.document for each in changes if each.document])
        try:
            rebuilding = outbox.rebuild_target(connection) is not None
            at_once = config.always_waits() or hiding.any_hides(
                connection, engine, alias, [row.id for row in rows], changes
            )
            refused = _send(engine, alias, changes, refresh=at_once, rebuilding=rebuilding)
        except (IndexUnavailable, MappingConflict) as fault:
            outbox.postponed(connection, [row.id for row in rows], fault.message)
            transaction.commit()
            raise
        for row in latest:
            if row.index_id in refused:
                log.error("search.document.set_aside dataset=%s", row.dataset_id)
                outbox.set_aside(connection, row.id, refused[row.index_id])
        delivered = [row for row in latest if row.index_id not in refused]
        outbox.done(connection, delivered)
        # the worker makes their vectors, and indexes them again
        again = [row for row in delivered if row.dataset_id in lacking]
        outbox.write(connection, outbox.REFRESH, [(row.index_id, row.dataset_id, None) for row in again])
        transaction.commit()
    return Drained(len(rows), len(delivered), len(refused))


def newest(rows: Sequence[outbox.Row]) -> list[outbox.Row]:
    """Return the last word on each dataset."""
    found: dict[str, outbox.Row] = {}
    for row in rows:
        known = found.get(row.index_id)
        if known is None or known.version <= row.version:
            found[row.index_id] = row
    return list(found.values())


def _made_by_other_software(row: outbox.Row) -> bool:
    """Whether a node of another version wrote the document (threats FI-42)."""
    return (
        row.document is not None and row.document.get("mapping_version", MAPPING_VERSION) != MAPPING_VERSION
    )


def _send(
    engine: Engine, alias: str, changes: Sequence[sending.Change], *, refresh: bool, rebuilding: bool
) -> dict[str, str]:
    """Send; a bulk that is refused as a whole is tried one by one, so that one document blocks no other."""
    try:
        return sending.send(engine, alias, changes, refresh=refresh, rebuilding=rebuilding)
    except QuerySyntaxError as fault:
        if len(changes) == 1:
            return {changes[0].index_id: fault.message}
    refused: dict[str, str] = {}
    for change in changes:
        refused.update(_send(engine, alias, [change], refresh=refresh, rebuilding=rebuilding))
    return refused
