"""Query clauses for what words mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.migration.search.words.thesaurus import Meaning
from migration_vocabularies.matching import fold

_TIE = 0.2
_OTHER_LABELS = 0.5
_NARROWER = 0.75
"""What a record with a narrower code is worth beside one with the code itself."""
EXACT = 10_000.0
"""More than words can score together."""


def clause(typed: Sequence[dict[str, Any]], meanings: Sequence[Meaning]) -> dict[str, Any]:
    """Either all the words as they were typed, or a code of what they mean, or another label of it."""
    ways = [typed[0] if len(typed) == 1 else {"bool": {"must": list(typed)}}]
    for meaning in meanings:
        ways.extend(_coded(meaning))
        if meaning.labels:
            ways.append(labelled(meaning))
    return {"dis_max": {"queries": ways, "tie_breaker": _TIE}}


def exact_first(query: dict[str, Any], text: str) -> dict[str, Any]:
    """Put a record whose title, other title, identifier or name is exactly the text above all others."""
    exact = {"constant_score": {"filter": exactly(text), "boost": EXACT}}
    return {"bool": {"should": [query, exact], "minimum_should_match": 1}}


def exactly(text: str) -> dict[str, Any]:
    """Return the filter for records whose title, other title, identifier or name is exactly the text."""
    plain = " ".join(text.split()).strip('"')
    names = [
        {"term": {"exact_names": {"value": fold(plain)}}},
        {"term": {"title_string": {"value": plain}}},
        {"term": {"name": {"value": plain.lower()}}},
    ]
    return {"bool": {"should": names}}


def labelled(meaning: Meaning) -> dict[str, Any]:
    """Return the query for another label of it, in texts of the label's language."""
    phrases = [
        {
            "multi_match": {
                "query": label,
                "type": "phrase",
                "fields": [f"title_{language}^2", f"notes_{language}", f"tags_{language}"],
                "boost": _OTHER_LABELS,
            }
        }
        for language, label in meaning.labels
    ]
    return {"dis_max": {"queries": phrases, "tie_breaker": _TIE}}


def _coded(meaning: Meaning) -> list[dict[str, Any]]:
    own, *narrower = meaning.codes or ("",)
    found = []
    for codes, weight in (([own], meaning.weight), (narrower, meaning.weight * _NARROWER)):
        if codes and meaning.fields:
            fields = [{"terms": {name: codes}} for name in meaning.fields]
            found.append({"constant_score": {"filter": {"bool": {"should": fields}}, "boost": weight}})
    return found
