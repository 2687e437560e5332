"""What the scores of many datasets say together: an agency's, or the whole registry's.

Public datasets only, for everybody: a mean over hidden records would tell of them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.migration.quality.model import SCORE
from migration_schemas import quality
from migration_vocabularies import get

_EARNED, _POSSIBLE = 0, 1


def _public(agency: str | None) -> sa.CTE:
    """Return the scores of public datasets with what is needed of the datasets themselves."""
    package = model.Package.__table__
    found = (
        sa.select(SCORE, package.c.name, package.c.title, package.c.owner_org)
        .join(package, package.c.id == SCORE.c.package_id)
        .where(package.c.state == "active", package.c.private.is_(False), package.c.type == "dataset")
    )
    if agency is not None:
        found = found.where(package.c.owner_org == agency)
    return found.cte("public")


def of(
    connection: sa.Connection, agency: str | None, *, lang: str, limit: int, offset: int
) -> dict[str, Any]:
    """Return the scorecard of an agency (its id), or of all where it is None.

    `percent` and `mqa` are means over the records; `records` are listed from the weakest up.
    """
    public = _public(agency)
    means = sa.select(sa.func.count(), sa.func.avg(public.c.percent), sa.func.avg(public.c.mqa))
    count, percent, mqa = connection.execute(means.select_from(public)).one()
    bands = dict.fromkeys(quality.BANDS, 0)
    conformance: dict[str, int] = {}
    for row in connection.execute(sa.select(public.c.earned, public.c.possible, public.c.conformance)):
        bands[quality.band(row.earned, row.possible)] += 1
        conformance[row.conformance] = conformance.get(row.conformance, 0) + 1
    return {
        "count": count,
        "percent": _rounded(percent),
        "mqa": _rounded(mqa),
        "mqa_most": quality.MQA.most,
        "bands": bands,
        "conformance": conformance,
        "dimensions": _dimensions(connection, public, lang),
        "repairs": _repairs(connection, public, lang),
        "records": _records(connection, public, limit, offset),
    }


def agencies(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return the mean scores of all agencies with public datasets, the best first."""
    public, group = _public(None), model.Group.__table__
    percent = sa.func.avg(public.c.percent)
    rows = connection.execute(
        sa.select(group.c.id, group.c.name, group.c.title, sa.func.count().label("records"))
        .add_columns(percent.label("percent"), sa.func.avg(public.c.mqa).label("mqa"))
        .join_from(public, group, group.c.id == public.c.owner_org)
        .where(group.c.state == "active")
        .group_by(group.c.id, group.c.name, group.c.title)
        .order_by(percent.desc(), group.c.title)
    ).mappings()
    return [{**row, "percent": _rounded(row["percent"]), "mqa": _rounded(row["mqa"])} for row in rows]


def _records(connection: sa.Connection, public: sa.CTE, limit: int, offset: int) -> list[dict[str, Any]]:
    columns = ("name", "title", "percent", "earned", "possible", "mqa", "conformance")
    rows = connection.execute(
        sa.select(public.c.package_id.label("id"), *(public.c[name] for name in columns))
        .order_by(public.c.percent, public.c.earned, public.c.name)
        .limit(limit)
        .offset(offset)
    ).mappings()
    return [{**row, "band": quality.band(row["earned"], row["possible"])} for row in rows]


def _dimensions(connection: sa.Connection, public: sa.CTE, lang: str) -> list[dict[str, Any]]:
    each = sa.func.jsonb_each(public.c.dimensions).table_valued("key", "value")
    value = sa.type_coerce(each.c.value, JSONB)
    sums = (sa.func.sum(value[place].astext.cast(sa.Float)) for place in (_EARNED, _POSSIBLE))
    rows = connection.execute(
        sa.select(each.c.key, *sums).select_from(public.join(each, sa.true())).group_by(each.c.key)
    )
    found = {name: (earned, possible) for name, earned, possible in rows}
    return [
        {"name": concept.code, "label": concept.label(lang), "percent": int(100 * earned / possible)}
        for concept in get("score-dimension")
        for earned, possible in (found.get(concept.code, (0, 0)),)
        if possible
    ]


def _repairs(connection: sa.Connection, public: sa.CTE, lang: str) -> list[dict[str, Any]]:
    each = sa.func.jsonb_each_text(public.c.repairs).table_valued("key", "value")
    points = sa.func.sum(sa.cast(each.c.value, sa.Float))
    rows = connection.execute(
        sa.select(each.c.key, sa.func.count(), points)
        .select_from(public.join(each, sa.true()))
        .group_by(each.c.key)
        .order_by(points.desc(), each.c.key)
    )
    metrics = {metric.name: metric for metric in quality.MIGDCAT.metrics}
    return [
        {
            "name": name,
            "label": metrics[name].label(lang),
            "repair": metrics[name].repair(lang),
            "records": records,
            "points": round(gain, 1),
        }
        for name, records, gain in rows
        if name in metrics
    ]


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 1)
