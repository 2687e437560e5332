"""Measurements of the search that are kept: what the page "How search works" and the next rebuild look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ckanext.migration.search.relevance.judging import Report

METADATA = sa.MetaData()
TABLE = sa.Table(
    "migration_search_measurement",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("serving", sa.Boolean, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)
"""``serving``: measured of the index that people search, not of one that was refused."""
KEPT = 200
"""Measurements kept, the newest; enough to see how the search went for a year of weekly rebuilds."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A kept report."""

    measured_at: datetime
    report: Mapping[str, Any]


def keep(connection: sa.Connection, report: Report, *, serving: bool) -> None:
    """Keep a measurement, and no more than ``KEPT`` of them."""
    text = json.dumps(report.as_dict(), ensure_ascii=False)
    connection.execute(sa.insert(TABLE).values(serving=serving, report=text))
    newest = sa.select(TABLE.c.id).order_by(TABLE.c.id.desc()).limit(KEPT)
    connection.execute(sa.delete(TABLE).where(TABLE.c.id.not_in(newest)))


def last(connection: sa.Connection) -> Measurement | None:
    """Return the last one of an index that people search; None also where the table is not there yet."""
    if connection.execute(sa.text(f"select to_regclass('{TABLE.name}')")).scalar() is None:
        return None
    row = connection.execute(
        sa.select(TABLE.c.measured_at, TABLE.c.report)
        .where(TABLE.c.serving)
        .order_by(TABLE.c.id.desc())
        .limit(1)
    ).one_or_none()
    return Measurement(row.measured_at, json.loads(row.report)) if row else None
