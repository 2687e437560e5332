"""What is typed into the search box, as Solr's ``dismax`` parser reads it.

Dismax is term-centric: each word is looked for in all fields and scored by its best field, and the
minimum-match rule counts words. A ``multi_match`` of the whole text would be field-centric and rank
differently (search-contract §5.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.words import meaning, stopwords, way
from ckanext.migration.search.words.thesaurus import Span, Thesaurus

_CHUNK = re.compile(r'([+-]?)(?:"([^"]*)"|([^\s"]+))')
_DANGLING = re.compile(r"(^|\s)[+-]+(?=\s|$)")
_DOUBLED = re.compile(r"(^|\s)[+-]{2}")
_WORD = re.compile(r"\w")
_BOOST = re.compile(r"^([\w.\-]+)(?:\^(\d+(?:\.\d+)?))?$")
_MINIMUM = re.compile(r"^(?:(?:\d+<)?-?\d+%?\s*)+$")
_OPERATORS = frozenset(["AND", "OR", "NOT"])
_ANY = "1"
"""The minimum of a search for any of the words."""
MAX_CHUNKS = 64
MAX_LENGTH = 1024
MAX_UNDERSTOOD = 16
"""Labels of one text that become concepts; further ones are looked for as typed."""
MAX_PLACES = 3
"""Places that a text names: one of them has to match; who names more has no single one in mind."""
MAX_CUT = 128
"""A longer text without spaces is not cut at its labels, so that it cannot have more words than chunks."""


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
    """Compile a search-box text; operators AND, OR, NOT, + and - keep their meaning."""
    chunks = _chunks(text)
    names = _boosted_fields(weights.fields, fields)
    parts: dict[str, list[dict[str, Any]]] = {"must": [], "must_not": [], "should": []}
    sides = _sides(chunks)
    optional: list[str] = []
    if weights.thesaurus:
        sides, optional = _welcome(_cut(sides, weights.thesaurus) if len(text) <= MAX_CUT else sides)
    left = iter(range(MAX_UNDERSTOOD))
    places: list[dict[str, Any]] = []
    for (side, phrase), run in groupby(sides, key=lambda each: each[:2]):
        words = [each[2] for each in run]
        told = weights.thesaurus is not None and side != "must_not"
        typed = [_clause(word, phrase=phrase, names=names, tie=weights.tie, told=told) for word in words]
        if weights.thesaurus and not phrase and side != "must_not":
            typed, named = _understood(words, typed, weights.thesaurus, left)
            places += named
        parts[side].extend(typed)
    if not any(parts.values()):
        return {"match_none": {}}
    if not _MINIMUM.match(weights.minimum.strip()):
        raise QuerySyntaxError("The minimum-match rule is not valid")
    compiled: dict[str, Any] = {
        "bool": {**parts, "minimum_should_match": weights.minimum if parts["should"] else 0}
    }
    compiled["bool"].update(_somewhere(places, chunks, weights))
    if optional:
        few = [_clause(words, phrase=False, names=names, tie=weights.tie, boost=0.1) for words in optional]
        compiled = {"bool": {"must": [compiled], "should": few}}
    if weights.thesaurus and not parts["must_not"]:
        return meaning.exact_first(compiled, text)
    return compiled


def _somewhere(
    places: list[dict[str, Any]], chunks: list[tuple[str, bool, str]], weights: Weights
) -> dict[str, Any]:
    """Ask for at least one of the places: who names a place wants it, so it may not be missing.

    Not where the words are joined by operators, where any of them will do, or where the places are many.
    """
    if weights.minimum.strip() == _ANY or any(words in _OPERATORS for *_, words in chunks):
        return {}
    different = [each for number, each in enumerate(places) if each not in places[:number]]
    if not 0 < len(different) <= MAX_PLACES:
        return {}
    return {"filter": [{"bool": {"should": different, "minimum_should_match": 1}}]}


def _welcome(sides: list[tuple[str, bool, str]]) -> tuple[list[tuple[str, bool, str]], list[str]]:
    """Part stop words from the words that are looked for; a text of stop words alone stays whole."""
    stop = [side == "should" and not phrase and stopwords.is_one(words) for side, phrase, words in sides]
    if all(stop):
        return sides, []
    kept = [each for each, is_stop in zip(sides, stop, strict=True) if not is_stop]
    return kept, [words for (*_, words), is_stop in zip(sides, stop, strict=True) if is_stop]


def _cut(sides: list[tuple[str, bool, str]], known: Thesaurus) -> list[tuple[str, bool, str]]:
    """Part words that are written without spaces."""
    return [
        (side, phrase, piece)
        for side, phrase, words in sides
        for piece in ([words] if phrase or side == "must_not" else known.pieces(words))
    ]


def _understood(
    words: list[str], typed: list[dict[str, Any]], known: Thesaurus, left: Iterator[int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Let a label of several words be one clause, and return beside all clauses those of places.

    ``left`` counts how many labels may still be one.
    """
    found: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    position = 0
    for span, _count in zip(known.spans(words), left, strict=False):
        found += typed[position : span.start]
        found.append(_meant(words, typed, span))
        if any(each.place for each in span.meanings):
            places.append(found[-1])
        position = span.end
    return found + typed[position:], places


def _meant(words: list[str], typed: list[dict[str, Any]], span: Span) -> dict[str, Any]:
    place = slice(span.start, span.end)
    return meaning.clause(typed[place], span.meanings, " ".join(words[place]))


def _chunks(text: str) -> list[tuple[str, bool, str]]:
    """Sign, whether quoted, words; what Solr repairs is repaired, ``--x`` and a huge text are errors."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(f"The query is too long: more than {MAX_LENGTH} characters")
    if text.count('"') % 2:
        text = text.replace('"', " ")
    text = _DANGLING.sub(" ", text)
    doubled = _DOUBLED.search(text)
    if doubled:
        raise QuerySyntaxError("Two signs before a word", position=doubled.start())
    found = [(sign, not word, phrase or word) for sign, phrase, word in _CHUNK.findall(text)]
    if len(found) > MAX_CHUNKS:
        raise QuerySyntaxError(f"The query has more than {MAX_CHUNKS} words")
    return found


def _sides(chunks: list[tuple[str, bool, str]]) -> list[tuple[str, bool, str]]:
    """Decide for each chunk whether it must, must not or should match."""
    found: list[tuple[str, bool, str]] = []
    conjunction = ""
    for sign, phrase, words in chunks:
        if words in _OPERATORS and not sign and not phrase:
            conjunction = words
            continue
        if not _WORD.search(words):
            continue  # "water & air": Solr drops what analyses to nothing, else mm could never be met
        if conjunction == "AND" and found and found[-1][0] == "should":
            found[-1] = ("must", *found[-1][1:])
        side = "should"
        if sign == "-" or conjunction == "NOT":
            side = "must_not"
        elif sign == "+" or conjunction == "AND":
            side = "must"
        found.append((side, phrase, words))
        conjunction = ""
    return found


def _clause(  # noqa: PLR0913 - what a clause is made of
    words: str, *, phrase: bool, names: list[str], tie: float, boost: float | None = None, told: bool = False
) -> dict[str, Any]:
    """Look for words in all fields; ``told`` gives the clause its name (see ``words.way``)."""
    return {
        "multi_match": {
            "query": words,
            "fields": names,
            "type": "phrase" if phrase else "best_fields",
            "operator": "and",
            "tie_breaker": tie,
            **({} if boost is None else {"boost": boost}),
            **({"_name": way.name("typed", words)} if told else {}),
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
