"""What somebody who is still typing may mean: concepts by the beginnings of their labels. Pure.

The beginning of any word of a label counts, in any of the six languages, without case and accents; of an
Arabic word also what follows its article; of a Chinese label, which has no spaces, any of its characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ckanext.migration.search.words import stopwords
from ckanext.migration.search.words.thesaurus import ARABIC, ARTICLE, HAN, LANGUAGES, MAX_SPAN
from migration_vocabularies import Concept, get
from migration_vocabularies.matching import fold

SHORTEST = 2
"""Letters that say something; one Chinese character does too."""
MAX_LENGTH = 100
"""Characters of a text that is looked at."""
_CODED = "country"
"""The vocabulary whose codes people type as well."""
_ARTICLES = frozenset(["\u0627", "\u0627\u0644", "\u0648\u0627\u0644", "\u0644\u0644"])
_OPERATORS = re.compile(r'[":(){}\[\]*?~^\\|&!]|(?<!\S)[+-]|\b(?:AND|OR|NOT)\b')


@dataclass(frozen=True, slots=True)
class Named:
    """A label with a beginning in common with the text, and the concept it stands for.

    ``inside``: the text begins a later word of the label, not its first.
    """

    field: str
    code: str
    label: str
    language: str
    preferred: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take a text apart: words that are finished, and the key of what is still typed."""

    before: str
    key: str


class Beginnings:
    """Labels, sorted by what they begin with."""

    def __init__(self, labels: Iterable[Named]) -> None:
        entries = [
            (begun, label if begun == whole else _inside(label))
            for label in labels
            if (whole := key(label.label))
            for begun in _starts(whole)
        ]
        entries.sort(key=lambda entry: entry[0])
        self._keys = [begun for begun, _label in entries]
        self._labels = [label for _begun, label in entries]

    def concepts(self, begun: str, language: str) -> list[Named]:
        """Return the concepts with a label that begins so, each once with its best label, best first."""
        best: dict[tuple[str, str], Named] = {}
        for label in self._beginning(begun):
            concept = (label.field, label.code)
            known = best.get(concept)
            if known is None or _rank(label, language) < _rank(known, language):
                best[concept] = label
        return sorted(best.values(), key=lambda label: _rank(label, language))

    def _beginning(self, begun: str) -> Iterator[Named]:
        position = bisect_left(self._keys, begun)
        while position < len(self._keys) and self._keys[position].startswith(begun):
            yield self._labels[position]
            position += 1


def key(text: str) -> str:
    """Return the form in which beginnings are compared."""
    return fold(text.translate(ARABIC))


def has(label: str, begun: str) -> bool:
    """Whether a word of a label, or a Chinese part of it, begins with the key."""
    return any(start.startswith(begun) for start in _starts(key(label)))


def readings(text: str) -> Iterator[Reading]:
    """Yield ways to take a text apart, the longest unfinished part first.

    "refugees in south su" is first one label, then "in south su" behind "refugees", then "south su".
    """
    if _OPERATORS.search(text):
        return
    words = text[:MAX_LENGTH].split()
    for number in range(max(0, len(words) - MAX_SPAN), len(words)):
        if number and stopwords.is_one(words[number]):
            continue
        yield from _reading(words[:number], words[number:])
    for position in range(1, len(words[-1]) if words else 0):
        if HAN.match(words[-1][position]):
            yield from _reading([*words[:-1], words[-1][:position]], [words[-1][position:]])


def least(text: str) -> int:
    """Return how many letters of a text say something."""
    return 1 if HAN.search(text) else SHORTEST


def _reading(before: list[str], begun: list[str]) -> Iterator[Reading]:
    words = key(" ".join(begun)).split()
    while len(words) > 1 and words[0] in stopwords.ELISIONS:
        del words[0]
    found = " ".join(words)
    if len(found) >= least(found) and found not in _ARTICLES:
        while before and stopwords.is_one(before[-1]):
            before = before[:-1]
        yield Reading(" ".join(before), found)


@cache
def build(fields: tuple[tuple[str, str], ...]) -> Beginnings:
    """Make the list of the labels of vocabularies; ``fields`` are pairs of field and vocabulary."""
    return Beginnings(
        label for field, name in fields for concept in get(name) for label in _labels(field, name, concept)
    )


def of(fields: Mapping[str, str]) -> Beginnings:
    """Return the list for some fields with their vocabularies; it is made once."""
    return build(tuple(sorted(fields.items())))


def _labels(field: str, name: str, concept: Concept) -> Iterator[Named]:
    for language in LANGUAGES:
        if language in concept.labels:
            yield Named(field, concept.code, concept.labels[language], language, True, False)
        for label in concept.alt_labels.get(language, ()):
            yield Named(field, concept.code, label, language, False, False)
    if name == _CODED and concept.code.isalpha():
        yield Named(field, concept.code, concept.code, "", False, False)


def _starts(whole: str) -> Iterator[str]:
    """Yield a key from each of its words on; stop words begin nothing."""
    words = whole.split()
    for number, word in enumerate(words):
        if number == 0 or not stopwords.is_one(word):
            yield " ".join(words[number:])
            if ARTICLE.match(word):
                yield " ".join([ARTICLE.sub("", word), *words[number + 1 :]])
        if HAN.match(word):
            yield from (" ".join([word[at:], *words[number + 1 :]]) for at in range(1, len(word) - 1))


def _inside(label: Named) -> Named:
    return Named(label.field, label.code, label.label, label.language, label.preferred, True)


def _rank(label: Named, language: str) -> tuple[bool, bool, bool, int]:
    return (label.inside, label.language != language, not label.preferred, len(label.label))
