"""Words like a word that nobody has written, out of what a reader may see. Pure.

The engine's dictionary holds the words of all records, hidden ones too, so nothing out of it is told before
the word was found again in a record that the reader may see (threats LK-09): the word itself, as it is
written, not a form of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ckanext.migration.search.index.mapping import SPELLED
from ckanext.migration.search.spelling.misspelt import SHORTEST, Word
from ckanext.migration.search.words.thesaurus import WEIGHTS
from migration_vocabularies import get
from migration_vocabularies.matching import fold

_FIELD = "spelling"
_SIZE = 6
MOST = 8
"""Words that are tried for one misspelt word."""
_KNOWN, _SEEN = "known", "seen"
_OWN_LANGUAGE = 0.05
"""What a word of the reader's language is worth beside a word of another one that is as near."""

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Like:
    """A word of the dictionary: how near it is (1.0: the same), and in how many visible records it stands."""

    text: str
    nearness: float
    records: int = 0


def question(words: Mapping[Word, Query], visible: Query) -> Query:
    """Ask which words the records have that the reader may see, and for words of the dictionary like them."""
    each = {_name(word): query for word, query in words.items()}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": visible,
        "aggs": {_KNOWN: {"filters": {"filters": each}}},
        "suggest": {
            f"{_name(word)}.{language}": _like(word, language) for word in words for language in SPELLED
        },
    }


def known(word: str, meant: Query | None, language: str) -> Query:
    """Return the query for records that have a word.

    As it is written, as a form in the reader's language or in English, or through the concept that it names
    (``meant``). A stem in another language proves nothing: "réfugiés" is no reason to know "refuge".
    """
    own = [f"{stem}{language}" for stem in ("title_", "notes_", "tags_", "concept_labels.")]
    forms: Query = {"multi_match": {"query": word, "fields": [*own, "text"]}}
    return {"bool": {"should": [written(word), forms, *([meant] if meant else [])]}}


def written(word: str) -> Query:
    """Return the query for records in which a word stands as it is."""
    return {"multi_match": {"query": word, "fields": [f"{_FIELD}.{language}" for language in SPELLED]}}


def unknown(answer: Mapping[str, Any], words: Iterable[Word], language: str) -> dict[Word, list[Like]]:
    """Return the words that no record has, with the words like them, the nearest first."""
    counted = answer["aggregations"][_KNOWN]["buckets"]
    lost = [word for word in words if not counted[_name(word)]["doc_count"]]
    found = {}
    for word in lost:
        likes: dict[str, float] = {}
        for tongue in SPELLED:
            for entry in answer["suggest"][f"{_name(word)}.{tongue}"]:
                for option in entry["options"]:
                    near = option["score"] + (_OWN_LANGUAGE if tongue == language else 0)
                    likes[option["text"]] = max(near, likes.get(option["text"], 0))
        best = sorted(likes.items(), key=lambda pair: -pair[1])[:MOST]
        found[word] = [Like(text, near) for text, near in best if fold(text) != fold(word.text)]
    return found


def sighting(likes: Mapping[Word, Sequence[Like]], visible: Query) -> Query:
    """Ask in how many records that the reader may see each of the words stands."""
    every = {like.text for each in likes.values() for like in each}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": visible,
        "aggs": {_SEEN: {"filters": {"filters": {text: written(text) for text in sorted(every)}}}},
    }


def seen(answer: Mapping[str, Any], likes: Mapping[Word, Sequence[Like]]) -> dict[Word, list[Like]]:
    """Keep the words that stand in such a record."""
    counted = {text: each["doc_count"] for text, each in answer["aggregations"][_SEEN]["buckets"].items()}
    return {
        word: [Like(each.text, each.nearness, counted[each.text]) for each in found if counted[each.text]]
        for word, found in likes.items()
    }


def as_written(text: str, language: str) -> str:
    """Return a word of the dictionary, which has no accents, as the vocabularies write it where they do."""
    return _accents(language).get(text) or next(
        (found for tongue in SPELLED if (found := _accents(tongue).get(text))), text
    )


@cache
def _accents(language: str) -> dict[str, str]:
    labels = (
        label
        for name in WEIGHTS
        for concept in get(name)
        for label in (concept.labels.get(language, ""), *concept.alt_labels.get(language, ()))
    )
    words = (word.strip("()[],.;:«»").lower() for label in labels for word in label.split())
    return {plain: word for word in words if (plain := fold(word)) != word and " " not in plain}


def _name(word: Word) -> str:
    return f"w{word.start}"


def _like(word: Word, language: str) -> Query:
    term = {
        "field": f"{_FIELD}.{language}",
        "suggest_mode": "always",
        "size": _SIZE,
        "max_edits": word.edits,
        "prefix_length": 1,
        "min_word_length": SHORTEST,
    }
    return {"text": word.letters, "term": term}
