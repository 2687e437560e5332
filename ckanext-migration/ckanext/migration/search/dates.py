"""Solr's dates and date math, resolved here to instants.

Elasticsearch has date math too, but rounds *up* in an upper bound while Solr always rounds down
(search-contract §5.2), so nothing of it is sent to the engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ckanext.migration.search.errors import QuerySyntaxError

_MATH = re.compile(r"^(NOW|\d{4,}-\d\d-\d\dT[\d:.]+Z)((?:/[A-Z]+|[+-]\d+[A-Z]+)*)$")
_STEP = re.compile(r"(/|[+-]\d+)([A-Z]+)")
_INSTANT = re.compile(r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$")
_PARTIAL = re.compile(r"^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?Z?$")
_UNITS = {
    "YEAR": "year",
    "MONTH": "month",
    "DAY": "day",
    "DATE": "day",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
    "MILLI": "milli",
    "MILLISECOND": "milli",
}
_ORDER = ("year", "month", "day", "hour", "minute", "second")
_LAST_YEAR = 9999
_MAX_STEPS = 10
_FORMAT = "-%m-%dT%H:%M:%S"
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The instants that a date stands for: first and last, to the millisecond."""

    first: datetime
    last: datetime


def period(text: str, now: datetime) -> Period:
    """Return what a date in a query stands for; ``2020-01`` is a whole month, a full date one instant."""
    try:
        return _partial(text) or _instant_period(text, now)
    except (ValueError, OverflowError):
        raise QuerySyntaxError(f"{text!r} is not a date") from None


def render(value: datetime) -> str:
    """Return an instant as Solr prints it: UTC, milliseconds, no fraction when there is none."""
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    millis = value.microsecond // 1000
    return f"{value.year:04d}{value:{_FORMAT}}" + (f".{millis:03d}Z" if millis else "Z")


def parse_instant(text: str) -> datetime:
    """Return a full ISO date and time; what names no zone is UTC."""
    match = _INSTANT.match(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    value = datetime(
        int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, tzinfo=UTC
    )
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        shift = timedelta(hours=hours, minutes=minutes)
        value += -shift if zone[0] == "+" else shift
    return value


def _partial(text: str) -> Period | None:
    match = _PARTIAL.match(text)
    if match is None:
        return None
    year, month, day = match.groups()
    first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    unit = "day" if day else "month" if month else "year"
    if unit == "year" and first.year == _LAST_YEAR:
        return Period(first, first.replace(month=12, day=31, hour=23, minute=59, second=59))
    return Period(first, _add(first, 1, unit) - MILLISECOND)


def _instant_period(text: str, now: datetime) -> Period:
    match = _MATH.match(text)
    if match is None:
        value = parse_instant(text)
    else:
        base, steps = match.groups()
        value = now.astimezone(UTC) if base == "NOW" else parse_instant(base)
        for number, (sign, name) in enumerate(_STEP.findall(steps)):
            if number >= _MAX_STEPS:
                raise ValueError(text)
            value = _step(value, sign, name)
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    return Period(value, value)


def _step(value: datetime, sign: str, name: str) -> datetime:
    unit = _UNITS.get(name) or _UNITS.get(name.removesuffix("S"))
    if unit is None:
        raise ValueError(name)
    if sign == "/":
        return _floor(value, unit)
    return _add(value, int(sign), unit)


def _floor(value: datetime, unit: str) -> datetime:
    if unit == "milli":
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    lowest = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    finer = _ORDER[_ORDER.index(unit) + 1 :]
    return value.replace(microsecond=0, **{name: lowest[name] for name in finer})  # type: ignore[arg-type]


def _add(value: datetime, count: int, unit: str) -> datetime:
    if unit in ("year", "month"):
        months = value.year * 12 + value.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return value.replace(year=year, month=month + 1, day=min(value.day, _days(year, month + 1)))
    step = {"day": 86400.0, "hour": 3600.0, "minute": 60.0, "second": 1.0, "milli": 0.001}[unit]
    return value + timedelta(seconds=step * count)


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
