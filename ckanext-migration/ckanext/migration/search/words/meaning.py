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
_EXACT = 10_000.0
"""More than words can score together."""


def clause(typed: Sequence[dict[str, Any]], meanings: Sequence[Meaning]) -> dict[str, Any]:
    """Either all the words as they were typed, or a code of what they mean, or another label of it."""
    words = typed[0] if len(typed) == 1 else {"bool": {"must": list(typed)}}
    ways = [words]
    for meaning in meanings:
        ways.extend(_coded(meaning))
        ways.extend(_labelled(meaning))
    return {"dis_max": {"queries": ways, "tie_breaker": _TIE}}


def exact_first(query: dict[str, Any], text: str) -> dict[str, Any]:
    """Put a record whose title, other title, identifier or name is exactly the text above all others."""
    plain = " ".join(text.split()).strip('"')
    names = [
        {"term": {"exact_names": {"value": fold(plain)}}},
        {"term": {"title_string": {"value": plain}}},
        {"term": {"name": {"value": plain.lower()}}},
    ]
    exact = {"constant_score": {"filter": {"bool": {"should": names}}, "boost": _EXACT}}
    return {"bool": {"should": [query, exact], "minimum_should_match": 1}}


def _coded(meaning: Meaning) -> list[dict[str, Any]]:
    own, *narrower = meaning.codes or ("",)
    found = []
    for codes, weight in (([own], meaning.weight), (narrower, meaning.weight * _NARROWER)):
        if codes and meaning.fields:
            fields = [{"terms": {name: codes}} for name in meaning.fields]
            found.append({"constant_score": {"filter": {"bool": {"should": fields}}, "boost": weight}})
    return found


def _labelled(meaning: Meaning) -> list[dict[str, Any]]:
    return [
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
