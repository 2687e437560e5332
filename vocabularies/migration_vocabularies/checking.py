"""Whether a SKOS file is a code list that this registry can work with.

Mistakes keep a list out; hints are what its maintainers should know (SKOS Reference, sections 5 and 8:
one preferred label a language, no cycles of broader terms).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from . import iris, loader
from .errors import VocabularyError
from .vocabulary import Vocabulary

UN_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one file."""

    name: str
    mistakes: tuple[str, ...]
    hints: tuple[str, ...] = ()


def check_all() -> list[Checked]:
    """Check every list, the shipped ones and those of the portal."""
    return [check(name, loader.text(name)) for name in loader.names()]


def check(name: str, text: str) -> Checked:
    """Check the Turtle text of a list; never raises for what the text says."""
    if not _NAME.fullmatch(name):
        return Checked(name, ("The name of a list has small letters, digits and hyphens only.",))
    try:
        found = loader.parse(name, text)
    except VocabularyError as error:
        return Checked(name, (str(error),))
    return Checked(name, tuple(_mistakes(found)), tuple(_hints(found)))


def _mistakes(found: Vocabulary) -> list[str]:
    wrong: list[str] = []
    if not len(found):
        wrong.append(f"It has no terms in the scheme <{iris.scheme(found.name)}>.")
    if not found.titles:
        wrong.append("The scheme has no skos:prefLabel with a language.")
    if not found.version:
        wrong.append("The scheme has no owl:versionInfo.")
    for concept in found:
        if "en" not in concept.labels:
            wrong.append(f"{concept.code} has no English label.")
        if concept.code in found.ancestors(concept.code):
            wrong.append(f"{concept.code} is above itself.")
        if concept.replaced_by and found[concept.replaced_by].deprecated:
            wrong.append(f"{concept.code} is replaced by {concept.replaced_by}, which is retired too.")
    return wrong


def _hints(found: Vocabulary) -> list[str]:
    hints: list[str] = []
    for language in UN_LANGUAGES:
        lacking = sum(language not in concept.labels for concept in found)
        if lacking:
            hints.append(f"{lacking} of {len(found)} terms have no label in {language}.")
        labels = Counter(concept.labels[language] for concept in found if language in concept.labels)
        hints += [f"Two terms are called “{label}” ({language})." for label, n in labels.items() if n > 1]
    undefined = sum(not concept.definitions for concept in found)
    if undefined:
        hints.append(f"{undefined} of {len(found)} terms have no definition.")
    orphans = [concept.code for concept in found if concept.deprecated and not concept.replaced_by]
    if orphans:
        hints.append(f"Retired without a successor: {', '.join(orphans)}.")
    return hints
