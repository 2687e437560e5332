"""What a text may mean that is still being typed: filters that can be suggested, before they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration import facets
from ckanext.migration.search.additions import beyond, choices
from ckanext.migration.search.words import beginnings
from ckanext.migration.search.words.thesaurus import WEIGHTS

CONCEPTS, PLACES, AGENCIES = "concepts", "places", "agencies"
MOST_COUNTED = {CONCEPTS: 24, PLACES: 16, AGENCIES: 16}
"""Candidates of each group that are counted; those that find nothing are not suggested."""
PLACE, AGENCY = "country", "organization"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller asked: the text, facet filters in force, other ``ext_…`` parameters, the language."""

    text: str
    chosen: choices.Choices
    extras: dict[str, Any]
    language: str

    def parameters(self) -> Pairs:
        """Return the filters in force as parameters of a page's address."""
        values = [(name, value) for name, each in self.chosen.items() for value in each]
        extras = [
            (name, str(value))
            for name, given in self.extras.items()
            for value in (given if isinstance(given, list | tuple) else [given])
        ]
        return (*values, *extras)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A filter that may be suggested. ``typed`` is the label that begins as the text does."""

    group: str
    name: str
    value: str
    label: str
    typed: str = ""
    inside: bool = False


def _fields() -> dict[str, str]:
    """Return the facets whose terms people search with, and their vocabularies: one facet for each."""
    found: dict[str, str] = {}
    for name in facets.titles():
        terms = facets.VOCABULARIES.get(name)
        if terms in WEIGHTS and terms not in found.values():
            found[name] = terms
    return found


def possible(asked: Asked, titles: Mapping[str, str]) -> tuple[str, list[Candidate]]:
    """Return the words that are finished and what the rest may mean, by the first reading with a meaning.

    ``titles`` are those of the agencies by their names.
    """
    known = beginnings.of(_fields())
    for reading in beginnings.readings(asked.text):
        concepts = [
            _concept(each, reading.key, asked) for each in known.concepts(reading.key, asked.language)
        ]
        found = [*concepts, *_named_agencies(reading.key, titles)]
        fresh = [each for each in found if _is_new(each, asked)]
        if fresh:
            limited = (
                [each for each in fresh if each.group == group][:most] for group, most in MOST_COUNTED.items()
            )
            return reading.before, [each for group in limited for each in group]
    return "", []


def _is_new(candidate: Candidate, asked: Asked) -> bool:
    """Whether the filter is not in force."""
    return candidate.value not in asked.chosen.get(candidate.name, ())


def _concept(found: beginnings.Named, begun: str, asked: Asked) -> Candidate:
    label = facets.label(found.field, found.code, asked.language) or found.code
    own = beginnings.has(label, begun) or not found.language
    group = PLACES if found.field == PLACE else CONCEPTS
    return Candidate(group, found.field, found.code, label, "" if own else found.label, found.inside)


def agencies() -> dict[str, str]:
    """Return the titles of the agencies by their names."""
    table = model.group_table
    rows = model.Session().execute(
        sa.select(table.c.name, table.c.title).where(table.c.is_organization, table.c.state == "active")
    )
    return {name: title or name for name, title in rows}


def _named_agencies(begun: str, titles: Mapping[str, str]) -> list[Candidate]:
    """Return the agencies whose title has a word that begins so, those first whose title itself does."""
    found = []
    for name, title in titles.items():
        if beginnings.has(f"{title} {name}", begun):
            inside = not beginnings.key(title).startswith(begun)
            found.append(Candidate(AGENCIES, AGENCY, name, title, inside=inside))
    return sorted(found, key=lambda each: (each.inside, each.label))


def in_force(asked: Asked, more: Candidate | None = None) -> list[dict[str, Any]]:
    """Return the filters of the reader's choices, and of a suggestion that is followed."""
    chosen = {**asked.chosen}
    if more is not None:
        chosen[more.name] = (*chosen.get(more.name, ()), more.value)
    # some extras decide in which field a facet is compared
    return list(choices.clauses(chosen, beyond.Asked(asked.language, asked.extras)).values())
