"""Where and when a record holds true, in the form in which it can be searched.

Pure. Wrong values (an unknown code, a period that ends before it starts) are left out, because a
private record may hold them and must be found all the same; validation names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from migration_vocabularies import Box, get

from .freshness import last_day
from .record import Record

PLACES = "country"
WORLD = "001"
GEOGRAPHIC = ("spatial_coverage", "country_of_origin", "country_of_destination", "country_of_transit")
CORRIDOR = ("origin", "destination", "transit")
SPAN = 60
"""A period counts for at most this many years back from its end, so that one record cannot fill a facet."""

MOST_CORRIDORS = 10_000
"""Corridors of one record that are searchable; the index takes 20,000 inner documents a record."""


def places(record: Record) -> list[str]:
    """Return what the four geographic fields name, countries and regions, and the regions above.

    The world counts where it is named: everything lies in it, so as a region above it would say nothing.
    """
    found: dict[str, None] = {}
    for code in _named(record):
        above = (region for region in get(PLACES).ancestors(code) if region != WORLD)
        found.update(dict.fromkeys((code, *above)))
    return list(found)


def reach(record: Record) -> list[str]:
    """Return the places and everything inside them: data about the world say something about each country."""
    found = dict.fromkeys(places(record))
    for code in _named(record):
        found.update(dict.fromkeys(get(PLACES).descendants(code)))
    return list(found)


def touching(west: float, south: float, east: float, north: float) -> list[str]:
    """Return the countries whose extent touches a box.

    Degrees; a box with west above east runs over the 180th meridian.
    """
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return [
        concept.code
        for concept in get(PLACES)
        if any(_touches(box, left, south, right, north) for box in concept.extent for left, right in parts)
    ]


def corridors(record: Record) -> list[dict[str, list[str]]]:
    """Return the pairs of origin and destination with the countries between, each as lists of codes."""
    found = []
    for row in _rows(record, "corridors"):
        pair = {name: _known(row.get(name)) for name in CORRIDOR}
        if pair["origin"] and pair["destination"]:
            found.append({name: codes for name, codes in pair.items() if codes})
    return found[:MOST_CORRIDORS]


def reference_years(record: Record) -> list[int]:
    """Return the years that the reference periods cover."""
    years: set[int] = set()
    for start, end in _bounds(record):
        first, last = start or end, end or start
        if first and last:
            years.update(range(max(first.year, last.year - SPAN), last.year + 1))
    return sorted(years)


def periods(record: Record) -> list[dict[str, str]]:
    """Return the reference periods as ranges of days (`gte`, `lte`); a bound that is open is absent."""
    found = []
    for start, end in _bounds(record):
        if start or end:
            bounds = {"gte": start, "lte": end}
            found.append({sign: day.isoformat() for sign, day in bounds.items() if day})
    return found


def first_day(text: str) -> date | None:
    """Return the first day that a date may mean (2024-02 → 1 February), None for anything else."""
    last = last_day(text)
    parts = text.split("T", maxsplit=1)[0].split("-")
    if last is None:
        return None
    return last if len(parts) == 3 else last.replace(month=last.month if len(parts) == 2 else 1, day=1)


def _bounds(record: Record) -> Iterator[tuple[date | None, date | None]]:
    """Give first and last day of each reference period; what ends before it starts is left out."""
    for row in _rows(record, "temporal_coverage"):
        start, end = first_day(str(row.get("start", ""))), last_day(str(row.get("end", "")))
        if not (start and end and start > end):
            yield start, end


def _rows(record: Record, name: str) -> Iterator[Mapping[str, object]]:
    value = record.fields.get(name)
    return (row for row in (value if isinstance(value, list | tuple) else ()) if isinstance(row, Mapping))


def _named(record: Record) -> list[str]:
    return list(dict.fromkeys(code for name in GEOGRAPHIC for code in _known(record.fields.get(name))))


def _known(value: object) -> list[str]:
    codes = value if isinstance(value, list | tuple) else [value]
    return [str(code) for code in codes if code in get(PLACES)]


def _touches(box: Box, west: float, south: float, east: float, north: float) -> bool:
    return box[0] <= east and west <= box[2] and box[1] <= north and south <= box[3]
