"""Pages of entries: a search whose hits are folded, and the rounds behind each of them.

The engine collapses inside its result window. Beyond it, where it refuses, the order is walked once,
remembering which entries were passed, and the page is asked for by its entries: the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.migration.search import paging, results
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.client import Engine
from ckanext.migration.search.index import document
from ckanext.migration.search.query.request import Request

ROUNDS = 6
"""Rounds of an entry that a page gets, the shown one among them."""
CLEARLY = 1.15
"""How much better than the latest round another one fits the words before it is shown instead."""
_LIGHT = [*results.VISIBILITY, "name", "title", "title_*", "round_order"]
_LATEST = [
    {"round_order": {"order": "desc", "unmapped_type": "keyword"}},
    {"id": {"order": "asc", "unmapped_type": "keyword"}},
]

Answer = dict[str, Any]
Body = Mapping[str, Any]


def fetch(engine: Engine, index: str, body: Body, wanted: Request, _asked: Asked | None) -> Answer:
    """Run a folded search; the answer has `rounds` beside the hits."""
    start, rows = wanted.start, wanted.rows
    if start + rows <= paging.WINDOW:
        answer = dict(engine.search(index, {**body, "from": start, "size": rows}))
    else:
        answer = _deep(engine, index, body, start, rows)
    keys = [key for hit in answer["hits"]["hits"] if (key := _entry(hit, body)) != hit["_source"]["id"]]
    if keys:
        _open(answer, dict(engine.search(index, _rounds(body, keys))), body)
    return answer


def others(answer: Mapping[str, Any]) -> list[Any]:
    """Return the hits behind the shown ones: they are checked as those are."""
    return [hit for found in answer.get("rounds", {}).values() for hit in found["hits"]]


def withhold(answer: Answer, hidden: list[str]) -> None:
    """Take hidden datasets out of the rounds, so that nothing counts or names them."""
    for found in answer.get("rounds", {}).values():
        kept = [hit for hit in found["hits"] if hit["_source"]["id"] not in hidden]
        found["count"] -= len(found["hits"]) - len(kept)
        found["hits"] = kept


def _entry(hit: Mapping[str, Any], body: Body) -> str:
    own = [hit["_source"]["id"]]
    return str(hit.get("fields", {}).get(body["collapse"]["field"], own)[0])


def _rounds(body: Body, keys: list[str]) -> dict[str, Any]:
    """Ask for the latest round of each entry, whole, and for the names of those before it.

    The query and every filter are those of the search itself: what it does not find is no round.
    """
    field = body["collapse"]["field"]
    part = {name: body[name] for name in ("_source", "highlight", "collapse") if name in body}
    named = {"top_hits": {"size": ROUNDS, "sort": _LATEST, "_source": {"includes": _LIGHT}}}
    groups = {"terms": {"field": field, "size": len(keys)}, "aggs": {"latest": named}}
    return {
        **part,
        "query": _within(body, keys),
        "sort": _LATEST,
        "track_scores": "_score" in body["sort"][0],
        "track_total_hits": False,
        "size": len(keys),
        "aggs": {"rounds": groups},
    }


def _within(body: Body, keys: list[str]) -> dict[str, Any]:
    filters = [{"terms": {body["collapse"]["field"]: keys}}]
    if "post_filter" in body:
        filters.append(body["post_filter"])
    return {"bool": {"must": [body["query"]], "filter": filters}}


def _open(answer: Answer, found: Mapping[str, Any], body: Body) -> None:
    """Put the round to be shown in the place of its entry, and the others beside."""
    latest = {_entry(hit, body): hit for hit in found["hits"]["hits"]}
    buckets = {bucket["key"]: bucket for bucket in found["aggregations"]["rounds"]["buckets"]}
    shown, rounds = [], {}
    for hit in answer["hits"]["hits"]:
        key = _entry(hit, body)
        if key not in latest or key not in buckets:  # a dataset of its own, or gone between two requests
            shown.append(hit)
            continue
        chosen = hit if _fits_better(hit, latest[key], body) and not _leads(latest[key]) else latest[key]
        shown.append(chosen)
        name = chosen["_source"]["id"]
        named = buckets[key]["latest"]["hits"]["hits"]
        behind = [each for each in named if each["_source"]["id"] != name][: ROUNDS - 1]
        rounds[name] = {"entry": key, "count": buckets[key]["doc_count"], "hits": behind}
    answer["hits"] = {**answer["hits"], "hits": shown}
    answer["rounds"] = rounds


def _leads(hit: Mapping[str, Any]) -> bool:
    """Whether a dataset is shown before all others of its entry: the original before its copies."""
    order, *_rest = hit.get("sort") or ("",)  # as in `_LATEST`
    return str(order or "").startswith(document.FIRST)


def _fits_better(best: Mapping[str, Any], latest: Mapping[str, Any], body: Body) -> bool:
    """Whether the best placed round is shown: only where the order is that of the best match."""
    if "_score" not in body["sort"][0]:
        return False
    return (best.get("_score") or 0) > CLEARLY * (latest.get("_score") or 0)


def _deep(engine: Engine, index: str, body: Body, start: int, rows: int) -> Answer:
    counting = ("highlight", "sort", "collapse", "track_scores")
    light = {name: value for name, value in body.items() if name not in counting}
    answer = dict(engine.search(index, {**light, "size": 0}))
    keys = list(_keys(engine, index, body, start, rows))
    hits: list[Any] = []
    if keys:
        page = {name: value for name, value in body.items() if name not in ("aggs", "post_filter")}
        page["query"] = _within(body, keys)
        hits = engine.search(index, {**page, "size": len(keys)})["hits"]["hits"]
    answer["hits"] = {**answer["hits"], "hits": hits}
    return answer


def _keys(engine: Engine, index: str, body: Body, start: int, rows: int) -> Iterator[str]:
    """Yield the entries of one page in the order in which they first appear."""
    field = body["collapse"]["field"]
    light = {name: body[name] for name in ("query", "post_filter", "sort") if name in body}
    seen: set[str] = set()
    for hit in paging.in_order(engine, index, {**light, "_source": False, "docvalue_fields": [field]}):
        key = str(hit["fields"][field][0])
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > start:
            yield key
        if len(seen) == start + rows:
            return
