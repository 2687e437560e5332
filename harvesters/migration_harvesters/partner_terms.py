"""Terms of a partner that a person has mapped to ours, and those that somebody should look at.

Mappers look concepts up through `mapping.Notebook` and know nothing of this module: whoever calls them says
which decisions hold (`using`) and is told afterwards which terms were met. A decision wins over the matcher.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from migration_vocabularies.matching import fold

BY_A_PERSON = "mapped by a person"
LONGEST = 200  # characters of a term


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of a partner for one code list: `code` is what it was taken for, None for nothing."""

    field: str
    vocabulary: str
    value: str
    code: str | None
    confidence: float
    how: str


@dataclass(slots=True)
class Crosswalk:
    """The decisions for one partner by code list and folded word, where None means "says nothing here"."""

    decided: Mapping[tuple[str, str], str | None] = field(default_factory=dict)
    met: dict[Term, int] = field(default_factory=dict)

    def decision(self, vocabulary: str, words: str) -> tuple[bool, str | None]:
        """Say whether a person has decided about a word, and what."""
        key = (vocabulary, fold(words))
        return key in self.decided, self.decided.get(key)

    def tell(self, terms: Iterable[Term]) -> None:
        """Count the terms that one record used, each once."""
        for term in dict.fromkeys(terms):
            self.met[term] = self.met.get(term, 0) + 1


_NONE = Crosswalk()
_current: ContextVar[Crosswalk] = ContextVar("partner_terms", default=_NONE)


def current() -> Crosswalk:
    """Give the crosswalk in force; outside of `using` an empty one, which is told nothing."""
    return _current.get()


def tell(terms: Iterable[Term]) -> None:
    """Hand over what one record used to whoever asked for it."""
    in_force = _current.get()
    if in_force is not _NONE:
        in_force.tell(terms)


@contextmanager
def using(decided: Mapping[tuple[str, str], str | None]) -> Iterator[Crosswalk]:
    """Let these decisions hold for every mapper called within, and collect the terms that they meet."""
    mine = Crosswalk(decided)
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)
