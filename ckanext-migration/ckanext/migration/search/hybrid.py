"""Words and meaning in one order of results, where an embedder is configured (off by default).

The words decide what is found: total, facets and pages are theirs. Among the first hundred of them the
nearness in meaning shares in the order (reciprocal rank fusion). Where the words find little, records
that are near in meaning and that the words do not find are told beside the result, as ``related``, and
are counted nowhere ([0014](../../../../docs/decisions/0014-words-decide-what-is-found.md)).

Every filter of the search, permissions first, stands *inside* the kNN clause: the nearest are chosen among
what the reader may see (threats LK-09). Any failure on the way leaves the lexical result.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ckanext.migration.search import paging
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.vectors import embedding, fusion
from ckanext.migration.search.vectors.embedding import FIELD, Embedder
from ckanext.migration.search.words.meaning import EXACT

log = logging.getLogger(__name__)

WINDOW = 100
"""Hits of each kind that are fused; later pages are in the order of the words alone."""
_CANDIDATES = 200
FEW = 10
"""Fewer hits than this are joined by related records."""
RELATED = 5
_TOLD = ("name", "title", "title_*")
"""What ``additions.related`` tells of a record."""
_ONE_WORD = re.compile(r"[^\s\u3400-\u9fff]+")
"""A name, an abbreviation or a topic: words and thesaurus know it better than its nearness to other texts."""
_REMEMBERED = 30.0

Hit = Mapping[str, Any]
Body = dict[str, Any]


class _Held:
    """Remembers for half a minute which embedder's vectors an index holds; that it holds none, never."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}

    def by(self, engine: Engine, index: str) -> str | None:
        until, name = self._known.get(index, (0.0, ""))
        if until < self._clock():
            found = embedding.held(engine.fields(index))
            if found is None:
                return None
            name = found
            self._known[index] = (self._clock() + _REMEMBERED, name)
        return name


_held = _Held()


def fetch(engine: Engine, index: str, body: Body, wanted: Request, asked: Asked | None) -> Body:
    """Search; ``related`` of the answer are hits that only their meaning brought."""
    embedder = embedding.usable() if _suits(body, wanted, asked) else None
    if embedder is not None:
        try:
            if _held.by(engine, index) == embedder.name:
                vector = embedding.of_query(embedder, wanted.plain)
                return _fused(engine, index, body, wanted, (embedder, vector))
        except SearchFault as fault:
            log.warning("search.hybrid.without code=%s detail=%s", fault.code, fault.detail)
    return paging.fetch(engine, index, body, wanted.start, wanted.rows)


def _suits(body: Body, wanted: Request, asked: Asked | None) -> bool:
    """Whether this is somebody's search for words, best match first, near its beginning."""
    if _ONE_WORD.fullmatch(wanted.plain):
        return False
    by_score = not wanted.sort or "_score" in wanted.sort[0]
    ordinary = "search_after" not in body and body.get("sort", []) == wanted.order
    inside = wanted.rows > 0 and wanted.start + wanted.rows <= WINDOW
    return bool(
        wanted.plain and asked and "suggestions" not in asked.state and by_score and ordinary and inside
    )


def _fused(
    engine: Engine, index: str, body: Body, wanted: Request, meant: tuple[Embedder, Sequence[float]]
) -> Body:
    embedder, vector = meant
    light = {name: part for name, part in body.items() if name != "highlight"}
    near = {
        "knn": {
            "field": FIELD,
            "query_vector": list(vector),
            "k": WINDOW,
            "num_candidates": _CANDIDATES,
            "filter": _filters(body),
        },
        "size": WINDOW,
        "_source": False,
    }
    words, nearest = engine.searches(index, [{**light, "size": WINDOW, "_source": False}, near])
    found, close = words["hits"]["hits"], nearest["hits"]["hits"]
    exact = {hit["_id"] for hit in found if (hit.get("_score") or 0.0) >= EXACT}
    order = fusion.fused(_ids(found), _ids(close), exact)[wanted.start : wanted.start + wanted.rows]
    related = _related(wanted, words, close, embedder) if words["hits"]["total"]["value"] < FEW else []
    read = _read(engine, index, body, [*order, *related])
    scores = {hit["_id"]: hit.get("_score") for hit in found}
    shown = [{**read[each], "_score": scores[each]} for each in order if each in read]
    answer = dict(words)
    answer["hits"] = {**words["hits"], "hits": shown}
    answer["related"] = [read[each] for each in related if each in read]
    return answer


def _filters(body: Body) -> list[dict[str, Any]]:
    """Return every filter of the search: permissions, state, the caller's, and the reader's choices."""
    query = body["query"]["bool"]
    filters = [*query["filter"], *([body["post_filter"]] if "post_filter" in body else [])]
    return [{"bool": {"filter": filters, "must_not": list(query.get("must_not", ()))}}]


def _related(wanted: Request, words: Hit, close: Sequence[Hit], embedder: Embedder) -> list[str]:
    """Return what is near in meaning and not among the hits, on the first page only.

    There are fewer hits than the window, so that what is not among them is not found by the words.
    """
    if wanted.start:
        return []
    known = set(_ids(words["hits"]["hits"]))
    # the engine tells (1 + cosine) / 2
    enough = (1 + embedder.related) / 2
    return [hit["_id"] for hit in close if hit["_id"] not in known and hit["_score"] >= enough][:RELATED]


def _read(engine: Engine, index: str, body: Body, ids: Sequence[str]) -> dict[str, Hit]:
    """Read the documents of one page, with highlights, under the same filters as before."""
    if not ids:
        return {}
    query = {
        "bool": {
            "filter": [{"ids": {"values": list(ids)}}, *_filters(body)],
            "should": body["query"]["bool"]["must"],
        }
    }
    asked: Body = {name: body[name] for name in ("_source", "highlight") if name in body}
    if "includes" in asked["_source"]:
        asked["_source"] = {"includes": [*asked["_source"]["includes"], *_TOLD]}
    found = engine.search(index, {"query": query, "size": len(ids), **asked})
    return {hit["_id"]: hit for hit in found["hits"]["hits"]}


def _ids(hits: Sequence[Hit]) -> list[str]:
    return [hit["_id"] for hit in hits]
