"""Query clauses for what words mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.migration.search.words import way
from ckanext.migration.search.words.thesaurus import Meaning
from migration_vocabularies.matching import fold

_TIE = 0.2
_OTHER_LABELS = 0.5
_NARROWER = 0.75
"""What a record with a narrower code is worth beside one with the code itself."""
EXACT = 10_000.0
"""More than words can score together."""


def clause(typed: Sequence[dict[str, Any]], meanings: Sequence[Meaning], words: str) -> dict[str, Any]:
    """Either all the words as they were typed, or a code of what they mean, or another label of it.

    ``words`` are those that were typed; each way carries its name (see ``way``).
    """
    ways = [typed[0] if len(typed) == 1 else {"bool": {"must": list(typed)}}]
    for meaning in meanings:
        ways.extend(_coded(meaning, words))
        if meaning.labels:
            ways.append(_labelled(meaning, words))
    return {"dis_max": {"queries": ways, "tie_breaker": _TIE}}


def exact_first(query: dict[str, Any], text: str) -> dict[str, Any]:
    """Put a record whose title, other title, identifier or name is exactly the text above all others."""
    plain = " ".join(text.split()).strip('"')
    names = [
        {"term": {"exact_names": {"value": fold(plain)}}},
        {"term": {"title_string": {"value": plain}}},
        {"term": {"name": {"value": plain.lower()}}},
    ]
    name = way.name("exact", plain)
    exact = {"constant_score": {"filter": {"bool": {"should": names}}, "boost": EXACT, "_name": name}}
    return {"bool": {"should": [query, exact], "minimum_should_match": 1}}


def _coded(meaning: Meaning, words: str) -> list[dict[str, Any]]:
    own, *narrower = meaning.codes or ("",)
    found = []
    ways = (("concept", [own], meaning.weight), ("narrower", narrower, meaning.weight * _NARROWER))
    for kind, codes, weight in ways:
        if codes and meaning.fields:
            fields = [{"terms": {name: codes}} for name in meaning.fields]
            name = way.name(kind, words, meaning.vocabulary, own)
            filtered = {"filter": {"bool": {"should": fields}}, "boost": weight, "_name": name}
            found.append({"constant_score": filtered})
    return found


def _labelled(meaning: Meaning, words: str) -> dict[str, Any]:
    own = meaning.codes[0] if meaning.codes else ""
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
    name = way.name("label", words, meaning.vocabulary, own)
    return {"dis_max": {"queries": phrases, "tie_breaker": _TIE, "_name": name}}
