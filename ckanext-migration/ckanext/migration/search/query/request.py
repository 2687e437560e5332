"""A request as CKAN makes it of Solr, turned into a request of Elasticsearch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError, SortError
from ckanext.migration.search.query import dismax, dsl, facets, labels, localparams, sought, syntax, tree
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.words import thesaurus

MAX_FACETS = 30
"""Facets of one search (threats SR-10)."""
_SORT = re.compile(r"^(\S+)\s+(asc|desc)$", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[\":{}\[\]^~*]|(?:^|\s)[+-]|\b(?:AND|OR|NOT)\b")
_EVERYTHING = frozenset({"*:*", "*", ""})
_FALSE = frozenset({"false", "0", "no", "off"})
_UNSUPPORTED = ("bf", "boost")
TIES: dict[str, Any] = {"id": {"order": "asc", "unmapped_type": "keyword"}}
"""Equal hits stand in one order, in whatever shard or copy they are found: pages then fit together."""
CKAN_FIELDS = "name^4 title^4 tags^2 groups^2 text"
"""``ckan.lib.search.query.QUERY_FIELDS``: where a caller leaves them as they are, the six languages join."""


@dataclass(frozen=True, slots=True)
class Request:
    """One search. ``labels`` is None where everything may be seen."""

    query: dict[str, Any]
    filters: tuple[dict[str, Any], ...]
    labels: tuple[str, ...] | None
    start: int
    rows: int
    wanted: tuple[str, ...]
    sort: tuple[dict[str, Any], ...]
    facets: tuple[str, ...]
    aggregations: dict[str, Any]
    from_ckan: bool
    words: bool
    """Whether there are words that could be highlighted."""
    plain: str = ""
    """The words, where they are nothing but words to be understood: no operators, quotes, fields."""
    typed: tuple[sought.Sought, ...] = ()
    """What the words look for, where they are words of a search box."""
    understood: bool = False
    """Whether the portal itself decides in which fields they are looked for, and knows what they mean."""

    @property
    def looked_for(self) -> tuple[sought.Sought, ...]:
        """What the words look for, where the portal itself decides in which fields."""
        return self.typed if self.understood else ()

    @property
    def order(self) -> list[dict[str, Any]]:
        """The sort order of a reader's search, without two hits in the same place."""
        if not self.from_ckan:
            return list(self.sort)
        return [*(self.sort or ({"_score": {"order": "desc"}},)), TIES]

    def engine_query(
        self, without: Sequence[str] = (), more: Sequence[dict[str, Any]] = ()
    ) -> dict[str, Any]:
        """Return the whole query. Every filter stays a clause of its own, so that none can open another."""
        filters = [*self.filters, *more]
        if self.labels is not None:
            filters.append(labels.query(self.labels))
        query: dict[str, Any] = {"must": [self.query], "filter": filters}
        if without:
            query["must_not"] = [{"terms": {"id": list(without)}}]
        return {"bool": query}

    def visible(self, site: str, without: Sequence[str] = ()) -> dict[str, Any]:
        """Return the query for all of a site that the reader may see, whatever else the search asks for."""
        filters: list[dict[str, Any]] = [{"term": {"state": "active"}}, {"term": {"site_id": site}}]
        if self.labels is not None:
            filters.append(labels.query(self.labels))
        return {"bool": {"filter": filters, "must_not": [{"terms": {"id": list(without)}}]}}


@dataclass(slots=True)
class _Seen:
    """Which fields the parsed filters speak about."""

    fields: set[str] = field(default_factory=set)

    def note(self, node: tree.Node) -> None:
        self.fields.update(leaf.field for leaf in tree.leaves(node) if leaf.field)


def read(
    params: Mapping[str, Any],
    properties: Mapping[str, Any],
    now: datetime,
    extra_fields: str = "",
    known_words: thesaurus.Thesaurus | None = None,
) -> Request:
    """Read the parameters that CKAN would send to Solr.

    ``PackageSearchQuery.run`` always sets ``q.op``; without it the call is one of CKAN's own
    (show, delete, clear) and is trusted. ``extra_fields`` and ``known_words`` help where the caller
    left CKAN's query fields as they are.
    """
    for name in _UNSUPPORTED:
        if params.get(name):
            raise QuerySyntaxError(f"The parameter {name} (a Solr function) is not supported")
    from_run = "q.op" in params
    known = Fields(properties, trusted=not from_run)
    operator: syntax.Operator = "AND" if str(params.get("q.op", "OR")).upper() == "AND" else "OR"
    compiler = dsl.Compiler(known, now, operator, str(params.get("df") or "text"))
    allowed, filters = _filters(params.get("fq"), compiler, from_run=from_run)
    text = str(params.get("q") or "").strip()
    names = _facet_fields(params)
    limits = syntax.SEARCHER if from_run else syntax.OWN
    query, typed = _Text(text, compiler, limits, known_words).query(params, extra_fields)
    return Request(
        plain=text if _is_plain(text, params) else "",
        query=query,
        filters=tuple(filters),
        labels=allowed,
        start=_whole(params.get("start"), 0, "start"),
        rows=_whole(params.get("rows"), 10, "rows"),
        wanted=tuple(name for name in re.split(r"[,\s]+", _joined(params.get("fl"))) if name) or ("*",),
        sort=tuple(sort(params.get("sort"), known)),
        facets=names,
        aggregations=facets.aggregations(names, known, params, now),
        from_ckan=from_run,
        words=text not in _EVERYTHING,
        typed=typed,
        understood=known_words is not None and str(params.get("qf") or "") == CKAN_FIELDS,
    )


