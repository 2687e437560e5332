"""A query answered in memory, slowly and plainly: what Elasticsearch must agree with.

It knows nothing of Elasticsearch's query language: it walks the parsed tree over documents as CKAN
sends them.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ckanext.migration.search import dates
from ckanext.migration.search.query import tree
from ckanext.migration.search.query.fields import Fields, Target

TEXTS = ("title", "notes", "tags", "groups", "name", "organization", "extras_theme")
_WORD = re.compile(r"\w+")


class Evaluator:
    def __init__(self, fields: Fields, now: datetime, operator: str) -> None:
        self.fields, self.now, self.operator = fields, now, operator

    def matches(self, node: tree.Node, document: Mapping[str, Any]) -> bool:
        match node:
            case tree.Everything():
                return True
            case tree.Nothing():
                return False
            case tree.Boosted(inner, _, _):
                return self.matches(inner, document)
            case tree.Boolean(clauses):
                return self._boolean(clauses, document)
        return self._leaf(node, document)

    def _boolean(self, clauses: tuple[tree.Clause, ...], document: Mapping[str, Any]) -> bool:
        said = {occur: [] for occur in ("must", "should", "must_not", "filter")}
        for clause in clauses:
            said[clause.occur].append(self.matches(clause.node, document))
        required = said["must"] + said["filter"]
        if any(said["must_not"]) or not all(required):
            return False
        return bool(required) or not said["should"] or any(said["should"])

    def _leaf(self, node: tree.Leaf, document: Mapping[str, Any]) -> bool:
        name = node.field or "text"
        target = self.fields.find(name)
        values = _values(name, document)
        if target.kind == "none":
            return False
        if isinstance(node, tree.Exists):
            return bool(values)
        if isinstance(node, tree.Words):
            said = [any(self._value(target, tree.Term(None, text), v) for v in values) for text in node.texts]
            return all(said) if self.operator == "AND" else any(said)
        if target.kind in ("date", "number"):
            # a value that does not fit is an error, whether or not a document has the field
            self._value(target, node, "2000-01-01T00:00:00Z" if target.kind == "date" else "0")
        return any(self._value(target, node, value) for value in values)

    def _value(self, target: Target, node: tree.Leaf, value: str) -> bool:
        if target.kind == "date":
            return self._date(node, value)
        if target.kind == "number":
            return self._number(node, value)
        if target.kind == "text" or target.path.endswith("_ngram"):
            return self._text(node, value, grams=target.path.endswith("_ngram"))
        return _exact(node, value)

    def _date(self, node: tree.Leaf, value: str) -> bool:
        moment = dates.period(value, self.now).first
        if isinstance(node, tree.Term | tree.Phrase):
            span = dates.period(node.text, self.now)
            return span.first <= moment <= span.last
        assert isinstance(node, tree.Range)
        if node.low is not None:
            low = dates.period(node.low, self.now)
            if moment < low.first or (not node.include_low and moment <= low.last):
                return False
        if node.high is not None:
            high = dates.period(node.high, self.now)
            if moment > high.last or (not node.include_high and moment >= high.first):
                return False
        return True

    def _number(self, node: tree.Leaf, value: str) -> bool:
        if isinstance(node, tree.Term | tree.Phrase):
            return _number(node.text) == float(value)
        assert isinstance(node, tree.Range)
        low = _number(node.low) if node.low else float("-inf")
        high = _number(node.high) if node.high else float("inf")
        return low <= float(value) <= high

    def _text(self, node: tree.Leaf, value: str, *, grams: bool) -> bool:
        words = _words(value)
        if isinstance(node, tree.Phrase):
            wanted = _words(node.text)
            if grams:
                return wanted[0] in value.lower()
            if node.slop:
                return all(word in words for word in wanted)
            return any(words[i : i + len(wanted)] == wanted for i in range(len(words)))
        if isinstance(node, tree.Term):
            said = [word in words for word in _words(node.text)]
            return bool(said) and (all(said) if self.operator == "AND" else any(said))
        return any(_exact(node, word, fold=True) for word in words)


def _exact(node: tree.Leaf, value: str, *, fold: bool = False) -> bool:
    folded = (lambda text: text.lower()) if fold else (lambda text: text)
    match node:
        case tree.Term(_, text) | tree.Phrase(_, text):
            return value == folded(text)
        case tree.Prefix(_, text):
            return value.startswith(folded(text))
        case tree.Wildcard(_, pattern):
            return fnmatch.fnmatchcase(value, folded(pattern))
        case tree.Fuzzy(_, text, edits):
            return _distance(value, folded(text)) <= edits
        case tree.Range():
            above = node.low is None or (value >= node.low if node.include_low else value > node.low)
            below = node.high is None or (value <= node.high if node.include_high else value < node.high)
            return above and below
    raise AssertionError(node)


def _values(name: str, document: Mapping[str, Any]) -> list[str]:
    if name == "text":
        return [" . ".join(value for key in TEXTS for value in _values(key, document))]
    value = document.get(name.removesuffix("_ngram"))
    found = value if isinstance(value, list) else [] if value is None else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in found]


def _words(text: str) -> list[str]:
    """Plural forms are cut, as the English stemmer does for the words of these tests."""
    found = [word.lower() for word in _WORD.findall(text)]
    return [word[:-1] if word.endswith("s") and len(word) > 3 else word for word in found]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise AssertionError from None


def _distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        row = _next_row(row, i, left, two)
    return row[-1]


def _next_row(row: list[int], i: int, left: str, two: str) -> list[int]:
    found = [i]
    for j, right in enumerate(two, 1):
        found.append(min(row[j] + 1, found[-1] + 1, row[j - 1] + (left != right)))
    return found
