"""From what a portal wrote to the concept it meant, without guessing.

Partners write `Sudan`, `SDN`, `sd`, `729`, `السودان` or an IRI for the same country. Each spelling
is looked up in steps of falling certainty; a step that finds two concepts ends the search
without an answer, because a wrong country is worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .vocabulary import Concept

EXACT, FOLDED, ALTERNATIVE, NUMBER, INSIDE = 1.0, 0.95, 0.9, 0.8, 0.6
P_CODE = re.compile(r"([A-Z]{2,3})\d{2,12}")
"""A place below a country (OCHA common operational datasets): the country's ISO code, then digits."""
SHORT = 3
"""Spellings below this length are only matched as written: `no` is a word, `NO` is Norway."""


@dataclass(frozen=True, slots=True)
class Match:
    """The concept a text stands for, with how it was found and how certain that is."""

    concept: Concept
    confidence: float
    how: str


def fold(text: str) -> str:
    """Reduce a spelling to letters and digits: case, accents, punctuation and spaces do not count."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", kept.replace("_", " ")))


def singular(folded: str) -> str:
    """Drop a plural ending of each word (English, French and Spanish alike: -s)."""
    return " ".join(
        word[:-1] if len(word) > SHORT and word.endswith("s") else word for word in folded.split()
    )


class Index:
    """All spellings of one vocabulary, from certain to less certain."""

    def __init__(self, concepts: tuple[Concept, ...]) -> None:
        self._steps: list[tuple[float, str, dict[str, set[str]]]] = []
        self._concepts = {concept.code: concept for concept in concepts}
        codes = [(c.code, c.code) for c in concepts]
        notations = [(n, c.code) for c in concepts for n in c.notations]
        iris = [(iri, c.code) for c in concepts for iri in (c.iri, *c.same_as)]
        labels = [(label, c.code) for c in concepts for label in c.labels.values()]
        alternatives = [(alt, c.code) for c in concepts for alts in c.alt_labels.values() for alt in alts]
        self._by_language = {
            (lang, fold(label)): c.code for c in concepts for lang, label in c.labels.items() if fold(label)
        }
        self._add(EXACT, "code", codes)
        self._add(EXACT, "IRI", iris)
        self._add(EXACT, "notation", notations)
        self._add(EXACT, "label", labels)
        self._add(FOLDED, "code in another spelling", _folded(codes))
        self._add(FOLDED, "label in another spelling", _folded(labels))
        self._add(FOLDED, "notation in another spelling", _folded(notations))
        self._add(ALTERNATIVE, "alternative label", alternatives)
        self._add(ALTERNATIVE, "alternative label in another spelling", _folded(alternatives))
        plural = [(singular(spelling), code) for spelling, code in _folded(labels + alternatives)]
        self._add(NUMBER, "singular or plural of a label", plural)
        mapped = {c.code for c in concepts if c.extent}
        self._countries = {spelling: code for spelling, code in codes + notations if code in mapped}

    def _add(self, confidence: float, how: str, pairs: Iterable[tuple[str, str]]) -> None:
        table: dict[str, set[str]] = {}
        for spelling, code in pairs:
            table.setdefault(spelling, set()).add(code)
        self._steps.append((confidence, how, table))

    def find(self, text: str, lang: str | None) -> Match | None:
        """Return the first unambiguous match; a label of the given language goes first."""
        text = " ".join(text.split())
        folded = fold(text)
        if not folded:
            return None
        if lang and (code := self._by_language.get((lang, folded))):
            exact = self._concepts[code].labels[lang] == text
            return Match(
                self._concepts[code],
                EXACT if exact else FOLDED,
                "label" if exact else "label in another spelling",
            )
        for confidence, how, codes in self._found(text, folded):
            if len(codes) > 1:
                return None
            return Match(self._concepts[next(iter(codes))], confidence, how)
        return None

    def all(self, text: str) -> tuple[Match, ...]:
        """Return every concept that a text could name, the surest first; each once."""
        text = " ".join(text.split())
        found: dict[str, Match] = {}
        for confidence, how, codes in self._found(text, fold(text)):
            for code in sorted(codes):
                found.setdefault(code, Match(self._concepts[code], confidence, how))
        return tuple(found.values())

    def _found(self, text: str, folded: str) -> Iterator[tuple[float, str, set[str]]]:
        """Yield what each step finds, where it finds anything."""
        for confidence, how, table in self._steps:
            spelling = text if "spelling" not in how else folded
            if confidence == NUMBER:
                spelling = singular(folded)
            codes = table.get(spelling, set())
            if folded and codes:
                yield confidence, how, codes
        place = P_CODE.fullmatch(text)
        if place and place[1] in self._countries:
            yield INSIDE, "P-code of a place inside it", {self._countries[place[1]]}


def _folded(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, code) for spelling, code in pairs if len(key := fold(spelling)) >= SHORT]
