"""Rectangles on the map as portals write them: swapped, beyond 180 degrees, across the date line (CS-05)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from migration_harvesters import text

MAX_PLACES = 100


def boxes(west: object, south: object, east: object, north: object) -> list[str]:
    """Give one rectangle as `W S E N`, two where it runs over the 180th meridian, none if it is broken."""
    read = [_degrees(value) for value in (west, south, east, north)]
    if any(value is None for value in read):
        return []
    left, bottom, right, top = (float(value or 0) for value in read)
    if top < bottom:
        bottom, top = top, bottom
    if bottom < -90 or top > 90 or max(abs(left), abs(right)) > 360:
        return []
    if right - left >= 360:
        return [_written(-180, bottom, 180, top)]
    left, right = _turned(left), _turned(right)
    if left > right:
        return [_written(left, bottom, 180, top), _written(-180, bottom, right, top)]
    return [_written(left, bottom, right, top)]


def places(name: str, found: Sequence[str]) -> list[dict[str, str]]:
    """Give entries of the field `places`: a name, an extent, or both."""
    label = {"name": name} if name else {}
    return [{**label, "box": box} for box in found] or ([label] if label else [])


def _degrees(value: object) -> float | None:
    try:
        number = float(text.cleaned(value).replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _turned(degrees: float) -> float:
    """Bring a longitude between -180 and 180."""
    return degrees if -180 <= degrees <= 180 else (degrees + 180) % 360 - 180


def _written(*degrees: float) -> str:
    # Adding nothing makes zero of the negative zero.
    return " ".join(f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".") for value in degrees)
