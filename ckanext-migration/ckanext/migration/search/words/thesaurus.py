"""The vocabularies as a thesaurus: which words of a query name a concept, in any of six languages.

Read when a query is asked, never when a dataset is indexed: a new synonym works at once. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ckanext.migration.search.words import stopwords
from ckanext.migration.search.words.demonyms import DEMONYMS
from migration_schemas import load
from migration_vocabularies import Concept, get
from migration_vocabularies.matching import fold, singular

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
WEIGHTS: Mapping[str, float] = {
    "country": 8.0,
    "population-group": 6.0,
    "migration-theme": 6.0,
    "collection-method": 4.0,
    "statistic-type": 2.0,
    "disaggregation": 2.0,
    "humanitarian-sector": 1.0,
    "hazard": 1.0,
}
"""The vocabularies that people search with, and what a record with the code itself is worth.

No field takes the codes of the last two: of them the names alone count, which stand in titles and texts.
"""
WORLD = "001"
MAX_SPAN = 8
"""Words of the longest label that is looked for."""
MAX_LABELS = 24
"""Labels of one concept that are looked for as phrases."""
_CODE = re.compile(r"[A-Z]{3}")
"""KEN or CAR is a country only in capitals."""
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3400-\u4dbf\u4e00-\u9fff]+")
ARABIC = str.maketrans({"\u0640": None, "\u0649": "\u064a", "\u0629": "\u0647"})
ARTICLE = re.compile(r"^(?:\u0648?\u0627\u0644|\u0644\u0644)(?=\w{3})")
_ARABIC_ENDING = re.compile(r"(?<=[\u0621-\u064a]{3})[\u0648\u064a]\u0646$")
_RUSSIAN = re.compile(r"^[\u0430-\u0451]+$")
_RUSSIAN_ENDING = re.compile(r"(?<=[\u0430-\u0451]{4})(?:ами|ями|ов|ев|ам|ям|ах|ях|ом|ем|ых|их|[аяыиуюеоь])$")
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """A concept that words can mean: where its codes stand in a record, and its other labels.

    ``codes`` are the concept's own and those of everything narrower; ``labels`` are pairs of language
    and label. ``fields`` and ``vocabulary`` are empty for a synonym that names no concept.
    """

    fields: tuple[str, ...]
    codes: tuple[str, ...]
    weight: float
    labels: tuple[tuple[str, str], ...]
    vocabulary: str = ""

    @property
    def place(self) -> bool:
        """Whether it is a country or region."""
        return self.vocabulary == "country"


@dataclass(frozen=True, slots=True)
class Span:
    """Words that follow each other, ``start`` included and ``end`` not, with what they can mean."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


class Thesaurus:
    """Finds the longest labels in a row of words."""

    def __init__(self, spellings: Mapping[str, tuple[Meaning, ...]], codes: Mapping[str, Meaning]) -> None:
        self._spellings = spellings
        self._codes = codes
        self._han = {key for key in spellings if HAN.match(key)}

    def spans(self, words: Sequence[str]) -> Iterator[Span]:
        """Yield labels from left to right, the longest first; none overlaps another."""
        start = 0
        while start < len(words):
            found = next(self._starting(words, start), None)
            if found is not None:
                yield found
            start = found.end if found else start + 1

    def pieces(self, word: str) -> list[str]:
        """Cut a Chinese text at the labels in it; a word without any stays whole."""
        if not HAN.search(word):
            return [word]
        found: list[str] = []
        for run in HAN_RUN.findall(word):
            found.extend(self._cut(run) if HAN.match(run) else [run])
        return found if any(key(piece) in self._han for piece in found) else [word]

    def _cut(self, run: str) -> Iterator[str]:
        start = loose = 0
        longest = max(map(len, self._han), default=0)
        while start < len(run):
            ends = range(min(len(run), start + longest), start + 1, -1)
            end = next((end for end in ends if run[start:end] in self._han), None)
            if end is None:
                start += 1
                continue
            if loose < start:
                yield run[loose:start]
            yield run[start:end]
            start = loose = end
        if loose < len(run):
            yield run[loose:]

    def _starting(self, words: Sequence[str], start: int) -> Iterator[Span]:
        for end in range(min(len(words), start + MAX_SPAN), start, -1):
            text = " ".join(words[start:end])
            meanings = self._spellings.get(key(text), ())
            if not meanings and end == start + 1 and text in self._codes:
                meanings = (self._codes[text],)
            if meanings:
                yield Span(start, end, meanings)


