"""Boxes on the map as portals write them → `west south east north`, as the profile keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from migration_harvesters import plain
from migration_schemas import measures

_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d+)?")
_NUMBERS = re.compile(r"\s*-?\d{1,3}(?:\.\d+)?(?:[\s,]+-?\d{1,3}(?:\.\d+)?){3}\s*")
_DIGITS = 6
_DEEP = 6


def of_text(words: str) -> str | None:
    """Read `west,south,east,north` (DCAT-US, STAC), or WKT."""
    if _NUMBERS.fullmatch(words):
        return of_numbers(float(part) for part in _NUMBER.findall(words))
    if re.match(r"\s*(?:<[^>]*>\s*)?(?:multi)?(?:point|polygon|linestring|envelope)\s*\(", words, re.I):
        pairs = re.findall(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)", words[:100_000])
        return of_points((float(east), float(north)) for east, north in pairs)
    return None


def of_numbers(numbers: Iterable[Any]) -> str | None:
    """Read four numbers, or six with heights between them (STAC); None for what is no box on this planet."""
    values = [
        number for number in numbers if isinstance(number, int | float) and not isinstance(number, bool)
    ]
    if len(values) == 6:
        values = [*values[:2], *values[3:5]]
    if len(values) != 4:
        return None
    box = " ".join(_written(value) for value in values)
    return box if measures.is_box(box) else None


def of_points(points: Iterable[tuple[float, float]]) -> str | None:
    """Read the box around points of longitude and latitude."""
    found = list(points)
    if not found:
        return None
    east, north = [point[0] for point in found], [point[1] for point in found]
    return of_numbers([min(east), min(north), max(east), max(north)])


def of_geojson(geometry: Mapping[str, Any]) -> str | None:
    """Read the box around a geometry of GeoJSON (RFC 7946); its own `bbox` goes first."""
    box = geometry.get("bbox")
    if isinstance(box, list) and (found := of_numbers(box)):
        return found
    inner = [geometry.get("coordinates")]
    inner += [one.get("coordinates") for one in plain.entries(geometry.get("geometries"))]
    inner += [
        plain.entry(one.get("geometry")).get("coordinates") for one in plain.entries(geometry.get("features"))
    ]
    return of_points(point for one in inner for point in _points(one, _DEEP))


def of_corners(west: Any, south: Any, east: Any, north: Any) -> str | None:
    """Read four texts or numbers that have names."""
    sides = [plain.word(side) for side in (west, south, east, north)]
    return of_text(",".join(sides)) if all(_NUMBER.fullmatch(side) for side in sides) else None


def _points(value: Any, deep: int) -> Iterable[tuple[float, float]]:
    if not isinstance(value, list) or not deep:
        return
    if len(value) >= 2 and all(
        isinstance(part, int | float) and not isinstance(part, bool) for part in value[:2]
    ):
        yield float(value[0]), float(value[1])
        return
    for part in value:
        yield from _points(part, deep - 1)


def _written(value: float) -> str:
    return measures.plain_decimal(round(float(value), _DIGITS)).removesuffix(".0")
