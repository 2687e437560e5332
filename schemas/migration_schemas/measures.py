"""Numbers, durations, checksums and boxes: what their texts look like, and how a box is written as WKT."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = re.compile(r"-?[0-9]{1,18}([.][0-9]{0,18})?([eE]-?[0-9]{1,2})?")
DURATION = re.compile(
    r"P(?=[0-9T])([0-9]{1,6}Y)?([0-9]{1,6}M)?([0-9]{1,6}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,6}S)?)?"
)
"""A duration of ISO 8601 as xsd:duration writes it: P3M are three months, P0D is none at all."""

HEX = re.compile(r"([0-9A-Fa-f]{2}){4,64}")
_DEGREES = r"(-?[0-9]{1,3}(?:[.][0-9]{1,12})?)"
BOX = re.compile(" ".join([_DEGREES] * 4))
"""West, south, east and north in degrees (WGS 84)."""

_CORNER = rf"\s*{_DEGREES} {_DEGREES}\s*"
_RECTANGLE = re.compile(rf"\s*(?:<[^>]*>\s*)?POLYGON\s*\(\({','.join([_CORNER] * 5)}\)\)\s*", re.IGNORECASE)


def number(text: str) -> int | float | str:
    """Return the number that a text means, as an integer where it is one; any other text is returned."""
    if not NUMBER.fullmatch(text):
        return text
    whole = re.sub(r"[.]0*$", "", text)
    return int(whole) if whole.removeprefix("-").isdigit() else float(text)


def plain_decimal(value: float) -> str:
    """Write a number without an exponent, as xsd:decimal wants it."""
    return format(Decimal(repr(value)), "f")


def is_box(text: str) -> bool:
    """Say whether a text is a box: west before east, south before north, none outside the globe."""
    if not BOX.fullmatch(text):
        return False
    west, south, east, north = (float(part) for part in text.split(" "))
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def box_to_wkt(text: str) -> str:
    """Write a box as a rectangle of Well-Known Text, the numbers as they are written."""
    west, south, east, north = text.split(" ")
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def wkt_to_box(text: str) -> str | None:
    """Return the box of a rectangle, None for any other shape."""
    found = _RECTANGLE.fullmatch(text)
    return " ".join(found.group(1, 2, 5, 6)) if found else None
