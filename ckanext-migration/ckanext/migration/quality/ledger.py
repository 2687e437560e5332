"""Keeps scores: the newest of each dataset, and one a day as history.

A score is computed where a dataset is saved, in the same transaction, and again by `ckan migration quality
compute` when the profile has changed or links were checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration import shared
from ckanext.migration.quality import links
from ckanext.migration.quality.model import HISTORY, SCORE
from migration_schemas import Report, profile_version, quality
from migration_schemas.indexing import conformance_of

KEPT_IN_HISTORY = ("profile_version", "conformance", "earned", "possible", "percent", "mqa")
DAYS_SHOWN = 400


def assess(connection: sa.Connection, package: Mapping[str, Any]) -> tuple[quality.Assessment, Report]:
    """Count the points of a dataset with all its fields, and return its report with them."""
    record, report = shared.as_record(package), shared.report(package)
    answers = links.answers(connection, links.addresses(package))
    found = quality.assess(record, quality.Evidence(answers, conforms=report.conforms))
    return found, report


def keep(connection: sa.Connection, package: Mapping[str, Any]) -> quality.Assessment:
    """Count the points of a dataset and keep them; the history gets a row where something changed."""
    found, report = assess(connection, package)
    package_id = str(package["id"])
    measured = {
        "profile_version": profile_version(),
        "conformance": conformance_of(report),
        "earned": found.own.earned,
        "possible": found.own.possible,
        "percent": found.own.percent,
        "mqa": found.mqa.earned,
    }
    details = {
        "dimensions": {name: list(points) for name, points in found.own.dimensions.items()},
        "repairs": {each.metric.name: each.gain for each in found.own.repairs},
        "findings": list(_findings(report)),
        "computed_at": sa.func.now(),
    }
    newest = connection.execute(_newest(package_id)).mappings().one_or_none()
    _put(connection, SCORE, {"package_id": package_id}, {**measured, **details})
    if newest is None or any(newest[name] != measured[name] for name in KEPT_IN_HISTORY):
        _put(connection, HISTORY, {"package_id": package_id, "day": sa.func.current_date()}, measured)
    return found


def history(connection: sa.Connection, package_id: str) -> list[dict[str, Any]]:
    """Return the scores of a dataset by day, the oldest first."""
    rows = connection.execute(
        sa.select(HISTORY)
        .where(HISTORY.c.package_id == package_id)
        .order_by(HISTORY.c.day.desc())
        .limit(DAYS_SHOWN)
    ).mappings()
    return [
        {"day": row["day"].isoformat(), **{name: row[name] for name in KEPT_IN_HISTORY}}
        for row in reversed(list(rows))
    ]


def forget(connection: sa.Connection, package_id: str | None = None) -> int:
    """Remove what is known about a dataset, or about all that no longer exist; return how many rows."""
    gone = 0
    for table in (SCORE, HISTORY):
        known = sa.exists().where(model.Package.__table__.c.id == table.c.package_id)
        which = table.c.package_id == package_id if package_id else ~known
        gone += connection.execute(sa.delete(table).where(which)).rowcount
    return gone


def _newest(package_id: str) -> sa.Select[Any]:
    return (
        sa.select(HISTORY).where(HISTORY.c.package_id == package_id).order_by(HISTORY.c.day.desc()).limit(1)
    )


def _findings(report: Report) -> Iterable[dict[str, Any]]:
    for finding in report.findings:
        yield {
            "shape": str(finding.shape),
            "field": finding.field,
            "resource": finding.resource,
            "severity": finding.severity,
        }


def _put(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    statement = insert(table).values({**key, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
