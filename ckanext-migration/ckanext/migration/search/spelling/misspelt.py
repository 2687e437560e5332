"""The words of a text that can be misspelt, and the text with other words in their places. Pure.

Left alone are codes and abbreviations (capitals, digits), addresses, short words, and Chinese, whose words
have no letters to mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from unicodedata import normalize

from ckanext.migration.search.words import stopwords

SHORTEST = 4
"""Letters of a word in which a mistake can be told from another word."""
LONG = 7
"""Letters from which on two mistakes are allowed."""
MOST = 6
"""Words of one text that are looked at."""
_PART = re.compile(r"\S+")
_MARKS = "\u0300-\u036f\u064b-\u0652\u0670"
_WORD = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+")
_NO_LETTER = re.compile(rf"[{_MARKS}\u0640]")
"""Accents and Arabic vowels that stand by themselves, and the line that only lengthens an Arabic word."""
_LETTERS = re.compile(r"[a-z\u00df-\u024f\u0430-\u045f\u0620-\u064a]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def letters(self) -> str:
        """Return its letters, as they stand in records: small, without what can be left out in Arabic."""
        return _letters(self.text)

    @property
    def edits(self) -> int:
        """Return how many letters may be wrong."""
        return 2 if len(self.letters) >= LONG else 1


def words(text: str) -> list[Word]:
    """Return the words of a text that may be misspelt; operators, quotes and fields are no words."""
    return list(islice(_words(text), MOST))


def _words(text: str) -> Iterator[Word]:
    for part in _PART.finditer(text):
        if any(char.isdigit() or char in "_@/" for char in part.group()):
            continue
        for found in _WORD.finditer(part.group()):
            if _can_be_misspelt(found.group()):
                yield Word(found.group(), part.start() + found.start(), part.start() + found.end())


def _letters(word: str) -> str:
    return _NO_LETTER.sub("", normalize("NFC", word.lower()))


def _can_be_misspelt(word: str) -> bool:
    letters = _letters(word)
    is_code = word.isupper() and word.upper() != word.lower()
    known = _LETTERS.fullmatch(letters) is not None
    return len(letters) >= SHORTEST and known and not is_code and not stopwords.is_one(word)


def replaced(text: str, others: Mapping[Word, str]) -> str:
    """Return the text with other words; capitals at the beginning of a word stay."""
    found, position = [], 0
    for word in sorted(others, key=lambda each: each.start):
        other = others[word]
        found += [
            text[position : word.start],
            other[:1].upper() + other[1:] if word.text.istitle() else other,
        ]
        position = word.end
    return "".join([*found, text[position:]])
