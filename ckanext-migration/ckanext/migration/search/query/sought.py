"""What is typed into the search box, taken apart: words and phrases that are looked for, and their meanings.

The signs and operators of Solr's ``dismax`` parser; with a thesaurus the text is understood too. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError
from ckanext.migration.search.words import stopwords
from ckanext.migration.search.words.thesaurus import Meaning, Thesaurus

Side = Literal["must", "must_not", "should"]
Chunk = tuple[Side, bool, str]

_CHUNK = re.compile(r'([+-]?)(?:"([^"]*)"|([^\s"]+))')
_DANGLING = re.compile(r"(^|\s)[+-]+(?=\s|$)")
_DOUBLED = re.compile(r"(^|\s)[+-]{2}")
_WORD = re.compile(r"\w")
_OPERATORS = frozenset(["AND", "OR", "NOT"])
MAX_CHUNKS = 64
MAX_LENGTH = 1024
MAX_UNDERSTOOD = 16
"""Labels of one text that become concepts; further ones are looked for as typed."""
MAX_CUT = 128
"""A longer text without spaces is not cut at its labels, so that it cannot have more words than chunks."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing that is looked for: a word, a phrase in quotes, or the words of a label with its meanings."""

    side: Side
    words: tuple[str, ...]
    phrase: bool = False
    meanings: tuple[Meaning, ...] = ()

    @property
    def text(self) -> str:
        """Return it as it was typed."""
        return " ".join(self.words)

    @property
    def place(self) -> bool:
        """Whether it can mean a country or region."""
        return any(meaning.place for meaning in self.meanings)


@dataclass(frozen=True, slots=True)
class Text:
    """A text taken apart. ``optional`` are stop words: welcome, never required.

    ``operators``: whether it joins its words by AND, OR or NOT.
    """

    sought: tuple[Sought, ...]
    optional: tuple[str, ...] = ()
    operators: bool = False


def read(text: str, known: Thesaurus | None = None) -> Text:
    """Take a text apart; operators AND, OR, NOT, + and - keep their meaning."""
    chunks = _chunks(text)
    operators = any(words in _OPERATORS for *_, words in chunks)
    sides = _sides(chunks)
    if known is None:
        return Text(tuple(Sought(side, (words,), phrase) for side, phrase, words in sides), (), operators)
    sides, optional = _welcome(_cut(sides, known) if len(text) <= MAX_CUT else sides)
    left = iter(range(MAX_UNDERSTOOD))
    found: list[Sought] = []
    for (side, phrase), run in groupby(sides, key=lambda each: each[:2]):
        words = [each[2] for each in run]
        if phrase or side == "must_not":
            found += [Sought(side, (word,), phrase) for word in words]
        else:
            found += _understood(side, words, known, left)
    return Text(tuple(found), tuple(optional), operators)


def _understood(side: Side, words: list[str], known: Thesaurus, left: Iterator[int]) -> Iterator[Sought]:
    """Let a label of several words be one thing; ``left`` counts how many labels may still be one."""
    position = 0
    for span, _count in zip(known.spans(words), left, strict=False):
        yield from (Sought(side, (word,)) for word in words[position : span.start])
        yield Sought(side, tuple(words[span.start : span.end]), meanings=span.meanings)
        position = span.end
    yield from (Sought(side, (word,)) for word in words[position:])


def _welcome(sides: list[Chunk]) -> tuple[list[Chunk], list[str]]:
    """Part stop words from the words that are looked for; a text of stop words alone stays whole."""
    stop = [side == "should" and not phrase and stopwords.is_one(words) for side, phrase, words in sides]
    if all(stop):
        return sides, []
    kept = [each for each, is_stop in zip(sides, stop, strict=True) if not is_stop]
    return kept, [words for (*_, words), is_stop in zip(sides, stop, strict=True) if is_stop]


def _cut(sides: list[Chunk], known: Thesaurus) -> list[Chunk]:
    """Part words that are written without spaces."""
    return [
        (side, phrase, piece)
        for side, phrase, words in sides
        for piece in ([words] if phrase or side == "must_not" else known.pieces(words))
    ]


def _chunks(text: str) -> list[tuple[str, bool, str]]:
    """Sign, whether quoted, words; what Solr repairs is repaired, ``--x`` and a huge text are errors."""
    if len(text) > MAX_LENGTH:
        raise QueryNotAllowedError(f"The query is too long: more than {MAX_LENGTH} characters")
    if text.count('"') % 2:
        text = text.replace('"', " ")
    text = _DANGLING.sub(" ", text)
    doubled = _DOUBLED.search(text)
    if doubled:
        raise QuerySyntaxError("Two signs before a word", position=doubled.start())
    found = [(sign, not word, phrase or word) for sign, phrase, word in _CHUNK.findall(text)]
    if len(found) > MAX_CHUNKS:
        raise QueryNotAllowedError(f"The query has more than {MAX_CHUNKS} words")
    return found


def _sides(chunks: list[tuple[str, bool, str]]) -> list[Chunk]:
    """Decide for each chunk whether it must, must not or should match."""
    found: list[Chunk] = []
    conjunction = ""
    for sign, phrase, words in chunks:
        if words in _OPERATORS and not sign and not phrase:
            conjunction = words
            continue
        if not _WORD.search(words):
            continue  # "water & air": Solr drops what analyses to nothing, else mm could never be met
        if conjunction == "AND" and found and found[-1][0] == "should":
            found[-1] = ("must", *found[-1][1:])
        side: Side = "should"
        if sign == "-" or conjunction == "NOT":
            side = "must_not"
        elif sign == "+" or conjunction == "AND":
            side = "must"
        found.append((side, phrase, words))
        conjunction = ""
    return found
