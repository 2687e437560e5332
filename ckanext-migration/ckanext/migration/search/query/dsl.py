"""The typed tree compiled to Elasticsearch's query language (search-contract §5.2)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ckanext.migration.search import dates
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query import freshness, tree
from ckanext.migration.search.query.fields import Fields, Target
from ckanext.migration.search.query.lexer import unescape
from ckanext.migration.search.query.syntax import Operator

Query = dict[str, Any]
NONE: Query = {"match_none": {}}
ALL: Query = {"match_all": {}}
_DATE_FORMAT = "strict_date_optional_time"
_WILD = re.compile(r"(\\.|[*?])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles one tree. ``now`` is frozen for the whole request."""

    fields: Fields
    now: datetime
    operator: Operator = "OR"
    default_field: str = "text"

    def query(self, node: tree.Node) -> Query:
        """Return the Elasticsearch query of a node."""
        match node:
            case tree.Everything():
                return ALL
            case tree.Nothing():
                return NONE
            case tree.Boolean(clauses):
                return self._boolean(clauses)
            case tree.Boosted(inner, factor, constant):
                query = self.query(inner)
                if constant:
                    return {"constant_score": {"filter": query, "boost": factor}}
                return {"bool": {"must": [query], "boost": factor}}
        return self._leaf(node)

    def _boolean(self, clauses: tuple[tree.Clause, ...]) -> Query:
        parts: dict[str, list[Query]] = {}
        terms = _same_field_terms(clauses)
        if terms is not None:
            field, texts = terms
            target = self._target(field)
            if target.kind in ("keyword", "flat"):
                return {"terms": {target.path: texts}}
        for clause in clauses:
            parts.setdefault(clause.occur, []).append(self.query(clause.node))
        return {"bool": parts}

    def _target(self, name: str | None) -> Target:
        return self.fields.find(name or self.default_field)

    def _leaf(self, node: tree.Leaf) -> Query:
        target = self._target(node.field)
        if target.kind == "none":
            return NONE
        if target.kind == "state":
            return self._state(node)
        query = self._inside(target, node)
        if target.nested is None:
            return query
        selected = {"bool": {"filter": [{"term": {f"{target.nested}.key": target.key}}], "must": [query]}}
        return {"nested": {"path": target.nested, "query": selected, "score_mode": "max"}}

    def _inside(self, target: Target, node: tree.Leaf) -> Query:  # noqa: PLR0911 - one line a kind of leaf
        match node:
            case tree.Term(_, text):
                return self._value(target, text)
            case tree.Phrase(_, text, slop):
                return self._value(target, text, phrase=True, slop=slop)
            case tree.Words(_, texts):
                return self._words(target, texts)
            case tree.Prefix(_, text):
                _only_on_words(target, "A wildcard")
                return {"prefix": {target.path: {"value": _folded(target, text)}}}
            case tree.Wildcard(_, pattern):
                return _wildcard(target, pattern)
            case tree.Fuzzy(_, text, edits):
                return self._fuzzy(target, text, edits)
            case tree.Range():
                return self._range(target, node)
            case tree.Exists():
                return ALL if target.nested else {"exists": {"field": target.path}}

    def _value(self, target: Target, text: str, *, phrase: bool = False, slop: int = 0) -> Query:
        if target.kind == "text":
            if phrase:
                return {"match_phrase": {target.path: {"query": text, "slop": slop}}}
            return {"match": {target.path: {"query": text, "operator": self.operator.lower()}}}
        if target.kind == "date":
            span = dates.period(text, self.now)
            return {"range": {target.path: _dated(gte=span.first, lte=span.last)}}
        if target.kind == "number":
            return {"term": {target.path: {"value": _number(text)}}}
        return {"term": {target.path: {"value": text}}}

    def _words(self, target: Target, texts: tuple[str, ...]) -> Query:
        if target.kind == "text":
            return self._value(target, " ".join(texts))
        occur = "must" if self.operator == "AND" else "should"
        return {"bool": {occur: [self._value(target, text) for text in texts]}}

    def _fuzzy(self, target: Target, text: str, edits: int) -> Query:
        if target.kind == "flat":
            return self._value(target, text)
        _only_on_words(target, "A fuzzy word")
        value = _folded(target, text)
        return {"fuzzy": {target.path: {"value": value, "fuzziness": edits, "max_expansions": 50}}}

    def _range(self, target: Target, node: tree.Range) -> Query:
        low = "gte" if node.include_low else "gt"
        high = "lte" if node.include_high else "lt"
        bounds: dict[str, Any] = {}
        for sign, text in ((low, node.low), (high, node.high)):
            if text is not None:
                bounds[sign] = self._bound(target, sign, text)
        if target.kind == "date":
            bounds["format"] = _DATE_FORMAT
        return {"range": {target.path: bounds}}

    def _bound(self, target: Target, sign: str, text: str) -> Any:
        if target.kind == "date":
            span = dates.period(text, self.now)
            return dates.render(span.first if sign in ("gte", "lt") else span.last)
        return _number(text) if target.kind == "number" else text

    def _state(self, node: tree.Leaf) -> Query:
        match node:
            case tree.Term(_, text) | tree.Phrase(_, text):
                return freshness.query(text, self.now)
            case tree.Words(_, texts):
                occur = "must" if self.operator == "AND" else "should"
                return {"bool": {occur: [freshness.query(text, self.now) for text in texts]}}
            case tree.Exists():
                return ALL
        raise QuerySyntaxError("The update state can only be asked for by its name")


def _same_field_terms(clauses: tuple[tree.Clause, ...]) -> tuple[str, list[str]] | None:
    """``field:("a" OR "b" OR …)``: one ``terms`` query instead of many clauses."""
    nodes = [clause.node for clause in clauses if clause.occur == "should"]
    if len(nodes) != len(clauses) or len(nodes) < 2:
        return None
    values = [node for node in nodes if isinstance(node, tree.Term | tree.Phrase) and node.field]
    names = {node.field for node in values}
    if len(values) != len(nodes) or len(names) != 1:
        return None
    return values[0].field or "", [node.text for node in values]


def _dated(**bounds: datetime) -> dict[str, str]:
    """Bounds of a date range; the format is ours, whatever the field was written in."""
    return {**{sign: dates.render(value) for sign, value in bounds.items()}, "format": _DATE_FORMAT}


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        raise QuerySyntaxError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise QuerySyntaxError(f"{text!r} is not a number")
    return value


def _folded(target: Target, text: str) -> str:
    """Patterns are not analysed by the engine, so on text they are folded here."""
    return text.lower() if target.kind == "text" else text


def _only_on_words(target: Target, what: str) -> None:
    if target.kind in ("date", "number"):
        raise QuerySyntaxError(f"{what} is not possible on a date or number")


def _wildcard(target: Target, pattern: str) -> Query:
    _only_on_words(target, "A wildcard")
    literal = [part for part in _WILD.split(pattern) if part]
    if target.kind == "flat":
        if literal[-1:] == ["*"] and not {"*", "?"} & set(literal[:-1]):
            return {"prefix": {target.path: {"value": unescape(pattern[:-1])}}}
        raise QuerySyntaxError("On this field a wildcard may only stand at the end")
    return {"wildcard": {target.path: {"value": _folded(target, pattern)}}}
