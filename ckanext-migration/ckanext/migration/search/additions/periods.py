"""Records whose figures are about a period, by overlap (an addition, see ``beyond``).

``ext_from`` and ``ext_to`` are the first and the last time asked for, each a year, a month or a day
(``2024``, ``2024-03``, ``2024-03-31``), both included; one alone leaves the other end open. A record is
found when one of its reference periods shares at least a day with that. Nothing is computed from a
caller's text: what is no date of the calendar is refused (threats SR-11).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request
from migration_schemas import coverage, freshness

FIRST, LAST = "ext_from", "ext_to"
FIELD = "reference_period"
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Add the filter; raises ``ParameterError`` for what is no date, or an end before the beginning."""
    first, last = _day(asked, FIRST), _day(asked, LAST)
    if first and last and first > last:
        raise ParameterError(LAST, f"ends before {FIRST} begins", reason="order")
    bounds = {"gte": first, "lte": last}
    known = {sign: day.isoformat() for sign, day in bounds.items() if day}
    if known:
        asked.filters.append({"range": {FIELD: {**known, "relation": "intersects"}}})


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: the filter is in the query."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to tell."""


def _day(asked: Asked, name: str) -> date | None:
    text = asked.text(name)
    if not text:
        return None
    day = None
    if _DATE.fullmatch(text):
        day = coverage.first_day(text) if name == FIRST else freshness.last_day(text)
    if day is None:
        raise ParameterError(
            name, "is not a date: write a year, a month or a day, as in 2024, 2024-03, 2024-03-31"
        )
    return day
