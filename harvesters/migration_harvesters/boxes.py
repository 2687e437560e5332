"""Boxes on the map in the forms that JSON knows: four numbers, a text of four, WKT, GeoJSON.

Whether a box is on this planet, and what becomes of one over the date line, is judged in `extents.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from migration_harvesters import extents, plain

_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[\s,]+{_NUMBER}){{3}}\s*")
_SHAPE = re.compile(r"\s*(?:<[^>]*>\s*)?(?:multi)?(?:point|polygon|linestring)\s*\(", re.I)
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
LONGEST = 100_000
_DEEP = 6

Points = Iterable[tuple[float, float]]


def of_text(words: str) -> list[str]:
    """Read `west,south,east,north` (DCAT-US, STAC), or a shape of Well-Known Text."""
    if _NUMBERS.fullmatch(words):
        return of_numbers([float(part) for part in re.findall(_NUMBER, words)])
    if _SHAPE.match(words):
        return of_points((float(east), float(north)) for east, north in _PAIR.findall(words[:LONGEST]))
    return []


def of_numbers(numbers: Iterable[Any]) -> list[str]:
    """Read west, south, east and north; or six numbers, with heights in between (STAC)."""
    values = list(numbers)
    if len(values) == 6:
        values = [*values[:2], *values[3:5]]
    return extents.boxes(*values) if len(values) == 4 else []


def of_points(points: Points) -> list[str]:
    """Read the box around points of longitude and latitude."""
    found = list(points)
    if not found:
        return []
    easts, norths = [point[0] for point in found], [point[1] for point in found]
    return extents.boxes(min(easts), min(norths), max(easts), max(norths))


def of_geojson(geometry: Mapping[str, Any]) -> list[str]:
    """Read the box around a geometry or feature of GeoJSON (RFC 7946); its own `bbox` goes first."""
    own = geometry.get("bbox")
    if isinstance(own, list) and (found := of_numbers(own)):
        return found
    shapes = [geometry, *plain.entries(geometry.get("geometries")), *plain.entries(geometry.get("geometry"))]
    shapes += [plain.entry(one.get("geometry")) for one in plain.entries(geometry.get("features"))]
    return of_points(point for one in shapes for point in _points(one.get("coordinates"), _DEEP))


def _points(value: Any, deep: int) -> Points:
    if not isinstance(value, list) or not deep:
        return
    pair = value[:2]
    if len(pair) == 2 and all(isinstance(part, int | float) and not isinstance(part, bool) for part in pair):
        yield float(pair[0]), float(pair[1])
        return
    for part in value:
        yield from _points(part, deep - 1)
