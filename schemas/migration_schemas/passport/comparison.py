"""Whether records may be compared: the verdict for each pair, and the worst of them for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from .facts import Passport
from .relations import covers, relation
from .rules import VERDICTS, Aspect, Reason, Rule, load

MOST = 4
"""How many records can stand side by side."""


@dataclass(frozen=True)
class Comparison:
    """What the rules say of two records; ``reasons`` is never empty, the weightiest come first."""

    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict of all reasons."""
        return max((reason.rule.verdict for reason in self.reasons), key=VERDICTS.index)


def compare(one: Passport, other: Passport) -> Comparison:
    """Compare two records; the order of the two does not count."""
    found = [reason for aspect in load().aspects if (reason := _reason(aspect, one, other))]
    weight = {verdict: -rank for rank, verdict in enumerate(VERDICTS)}
    return Comparison(tuple(sorted(found, key=lambda reason: weight[reason.rule.verdict])))


def pairs(passports: Sequence[Passport]) -> Iterator[tuple[int, int, Comparison]]:
    """Compare each with each: yields the places of the two in the sequence and what the rules say."""
    for first, second in combinations(range(len(passports)), 2):
        yield first, second, compare(passports[first], passports[second])


def worst(verdicts: Sequence[str]) -> str:
    """Return the worst of several verdicts."""
    return max(verdicts, key=VERDICTS.index)


def _reason(aspect: Aspect, one: Passport, other: Passport) -> Reason | None:
    """Return the first rule of an aspect that fits, or nothing where none does."""
    if aspect.shown_only:
        return None
    found = relation(aspect, one.of(aspect.name), other.of(aspect.name))
    fitting = (rule for rule in load().of(aspect.name) if _fits(rule, found, aspect, one, other))
    rule = next(fitting, None)
    return Reason(rule, found) if rule else None


def _fits(rule: Rule, found: str, aspect: Aspect, one: Passport, other: Passport) -> bool:
    if found not in rule.relations:
        return False
    if rule.only_if:
        name, codes = rule.only_if
        asked = load().aspect(name)
        if not any(covers(asked, each.of(name), codes) for each in (one, other)):
            return False
    if not rule.between:
        return True
    mine, theirs = one.of(aspect.name), other.of(aspect.name)
    left, right = rule.between
    return any(
        covers(aspect, first, left) and covers(aspect, second, right)
        for first, second in ((mine, theirs), (theirs, mine))
    )