def key(text: str) -> str:
    """Return the form in which spellings are compared.

    Without case, accents, plural, stop words and article; Russian and Arabic words also without the
    ending that a sentence gives them.
    """
    words = fold(text.translate(ARABIC)).split()
    telling = [word for word in words if not stopwords.is_one(word)] or words
    return " ".join(_stem(singular(word)) for word in telling)


def _stem(word: str) -> str:
    if _RUSSIAN.match(word):
        return _RUSSIAN_ENDING.sub("", word)
    return _ARABIC_ENDING.sub("", ARTICLE.sub("", word))


@cache
def build(synonyms: tuple[tuple[str, ...], ...] = ()) -> Thesaurus:
    """Make the thesaurus of all vocabularies and of a site's rows of words that mean the same."""
    spellings: dict[str, dict[Meaning, None]] = {}
    codes: dict[str, Meaning] = {}
    for name in WEIGHTS:
        for concept in get(name):
            meaning = _meaning(name, concept)
            short = (
                {concept.code, *(label for _language, label in _labels(concept))} if name == "country" else ()
            )
            codes.update({label: meaning for label in short if _CODE.fullmatch(label)})
            for _language, label in _spoken(name, concept):
                if label not in codes and _usable(key(label)):
                    spellings.setdefault(key(label), {})[meaning] = None
    for row in synonyms:
        _join(spellings, row)
    return Thesaurus({spelling: tuple(found) for spelling, found in spellings.items()}, codes)


def _join(spellings: dict[str, dict[Meaning, None]], row: Iterable[str]) -> None:
    """Let every word of the row mean what any of them means, and find the others as phrases."""
    words = [word for word in row if _usable(key(word))]
    meanings: dict[Meaning, None] = {}
    for word in words:
        meanings.update(spellings.get(key(word), {}))
    meanings[Meaning((), (), 1.0, tuple((language, word) for word in words for language in LANGUAGES))] = None
    for word in words:
        spellings.setdefault(key(word), {}).update(meanings)


def _usable(spelling: str) -> bool:
    """`no` and `us` are words; two Chinese characters are a name."""
    return len(spelling) >= (2 if HAN.match(spelling) else _SHORTEST)


def _meaning(name: str, concept: Concept) -> Meaning:
    """Make the meaning of a concept; of labels that differ in their ending alone one is enough."""
    told: dict[tuple[str, str], str] = {}
    for language, label in _spoken(name, concept):
        told.setdefault((language, key(label)), label)
    labels = [(language, label) for (language, _key), label in told.items()]
    return Meaning(
        _fields(name),
        _codes(name, concept.code),
        WEIGHTS[name],
        tuple(labels[:MAX_LABELS]),
        vocabulary=name,
    )


def _spoken(name: str, concept: Concept) -> list[tuple[str, str]]:
    """Return the labels and, of a country, what its people are called."""
    people = DEMONYMS.get(concept.code, ()) if name == "country" else ()
    return [*_labels(concept), *people]


def _labels(concept: Concept) -> list[tuple[str, str]]:
    """Return all pairs of language and label, the preferred ones first."""
    preferred = [(language, label) for language, label in concept.labels.items() if language in LANGUAGES]
    others = [(language, label) for language in LANGUAGES for label in concept.alt_labels.get(language, ())]
    return [*preferred, *others]


def _codes(name: str, code: str) -> tuple[str, ...]:
    """Return the code and all below it; the world does not stand for each of its countries."""
    return (code,) if code == WORLD else (code, *get(name).descendants(code))


@cache
def _fields(name: str) -> tuple[str, ...]:
    """Return the public fields of a record that take their codes from this vocabulary."""
    return tuple(
        field.name
        for field in load().fields
        if field.vocabulary == name and field.search_type == "keyword" and field.visibility == "public"
    )
