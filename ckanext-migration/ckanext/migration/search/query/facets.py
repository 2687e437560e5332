"""Facets: Solr's parameters to aggregations, and buckets back to Solr's flat lists.

The aggregations count what the query and *all* its filters leave, the permission filter among
them. Terms without a visible dataset are never listed, whatever ``facet.mincount`` says: they
would tell words of datasets that the reader may not see (search-contract §1.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query import freshness
from ckanext.migration.search.query.fields import Fields, Target

ALL_TERMS = 65_000
"""Values of all facets of one search together: engines refuse to answer more (``search.max_buckets``)."""
_COUNTED = ("keyword", "flat", "number", "date")


def aggregations(
    names: tuple[str, ...], known: Fields, params: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """One aggregation a field that can be counted; the others get no buckets.

    Without a limit the facets share what the engine can answer (threats SR-10).
    """
    most = ALL_TERMS // max(len(names), 1)
    limit = _number(params.get("facet.limit"), 100, "facet.limit")
    least = max(_number(params.get("facet.mincount"), 1, "facet.mincount"), 1)
    found: dict[str, Any] = {}
    for number, name in enumerate(names):
        target = known.find(name)
        if target.kind == "state":
            found[key(number)] = freshness.aggregation(now)
            continue
        path = _path(target)
        if path and limit != 0:
            size = min(limit, most) if limit > 0 else most
            found[key(number)] = {"terms": {"field": path, "size": size, "min_doc_count": least}}
    return found


def lists(names: tuple[str, ...], answer: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``{field: [term, count, term, count, …]}`` as Solr answers."""
    return {name: flat(answer.get(key(number), {})) for number, name in enumerate(names)}


def key(number: int) -> str:
    """Return the name of a facet's aggregation, by the place of the facet in the request."""
    return f"f{number}"


def flat(aggregation: Mapping[str, Any]) -> list[Any]:
    """Return ``[term, count, term, count, …]`` without empty terms."""
    buckets = aggregation.get("buckets", [])
    if isinstance(buckets, Mapping):
        return [
            part
            for state, bucket in buckets.items()
            if bucket["doc_count"]
            for part in (state, bucket["doc_count"])
        ]
    return [
        part
        for bucket in buckets
        for part in (str(bucket.get("key_as_string", bucket["key"])), bucket["doc_count"])
    ]


def _path(target: Target) -> str | None:
    if target.kind == "text":
        return target.whole
    return target.path if target.kind in _COUNTED and target.nested is None else None


def _number(value: Any, default: int, name: str) -> int:
    try:
        return int(value) if value not in (None, "") else default
    except (TypeError, ValueError):
        raise QuerySyntaxError(f"The parameter {name} is not a whole number") from None
