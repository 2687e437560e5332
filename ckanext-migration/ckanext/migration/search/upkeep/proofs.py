"""When the index was last compared with the database, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ckanext.migration.search.upkeep.comparison import Differences

METADATA = sa.MetaData()
TABLE = sa.Table(
    "migration_search_proof",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("deep", sa.Boolean, nullable=False),
    sa.Column("compared", sa.Integer, nullable=False),
    sa.Column("missing", sa.Integer, nullable=False),
    sa.Column("surplus", sa.Integer, nullable=False),
    sa.Column("different", sa.Integer, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
)
"""``left``: how many still differed after the repair."""
KEPT = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """One comparison: whole documents or only who may see them; counts of datasets."""

    compared_at: datetime
    deep: bool
    compared: int
    missing: int
    surplus: int
    different: int
    left: int


def keep(connection: sa.Connection, found: Differences, *, deep: bool, left: int) -> None:
    """Keep a comparison, and no more than ``KEPT`` of them."""
    if not _installed(connection):
        return
    connection.execute(
        sa.insert(TABLE).values(
            deep=deep,
            compared=found.compared,
            missing=len(found.missing),
            surplus=len(found.surplus),
            different=len(found.different),
            left=left,
        )
    )
    newest = sa.select(TABLE.c.id).order_by(TABLE.c.id.desc()).limit(KEPT)
    connection.execute(sa.delete(TABLE).where(TABLE.c.id.not_in(newest)))


def last(connection: sa.Connection) -> Proof | None:
    """Return the last comparison; None where there was none, or before `ckan db upgrade`."""
    if not _installed(connection):
        return None
    columns = [column for column in TABLE.c if column.name != "id"]
    row = connection.execute(sa.select(*columns).order_by(TABLE.c.id.desc()).limit(1)).one_or_none()
    return Proof(**row._mapping) if row else None


def _installed(connection: sa.Connection) -> bool:
    return connection.execute(sa.text(f"select to_regclass('{TABLE.name}')")).scalar() is not None
