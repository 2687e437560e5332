"""What mappers share: looking up concepts and noting what was assumed and what was left out.

Every assumption is noted with how it was made, and a term without a concept is noted too: nothing is guessed
silently. A mapper's `interpret` gives record and notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import migration_vocabularies
from migration_harvesters import partner_terms, text
from migration_harvesters.errors import MappingError
from migration_harvesters.partner_terms import Term
from migration_schemas import Record
from migration_vocabularies import Match, Vocabulary

CERTAIN = 1.0
NEAR = 0.9
LONGEST_TERM = 120
KEYWORD_LISTS = ("migration-theme", "population-group", "statistic-type")
MAX_RESOURCES = 1000
MAX_KEYWORDS = 1000


@dataclass(frozen=True, slots=True)
class Note:
    """One thing a reader of the record should know: `value` of the partner became `taken`, or nothing."""

    field: str
    value: str
    taken: str | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A record and what was assumed on the way to it."""

    record: Record
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Notebook:
    """Collects notes, each once."""

    notes: dict[Note, None] = field(default_factory=dict)
    terms: dict[Term, None] = field(default_factory=dict)

    def assumed(self, name: str, value: object, taken: str, how: str) -> None:
        """Note that a value was understood in a way that is not certain."""
        self.notes[Note(name, str(value)[:200], taken, how)] = None

    def left_out(self, name: str, value: object, how: str = "no such term in the list") -> None:
        """Note that a value has no counterpart here."""
        self.notes[Note(name, str(value)[:200], None, how)] = None

    def concept(self, name: str, vocabulary: str, value: object, lang: str | None = None) -> str | None:
        """Look up the code of what a partner wrote."""
        words = text.cleaned(value)
        if not words:
            return None
        decided, code = partner_terms.current().decision(vocabulary, words)
        if decided:
            self._decided(name, vocabulary, words, code)
            return code
        found = _match(migration_vocabularies.get(vocabulary), words, lang)
        if found is None:
            self.left_out(name, words)
            self._met(name, vocabulary, words)
            return None
        if found.confidence < CERTAIN:
            self.assumed(name, words, found.concept.code, found.how)
        if found.confidence < NEAR:
            self._met(name, vocabulary, words, found)
        return found.concept.code

    def _decided(self, name: str, vocabulary: str, words: str, code: str | None) -> None:
        if code is None:
            self.left_out(name, words, partner_terms.BY_A_PERSON)
        else:
            self.assumed(name, words, code, partner_terms.BY_A_PERSON)
        term = Term(
            field=name,
            vocabulary=vocabulary,
            value=words[: partner_terms.LONGEST],
            code=code,
            confidence=CERTAIN,
            how=partner_terms.BY_A_PERSON,
        )
        self.terms[term] = None

    def unknown(self, name: str, vocabulary: str, words: str) -> None:
        """Keep a term that has no concept, where the mapper notes that by itself."""
        self._met(name, vocabulary, words)

    def _met(self, name: str, vocabulary: str, words: str, found: Match | None = None) -> None:
        """Keep a term that the matcher did not know, or only guessed, for a person to look at.

        Another spelling of a label and an alternative label are no guesses.
        """
        if found is None and len(words) > LONGEST_TERM:
            return  # a sentence, or a shape: no term
        term = Term(
            field=name,
            vocabulary=vocabulary,
            value=words[: partner_terms.LONGEST],
            code=found.concept.code if found else None,
            confidence=found.confidence if found else 0.0,
            how=found.how if found else "",
        )
        self.terms[term] = None

    def concepts(
        self, name: str, vocabulary: str, values: Iterable[object], lang: str | None = None
    ) -> list[str]:
        """Look up several, each code once, in the order of the partner."""
        codes = (self.concept(name, vocabulary, value, lang) for value in values)
        return list(dict.fromkeys(code for code in codes if code))

    def among(self, name: str, vocabulary: str, words: Iterable[str], lang: str | None = None) -> list[str]:
        """Look for concepts among free keywords, where most words are not meant as concepts of this list.

        What comes only near to a term here and is a term of another list is meant there: `Migrant stocks` is
        a theme, and not the group whose other name is `migrant stock`.
        """
        codes: dict[str, None] = {}
        known = migration_vocabularies.get(vocabulary)
        others = [migration_vocabularies.get(other) for other in KEYWORD_LISTS if other != vocabulary]
        for word in words:
            decided, code = partner_terms.current().decision(vocabulary, word)
            if decided:
                self._decided(name, vocabulary, word, code)
                codes.update({code: None} if code else {})
                continue
            found = _match(known, word, lang) or _match(known, _without_acronym(word), lang)
            if found is not None and found.confidence < NEAR:
                better = (_match(other, word, lang) for other in others)
                found = None if any(match and match.confidence > NEAR for match in better) else found
            if found is not None:
                codes[found.concept.code] = None
                self.assumed(name, word, found.concept.code, f"keyword, {found.how}")
                if found.confidence < NEAR:
                    self._met(name, vocabulary, word, found)
        return list(codes)


def finished(
    fields: Mapping[str, Any], resources: Iterable[Mapping[str, Any]], defaults: object, notebook: Notebook
) -> Mapped:
    """Put the record together: empty values go, agreed defaults fill what the partner did not say."""
    entries = tuple(entry for entry in (_tidy(resource) for resource in resources) if entry)
    if len(entries) > MAX_RESOURCES:
        raise MappingError(
            f"The record lists {len(entries):,} files; up to {MAX_RESOURCES:,} are taken.",
            code="too-many-resources",
            remedy="Ask the partner to describe them as one collection, or as several datasets.",
        )
    agreed = defaults if isinstance(defaults, Mapping) else {}
    whole = {**agreed, **_tidy(fields)}
    level = _stricter(agreed.get("sensitivity_level"), whole.get("sensitivity_level"))
    if level is not None:
        whole["sensitivity_level"] = level
    partner_terms.tell(notebook.terms)
    return Mapped(Record(whole, entries), tuple(notebook.notes))


def keywords(words: Iterable[str]) -> list[str]:
    """Keywords, each once and cleaned; a list that no person wrote is refused."""
    found = list(dict.fromkeys(word for word in (text.line(word, 200) for word in words) if word))
    if len(found) > MAX_KEYWORDS:
        raise MappingError(
            f"The record has {len(found):,} keywords; up to {MAX_KEYWORDS:,} are taken.",
            code="too-many-keywords",
            remedy="Ask the partner to choose the keywords that help to find the dataset.",
        )
    return found


@lru_cache(maxsize=50_000)
def _match(known: Vocabulary, words: str, lang: str | None) -> Match | None:
    """Look up what portals repeat in thousands of records: file types, keywords, names of places."""
    return known.match(words, lang)


def _stricter(agreed: Any, said: Any) -> Any:
    """Take the higher of two sensitivities: a partner may raise what was agreed, but not lower it."""
    levels = [concept.code for concept in migration_vocabularies.get("sensitivity-level")]
    if agreed in levels and said in levels:
        return max(agreed, said, key=levels.index)
    return said


def _without_acronym(word: str) -> str:
    """`internally displaced persons-idp`, as HDX writes its keywords, without the acronym at its end."""
    head, _, tail = word.rpartition("-")
    return head if tail and tail.lower() == "".join(part[0] for part in head.lower().split()) else word


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, ())}
