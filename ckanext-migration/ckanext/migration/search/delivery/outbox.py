"""The outbox: what the index still has to learn, written in the transaction of the change itself.

A row is committed or rolled back together with the dataset, so the index can be late but never
wrong about what was decided (architecture, decision 2; threats §3.0).

Versions are the database's clock in microseconds. They grow like a sequence, and in addition they
survive a database restored from yesterday's backup (a sequence would start below the versions that
the index already has) and can be compared with the start of transactions that still run, which is
what ``floor`` needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()
CLOCK = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

OUTBOX = sa.Table(
    "migration_search_outbox",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text(CLOCK)),
    sa.Column("index_id", sa.Text, nullable=False, index=True),
    sa.Column("dataset_id", sa.Text, nullable=False, index=True),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("document", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("problem", sa.Text),
    sa.Column("set_aside_at", sa.DateTime(timezone=True)),
)
REBUILD = sa.Table(
    "migration_search_rebuild",
    METADATA,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
"""While a rebuild runs: the index to which every writer writes as well."""

PUT, REMOVE, REFRESH = "put", "remove", "refresh"
"""Send this document; take this document out; read the dataset again and do what its state asks."""
BATCH = 200
BATCH_BYTES = 32 * 1024 * 1024
"""Most rows, and most bytes of documents, that are in the hands of one process at a time."""
MAX_PROBLEM = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One thing the index has to learn."""

    id: int
    version: int
    index_id: str
    dataset_id: str
    operation: str
    document: Mapping[str, Any] | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What a writer must know before it writes."""

    installed: bool
    in_change: bool


def situation(connection: sa.Connection) -> Situation:
    """Whether our tables are there, and whether the running transaction has changed something."""
    row = connection.execute(
        sa.text(
            "select to_regclass('migration_search_outbox') is not null,"
            " pg_current_xact_id_if_assigned() is not null"
        )
    ).one()
    return Situation(bool(row[0]), bool(row[1]))


def write(
    connection: sa.Connection, operation: str, items: Iterable[tuple[str, str, Mapping[str, Any] | None]]
) -> None:
    """Note ``(index id, dataset id, document)`` in the transaction of the connection."""
    rows = [
        {
            "index_id": index_id,
            "dataset_id": dataset_id,
            "operation": operation,
            "document": None if document is None else json.dumps(document, ensure_ascii=False),
        }
        for index_id, dataset_id, document in items
    ]
    if rows:
        connection.execute(sa.insert(OUTBOX), rows)


def floor(connection: sa.Connection) -> int:
    """Return a version for state that is read from now on.

    It is not above the version of any row that a still running transaction may hold, so a document
    read before that transaction commits can never displace the one it delivers afterwards.
    """
    return int(
        connection.execute(
            sa.text(
                "select (extract(epoch from least(clock_timestamp(), coalesce((select min(xact_start)"
                " from pg_stat_activity where datname = current_database() and backend_xid is not null"
                " and pid <> pg_backend_pid()), clock_timestamp()))) * 1000000)::bigint"
            )
        ).scalar_one()
    )


def claim(
    connection: sa.Connection, operations: Sequence[str], ids: Sequence[str] | None = None
) -> list[Row]:
    """Take rows for delivery, oldest first; rows in the hands of another process are passed over."""
    query = (
        sa.select(OUTBOX.c.id, sa.func.coalesce(sa.func.octet_length(OUTBOX.c.document), 0))
        .where(OUTBOX.c.set_aside_at.is_(None), OUTBOX.c.operation.in_(operations))
        # what takes something out of sight goes first
        .order_by(sa.case((OUTBOX.c.operation == REMOVE, 0), else_=1), OUTBOX.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    if ids is not None:
        query = query.where(OUTBOX.c.index_id.in_(ids))
    chosen: list[int] = []
    size = 0
    for row, length in connection.execute(query):
        size += length
        if chosen and size > BATCH_BYTES:
            break
        chosen.append(row)
    if not chosen:
        return []
    rows = {row.id: row for row in connection.execute(sa.select(OUTBOX).where(OUTBOX.c.id.in_(chosen)))}
    return [_row(rows[each]) for each in chosen]


def _row(row: Any) -> Row:
    return Row(
        id=row.id,
        version=row.version,
        index_id=row.index_id,
        dataset_id=row.dataset_id,
        operation=row.operation,
        document=None if row.document is None else json.loads(row.document),
        attempts=row.attempts,
    )


def done(connection: sa.Connection, rows: Sequence[Row]) -> None:
    """Forget what the index has learnt, and with it the older news of the same datasets.

    An older row must not be delivered after a removal: the engine forgets versions of removed
    documents after a minute. Rows in the hands of another process are left to it.
    """
    if rows:
        connection.execute(
            sa.text(
                "delete from migration_search_outbox where id in (select older.id"
                " from migration_search_outbox older"
                " join unnest(cast(:index_ids as text[]), cast(:ids as bigint[])) as told (index_id, id)"
                " on older.index_id = told.index_id and older.id <= told.id for update of older skip locked)"
            ),
            {"index_ids": [row.index_id for row in rows], "ids": [row.id for row in rows]},
        )


def others(connection: sa.Connection, index_ids: Sequence[str], rows: Sequence[int]) -> bool:
    """Whether there is other news of these documents than these rows, in whoever's hands."""
    query = sa.select(OUTBOX.c.id).where(
        OUTBOX.c.index_id.in_(index_ids), OUTBOX.c.id.not_in(rows), OUTBOX.c.set_aside_at.is_(None)
    )
    return connection.execute(query.limit(1)).scalar() is not None


