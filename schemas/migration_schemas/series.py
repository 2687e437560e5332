"""Rounds, waves and years of one operation: which series a record is part of, and where it stands in it.

A series is told by its address, or without one by the names of its publisher and of the series: rounds
that say neither are records like any other. A record in several series counts for the first.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from migration_vocabularies.matching import fold

from .codecs import is_iri
from .freshness import last_day
from .record import TITLE, Record, text_in

__all__ = ["key", "order", "period", "title"]

FIELD = "in_series"
WITHOUT_PERIOD = "0000-00-00"
_NUMBER = re.compile(r"\d+")
_DIGITS = 8
_LONGEST = 300


def key(record: Record) -> str | None:
    """Return what all rounds of a series have in common, None for a record that is no round."""
    node = _first(record)
    address = str(node.get("uri") or "").strip()
    if is_iri(address):
        return address
    name = fold(str(node.get("title") or ""))
    return f"{_publisher(record)}: {name}"[:_LONGEST] if name else None


def title(record: Record) -> str:
    """Return the name of the series, or an empty text."""
    return str(_first(record).get("title") or "").strip()


def period(record: Record) -> tuple[str, str] | None:
    """Return the first and the last day that the record is about (ISO), None where it does not say."""
    spans = [span for node in _nodes(record, "temporal_coverage") if (span := _span(node))]
    return max(spans, key=lambda span: (span[1], span[0])) if spans else None


def order(record: Record) -> str:
    """Return a text by which rounds can be sorted: last day, first day, then the title, numbers as numbers.

    The two dates have ten characters each. A round without a period comes before all others.
    """
    first, last = period(record) or (WITHOUT_PERIOD, WITHOUT_PERIOD)
    name = fold(text_in(record.fields.get(TITLE), "en"))
    natural = _NUMBER.sub(lambda found: found[0].rjust(_DIGITS, "0"), name)
    return f"{last} {first} {natural}"[:_LONGEST]


def _span(node: dict[str, Any]) -> tuple[str, str] | None:
    start, end = (str(node.get(name) or "") for name in ("start", "end"))
    last = last_day(end) or last_day(start)
    if last is None:
        return None
    return (_first_day(start) or last).isoformat(), last.isoformat()


def _first_day(text: str) -> date | None:
    if last_day(text) is None:
        return None
    year, month, day = (*(int(part) for part in text.split("T", maxsplit=1)[0].split("-")), 1, 1)[:3]
    return date(year, month, day)


def _first(record: Record) -> dict[str, Any]:
    return next(iter(_nodes(record, FIELD)), {})


def _publisher(record: Record) -> str:
    node = next(iter(_nodes(record, "publisher")), {})
    return fold(str(node.get("name") or ""))


def _nodes(record: Record, name: str) -> list[dict[str, Any]]:
    value = record.fields.get(name)
    return [node for node in value if isinstance(node, dict)] if isinstance(value, list | tuple) else []