def _is_plain(text: str, params: Mapping[str, Any]) -> bool:
    """Whether a text is words as somebody says them, with CKAN's own query fields."""
    if text in _EVERYTHING or str(params.get("qf") or "") != CKAN_FIELDS or _NOT_PLAIN.search(text):
        return False
    return params.get("defType") in ("dismax", "edismax")


def _filters(
    given: Any, compiler: dsl.Compiler, *, from_run: bool
) -> tuple[tuple[str, ...] | None, list[dict[str, Any]]]:
    """Compile each filter by itself; the permission filter is the last one that ``run`` appends."""
    texts = [given] if isinstance(given, str) else list(given or [])
    texts = [text.strip() for text in texts if text and text.strip()]
    allowed = None
    if from_run and texts and texts[-1].startswith(labels.START):
        allowed = labels.read(texts.pop())
    seen, limits = _Seen(), syntax.CALLER if from_run else syntax.OWN
    filters = [
        localparams.query(text, compiler, limits, seen.note) for text in texts if text not in _EVERYTHING
    ]
    if from_run and "state" not in seen.fields:
        # CKAN leaves its own state filter out when the text "+state:" occurs anywhere (threats SR-07)
        filters.append({"term": {"state": {"value": "active"}}})
    return allowed, filters


@dataclass(frozen=True, slots=True)
class _Text:
    """The query text with what is needed to compile it."""

    text: str
    compiler: dsl.Compiler
    limits: syntax.Limits
    known_words: thesaurus.Thesaurus | None

    def fielded(self) -> dict[str, Any]:
        """Compile it as Solr's lucene language."""
        return localparams.query(self.text, self.compiler, self.limits, lambda _node: None)

    def query(
        self, params: Mapping[str, Any], extra_fields: str
    ) -> tuple[dict[str, Any], tuple[sought.Sought, ...]]:
        """Compile it as the parameters ask; what it looks for is told where it is words of a search box."""
        if self.text in _EVERYTHING:
            return dsl.ALL, ()
        kind = params.get("defType") or "lucene"
        if kind not in ("lucene", "dismax", "edismax"):
            raise QuerySyntaxError(f"The query parser {kind!r} is not supported")
        if kind == "lucene" or self.text.startswith("{!"):
            return self.fielded(), ()
        if kind == "edismax" and ":" in self.text:
            try:
                return self.fielded(), ()
            except QueryNotAllowedError:
                raise
            except QuerySyntaxError:
                pass  # edismax reads as words whatever is not in the grammar
        weights = self._weights(params, extra_fields)
        read = sought.read(self.text, weights.thesaurus)
        query = dismax.compiled(read, self.text, weights, self.compiler.fields)
        return query, read.sought

    def _weights(self, params: Mapping[str, Any], extra_fields: str) -> dismax.Weights:
        names = str(params.get("qf") or self.compiler.default_field)
        understood = names == CKAN_FIELDS
        if understood:
            names = f"{names} {extra_fields}"
        try:
            tie = min(max(float(params.get("tie") or 0), 0.0), 1.0)
        except ValueError:
            raise QuerySyntaxError("The parameter tie is not a number") from None
        words = self.known_words if understood else None
        return dismax.Weights(names, str(params.get("mm") or "100%"), tie, words)


def sort(text: str | None, known: Fields) -> list[dict[str, Any]]:
    """Read ``field asc, other desc``.

    A field that no dataset has sorts nothing, as in Solr (CKAN's home page asks for one). A missing direction
    raises ``SortError``; a field in whose order nothing can be, ``QueryNotAllowedError`` (threats SR-08).
    """
    found: list[dict[str, Any]] = []
    for part in (text or "").split(","):
        if not part.strip():
            continue
        match = _SORT.match(part.strip())
        if match is None:
            raise SortError("Can't determine a Sort Order (asc or desc) in the sort parameter")
        name, order = match.group(1), match.group(2).lower()
        if name == "score":
            found.append({"_score": {"order": order}})
            continue
        found.extend(_sort_field("title_string" if name == "title" else name, order, known))
    return found


def _sort_field(name: str, order: str, known: Fields) -> list[dict[str, Any]]:
    target = known.find(name)
    path = target.whole if target.kind == "text" else target.path
    if name.startswith("_") or target.kind in ("none", "state") or not path:
        raise QueryNotAllowedError(
            f"The result cannot be in the order of {name!r}. Possible are {', '.join(known.sortable())}"
            " and the fields of other dataset types"
        )
    options: dict[str, Any] = {"order": order, "missing": "_last"}
    if target.nested is not None and target.kind != "text":
        chosen = {"term": {f"{target.nested}.key": target.key}}
        return [{target.path: {**options, "nested": {"path": target.nested, "filter": chosen}}}]
    return [{path: {**options, "unmapped_type": "keyword"}}]


def _facet_fields(params: Mapping[str, Any]) -> tuple[str, ...]:
    if str(params.get("facet", "true")).lower() in _FALSE:
        return ()
    given = params.get("facet.field") or []
    names = tuple(dict.fromkeys([given] if isinstance(given, str) else given))
    if len(names) > MAX_FACETS:
        raise QueryNotAllowedError(f"More than {MAX_FACETS} facets were asked for")
    return names


def _joined(value: Any) -> str:
    return " ".join(value) if isinstance(value, list | tuple) else str(value or "")


def _whole(value: Any, default: int, name: str) -> int:
    try:
        return max(int(value), 0) if value not in (None, "") else default
    except (TypeError, ValueError):
        raise QuerySyntaxError(f"The parameter {name} is not a whole number") from None