def read_again(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Let the worker make these documents anew: they are not made as this software makes them."""
    if ids:
        connection.execute(
            sa.update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(operation=REFRESH, document=None)
        )


def forget(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Drop just these rows."""
    if ids:
        connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.id.in_(ids)))


def set_aside(connection: sa.Connection, row: int, problem: str) -> None:
    """Keep a document that the engine refuses out of the way, with the reason."""
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == row)
        .values(set_aside_at=sa.func.now(), problem=problem[:MAX_PROBLEM], attempts=OUTBOX.c.attempts + 1)
    )


def postponed(connection: sa.Connection, ids: Sequence[int], problem: str) -> None:
    """Count a delivery that failed for want of an engine."""
    if ids:
        connection.execute(
            sa.update(OUTBOX)
            .where(OUTBOX.c.id.in_(ids))
            .values(problem=problem[:MAX_PROBLEM], attempts=OUTBOX.c.attempts + 1)
        )


def rebuild_target(connection: sa.Connection) -> str | None:
    """Return the index that is being built at the moment."""
    return connection.execute(sa.select(REBUILD.c.target)).scalar()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the index is behind."""

    waiting: int
    oldest_seconds: float
    set_aside: int
    last_problem: str | None


def backlog(connection: sa.Connection) -> Backlog:
    """Count what waits."""
    row = connection.execute(
        sa.text(
            "select count(*) filter (where set_aside_at is null),"
            " coalesce(extract(epoch from now() - min(created_at) filter (where set_aside_at is null)), 0),"
            " count(*) filter (where set_aside_at is not null),"
            " max(problem) filter (where set_aside_at is null) from migration_search_outbox"
        )
    ).one()
    return Backlog(int(row[0]), float(row[1]), int(row[2]), row[3])


def problems(connection: sa.Connection, limit: int = 20) -> list[tuple[str, str]]:
    """Datasets set aside, with the reason."""
    rows = connection.execute(
        sa.select(OUTBOX.c.dataset_id, OUTBOX.c.problem)
        .where(OUTBOX.c.set_aside_at.is_not(None))
        .order_by(OUTBOX.c.set_aside_at.desc())
        .limit(limit)
    )
    return [(row.dataset_id, row.problem or "") for row in rows]


def take_up_again(connection: sa.Connection) -> int:
    """Read again what was set aside, after the reason was removed."""
    result = connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.set_aside_at.is_not(None))
        .values(set_aside_at=None, operation=REFRESH, document=None, problem=None)
    )
    return int(result.rowcount)
