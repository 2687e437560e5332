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
from ckanext.migration.search.fields import Fields

_CHUNK = re.compile(r'([+-]?)(?:"([^"]*)"|([^\s"]+))')
_DANGLING = re.compile(r"(^|\s)[+-]+(?=\s|$)")
_DOUBLED = re.compile(r"(^|\s)[+-]{2}")
_WORD = re.compile(r"\w")
_BOOST = re.compile(r"^([\w.\-]+)(?:\^(\d+(?:\.\d+)?))?$")
_MINIMUM = re.compile(r"^(?:(?:\d+<)?-?\d+%?\s*)+$")
MAX_CHUNKS = 64
MAX_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class Weights:
    """Fields with boosts, the share of the other fields, and how many words must match."""

    fields: str
    minimum: str = "100%"
    tie: float = 0.0


def query(text: str, weights: Weights, fields: Fields) -> dict[str, Any]:
    """Compile a search-box text; operators AND, OR, NOT, + and - keep their meaning."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(f"The query is too long: more than {MAX_LENGTH} characters")
    chunks = _chunks(text)
    if len(chunks) > MAX_CHUNKS:
        raise QuerySyntaxError(f"The query has more than {MAX_CHUNKS} words")
    names = _boosted_fields(weights.fields, fields)
    parts: dict[str, list[dict[str, Any]]] = {"must": [], "must_not": [], "should": []}
    for side, phrase, words in _sides(chunks):
        parts[side].append(_clause(words, phrase=phrase, names=names, tie=weights.tie))
    if not any(parts.values()):
        return {"match_none": {}}
    if not _MINIMUM.match(weights.minimum.strip()):
        raise QuerySyntaxError("The minimum-match rule is not valid")
    return {"bool": {**parts, "minimum_should_match": weights.minimum if parts["should"] else 0}}


def _chunks(text: str) -> list[tuple[str, bool, str]]:
    """Sign, whether quoted, words; what Solr repairs is repaired, ``--x`` is an error."""
    if text.count('"') % 2:
        text = text.replace('"', " ")
    text = _DANGLING.sub(" ", text)
    doubled = _DOUBLED.search(text)
    if doubled:
        raise QuerySyntaxError("Two signs before a word", position=doubled.start())
    return [(sign, not word, phrase or word) for sign, phrase, word in _CHUNK.findall(text)]


def _sides(chunks: list[tuple[str, bool, str]]) -> list[tuple[str, bool, str]]:
    """Decide for each chunk whether it must, must not or should match."""
    found: list[tuple[str, bool, str]] = []
    conjunction = ""
    for sign, phrase, words in chunks:
        if words in ("AND", "OR", "NOT") and not sign and not phrase:
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


def _clause(words: str, *, phrase: bool, names: list[str], tie: float) -> dict[str, Any]:
    return {
        "multi_match": {
            "query": words,
            "fields": names,
            "type": "phrase" if phrase else "best_fields",
            "operator": "and",
            "tie_breaker": tie,
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
