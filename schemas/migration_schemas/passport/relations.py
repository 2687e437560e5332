"""In which relation two records stand in one aspect; every function answers the same in either order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migration_schemas import fields
from migration_vocabularies import get

from .rules import Aspect

DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?")
DAYS = (365.25, 365.25 / 12, 7.0, 1.0)
"""Days of a year, month, week and day."""
TOLERANCE = 0.03
"""Twelve months, 365 days and 52 weeks are the same minimum stay."""
FIRST, LAST = "0000-01-01", "9999-12-31"


def relation(aspect: Aspect, one: Sequence[str], other: Sequence[str]) -> str:
    """Return ``unknown``, ``partly-known``, ``same``, ``part`` or ``apart``."""
    if not one or not other:
        return "partly-known" if one or other else "unknown"
    if set(one) == set(other):
        return "same"
    field = fields.load().field(aspect.field)
    if field.vocabulary:
        return _of_terms(field.vocabulary, one, other)
    if field.rdf_value == "duration":
        return "same" if _alike(days(one[0]), days(other[0])) else "apart"
    return "part" if any(_overlap(a, b) for a in one for b in other) else "apart"


def covers(aspect: Aspect, codes: Sequence[str], group: Sequence[str]) -> bool:
    """Whether one of the codes is in a group, or narrower than a term of it."""
    vocabulary = fields.load().field(aspect.field).vocabulary
    return bool(_with_above(vocabulary, codes) & set(group))


def days(duration: str) -> float | None:
    """Return the days of an ISO 8601 duration, or None where it is none."""
    matched = DURATION.fullmatch(duration)
    if matched is None:
        return None
    return sum(int(number) * each for number, each in zip(matched.groups(), DAYS, strict=True) if number)


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= TOLERANCE * max(one, other)


def _of_terms(vocabulary: str, one: Sequence[str], other: Sequence[str]) -> str:
    shared = _with_above(vocabulary, one) & set(other) or _with_above(vocabulary, other) & set(one)
    return "part" if shared else "apart"


def _with_above(vocabulary: str | None, codes: Sequence[str]) -> set[str]:
    found = set(codes)
    if vocabulary:
        scheme = get(vocabulary)
        found.update(*(scheme.ancestors(code) for code in codes))
    return found


def _overlap(one: str, other: str) -> bool:
    (start, end), (begun, ended) = _bounds(one), _bounds(other)
    return start <= ended and begun <= end


def _bounds(period: str) -> tuple[str, str]:
    """Return first and last day of a period; a bound that is not given is as far away as can be."""
    start, _, end = period.partition("/")
    return start[:10] + FIRST[len(start) :], end[:10] + LAST[len(end) :]
