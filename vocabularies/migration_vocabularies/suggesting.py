"""Terms that are near to a text which names none: for a person to choose from, never taken by themselves."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .matching import SHORT, fold, singular

if TYPE_CHECKING:
    from .vocabulary import Concept, Vocabulary

MOST = 3
"""Terms that are suggested."""
LONGEST = 80
"""Characters of a text that are compared."""
ALIKE = 0.82
"""Share of letters that two spellings have in common from which one may be the other mistyped."""


def near(vocabulary: Vocabulary, text: str) -> tuple[Concept, ...]:
    """Return up to three terms near to a text: meant in another spelling, mistyped, or sharing its words."""
    folded = singular(fold(text[:LONGEST]))
    found = {match.concept.code: match.concept for match in vocabulary.candidates(text)}
    spellings = {concept.code: _spellings(concept) for concept in vocabulary if not concept.deprecated}
    spread = Counter(word for each in spellings.values() for word in {w for one in each for w in _words(one)})
    likeness = {code: _likeness(folded, each, spread) for code, each in spellings.items()}
    for code in sorted(likeness, key=lambda code: -likeness[code])[:MOST]:
        if likeness[code]:
            found.setdefault(code, vocabulary[code])
    return tuple(found.values())[:MOST]


def _likeness(folded: str, spellings: set[str], spread: Mapping[str, int]) -> float:
    """Return how near a concept is, 0 for not at all; a mistyped label is nearer than words in common.

    A word counts for less the more concepts have it: "migration" says little in a list about migration.
    """
    best = 0.0
    words = _words(folded)
    matcher = difflib.SequenceMatcher(None, "", folded)
    for spelling in spellings:
        matcher.set_seq1(spelling)
        if folded and matcher.real_quick_ratio() >= ALIKE <= matcher.quick_ratio():
            best = max(best, 1 + ratio if (ratio := matcher.ratio()) >= ALIKE else 0)
        shared = words & _words(spelling)
        best = max(best, sum(1 / spread[word] for word in shared) / len(words) if shared else 0)
    return best


def _words(spelling: str) -> set[str]:
    return {word for word in spelling.split() if len(word) > SHORT}


def _spellings(concept: Concept) -> set[str]:
    labels = [*concept.labels.values(), *(each for alts in concept.alt_labels.values() for each in alts)]
    return {singular(fold(label)) for label in labels}
