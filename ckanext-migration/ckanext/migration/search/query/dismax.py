"""What is typed into the search box, as Solr's ``dismax`` parser reads it.

Dismax is term-centric: each word is looked for in all fields and scored by its best field, and the
minimum-match rule counts words. A ``multi_match`` of the whole text would be field-centric and rank
differently (search-contract §5.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query import sought
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.words import meaning
from ckanext.migration.search.words.thesaurus import Thesaurus

_BOOST = re.compile(r"^([\w.\-]+)(?:\^(\d+(?:\.\d+)?))?$")
_MINIMUM = re.compile(r"^(?:(?:\d+<)?-?\d+%?\s*)+$")
_ANY = "1"
"""The minimum of a search for any of the words."""
MAX_PLACES = 3
"""Places that a text names: one of them has to match; who names more has no single one in mind."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Fields with boosts, the share of the other fields, and how many words must match.

    With a thesaurus the text is understood: concepts, stop words and exact names. A caller with fields
    of his own gets what Solr would give.
    """

    fields: str
    minimum: str = "100%"
    tie: float = 0.0
    thesaurus: Thesaurus | None = None


def query(text: str, weights: Weights, fields: Fields) -> dict[str, Any]:
    """Compile a search-box text."""
    return compiled(sought.read(text, weights.thesaurus), text, weights, fields)


def compiled(read: sought.Text, text: str, weights: Weights, fields: Fields) -> dict[str, Any]:
    """Compile a text that was taken apart; ``text`` is the whole of it, for names that are exactly so."""
    names = _boosted_fields(weights.fields, fields)
    parts: dict[str, list[dict[str, Any]]] = {"must": [], "must_not": [], "should": []}
    places: list[dict[str, Any]] = []
    for each in read.sought:
        typed = [_clause(word, phrase=each.phrase, names=names, tie=weights.tie) for word in each.words]
        parts[each.side].append(meaning.clause(typed, each.meanings) if each.meanings else typed[0])
        if each.place:
            places.append(parts[each.side][-1])
    if not any(parts.values()):
        return {"match_none": {}}
    if not _MINIMUM.match(weights.minimum.strip()):
        raise QuerySyntaxError("The minimum-match rule is not valid")
    found: dict[str, Any] = {
        "bool": {**parts, "minimum_should_match": weights.minimum if parts["should"] else 0}
    }
    if not read.operators and weights.minimum.strip() != _ANY:
        found["bool"].update(_somewhere(places))
    if read.optional:
        few = [
            _clause(words, phrase=False, names=names, tie=weights.tie, boost=0.1) for words in read.optional
        ]
        found = {"bool": {"must": [found], "should": few}}
    if weights.thesaurus and not parts["must_not"]:
        return meaning.exact_first(found, text)
    return found


def _somewhere(places: list[dict[str, Any]]) -> dict[str, Any]:
    """Ask for at least one of the places: who names a place wants it, so it may not be missing.

    Not where the places are many.
    """
    different = [each for number, each in enumerate(places) if each not in places[:number]]
    if not 0 < len(different) <= MAX_PLACES:
        return {}
    return {"filter": [{"bool": {"should": different, "minimum_should_match": 1}}]}


def _clause(
    words: str, *, phrase: bool, names: list[str], tie: float, boost: float | None = None
) -> dict[str, Any]:
    return {
        "multi_match": {
            "query": words,
            "fields": names,
            "type": "phrase" if phrase else "best_fields",
            "operator": "and",
            "tie_breaker": tie,
            **({} if boost is None else {"boost": boost}),
        }
    }


def _boosted_fields(text: str, fields: Fields) -> list[str]:
    """``qf`` as Elasticsearch writes it; fields that are not words of a document are left out."""
    names = []
    for part in text.replace(",", " ").split():
        match = _BOOST.match(part)
        if match is None:
            raise QuerySyntaxError("The list of query fields is not valid")
        target = fields.find(match.group(1))
        if target.kind in ("text", "keyword") and target.nested is None:
            names.append(target.path + (f"^{match.group(2)}" if match.group(2) else ""))
    if not names:
        raise QuerySyntaxError("None of the query fields can be searched")
    return names
