"""Pages of any depth.

Up to Elasticsearch's result window a page is one request. Beyond it the engine refuses, while CKAN
and those who harvest our feeds simply go on paging: there a frozen view is walked to the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.migration.search.client import Engine

WINDOW = 10_000


def fetch(engine: Engine, index: str, body: Mapping[str, Any], start: int, rows: int) -> dict[str, Any]:
    """Run a search and return the engine's answer with the hits of one page; the total is exact."""
    if start + rows <= WINDOW:
        return dict(engine.search(index, {**body, "from": start, "size": rows}))
    light = {key: value for key, value in body.items() if key not in ("highlight", "sort")}
    answer = dict(engine.search(index, {**light, "size": 0}))
    hits = dict(answer["hits"])
    if start < hits["total"]["value"]:
        hits["hits"] = _walk(engine, index, body, start, rows)
    answer["hits"] = hits
    return answer


def every(
    engine: Engine, index: str, query: Mapping[str, Any], source: list[str]
) -> Iterator[Mapping[str, Any]]:
    """All documents that match, one by one, whatever their number."""
    point = engine.open_point_in_time(index)
    try:
        body = {
            "query": query,
            "_source": source,
            "sort": [{"_shard_doc": "asc"}],
            "track_total_hits": False,
        }
        yield from _pages(engine, body, point)
    finally:
        engine.close_point_in_time(point)


def values(
    engine: Engine, index: str, query: Mapping[str, Any], names: list[str]
) -> Iterator[Mapping[str, list[Any]]]:
    """Tell some keyword fields of all documents that match, as ``{name: values}``, without reading these."""
    point = engine.open_point_in_time(index)
    try:
        body = {
            "query": query,
            "_source": False,
            "docvalue_fields": names,
            "sort": [{"_shard_doc": "asc"}],
            "track_total_hits": False,
        }
        for hit in _pages(engine, body, point, WINDOW):
            yield hit.get("fields") or {}
    finally:
        engine.close_point_in_time(point)


def in_order(engine: Engine, index: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All hits of a search in its order, of a frozen view, whatever their number."""
    point = engine.open_point_in_time(index)
    try:
        sort = [*(body.get("sort") or [{"_score": "desc"}]), {"_shard_doc": "asc"}]
        yield from _pages(engine, {**body, "sort": sort, "track_total_hits": False}, point, WINDOW)
    finally:
        engine.close_point_in_time(point)


def _pages(
    engine: Engine, body: dict[str, Any], point: str, size: int = WINDOW // 10
) -> Iterator[Mapping[str, Any]]:
    after: Any = None
    while True:
        hits = _step(engine, body, point, size, after)
        yield from hits
        if len(hits) < size:
            return
        after = hits[-1]["sort"]


def _walk(engine: Engine, index: str, body: Mapping[str, Any], start: int, rows: int) -> list[Any]:
    """Skip ``start`` hits without reading them, then collect ``rows``."""
    skipping = {key: body[key] for key in ("query", "post_filter", "sort") if key in body}
    skipping["sort"] = [*(skipping.get("sort") or [{"_score": "desc"}]), {"_shard_doc": "asc"}]
    reading = {**body, "sort": skipping["sort"]}
    reading.pop("aggs", None)
    for part in (skipping, reading):
        part["track_total_hits"] = False
    skipping["_source"] = False
    point = engine.open_point_in_time(index)
    try:
        after: Any = None
        left = start
        while left:
            hits = _step(engine, skipping, point, min(left, WINDOW), after)
            if not hits:
                return []
            left, after = left - len(hits), hits[-1]["sort"]
        found: list[Any] = []
        while len(found) < rows:
            hits = _step(engine, reading, point, min(rows - len(found), WINDOW // 10), after)
            if not hits:
                break
            found += hits
            after = hits[-1]["sort"]
        return found
    finally:
        engine.close_point_in_time(point)


def _step(engine: Engine, body: Mapping[str, Any], point: str, size: int, after: Any) -> list[Any]:
    request = {**body, "size": size, "pit": {"id": point, "keep_alive": "2m"}}
    if after is not None:
        request["search_after"] = after
    return list(engine.search(None, request)["hits"]["hits"])
