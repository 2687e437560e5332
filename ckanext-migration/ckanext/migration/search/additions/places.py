"""Records about a place: a country, a region with everything inside, a box (an addition, see ``beyond``).

``ext_place`` is a code of the country vocabulary, or several: any of them will do. ``ext_bbox`` is
``west,south,east,north`` in degrees and finds records about countries that the box touches; a box with
west above east runs over the 180th meridian. Records about a larger area than the one asked for (a
region for a country, the world) stay out unless ``ext_world=in`` lets them in, for the facet of
places too; ``ext_world=out`` leaves records about the whole world out of everything.
"""

from __future__ import annotations

import math
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request
from migration_schemas import coverage
from migration_vocabularies import get

PLACE, BOX, WORLD = "ext_place", "ext_bbox", "ext_world"
IN, OUT = "in", "out"
FACET = "country"
REACH = "country_reach"
"""The index field in which a record about a larger area counts for all places inside."""
MOST = 100


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Add the filters; raises ``ParameterError`` for an unknown place, a box that is none, another word."""
    world = asked.text(WORLD)
    if world and world not in (IN, OUT):
        raise ParameterError(WORLD, f"is not {IN} or {OUT}")
    if world == OUT:
        asked.filters.append({"bool": {"must_not": [_world()]}})
    if chosen := _places(asked):
        asked.filters.append({"terms": {field_of(asked, FACET): chosen}})
    if box := asked.text(BOX):
        asked.filters.append(_touching(_degrees(box), everywhere=world == IN))


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Count the facet of places in the field that the filters use."""
    for aggregation in body.get("aggs", {}).values():
        terms = aggregation.get("terms", {})
        if terms.get("field") == FACET:
            aggregation["terms"] = {**terms, "field": field_of(asked, FACET)}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to tell."""


def field_of(asked: Asked | None, facet: str) -> str:
    """Return the index field that a facet's choices are compared with in this search."""
    return REACH if facet == FACET and asked and asked.extras.get(WORLD) == IN else facet


def inside(place: str) -> dict[str, Any]:
    """Return the filter for records about a place or about something inside it."""
    return {"term": {FACET: {"value": place}}}


def _world() -> dict[str, Any]:
    return inside(coverage.WORLD)


def _places(asked: Asked) -> list[str]:
    places = asked.texts(PLACE)
    if len(places) > MOST:
        raise ParameterError(PLACE, f"names more than {MOST} places")
    for place in places:
        if place not in get("country"):
            raise ParameterError(PLACE, "is not a code of a country or region")
    return places


def _touching(box: tuple[float, float, float, float], *, everywhere: bool) -> dict[str, Any]:
    """Return the filter for a box.

    A record about a region reaches the countries inside; so does one about the world, which counts
    where the reader wants it, or where it names one of the countries beside the world.
    """
    countries = coverage.touching(*box)
    reached: dict[str, Any] = {"terms": {REACH: countries}}
    if everywhere:
        return reached
    within = {"bool": {"filter": [reached], "must_not": [_world()]}}
    return {"bool": {"should": [within, {"terms": {FACET: countries}}], "minimum_should_match": 1}}


def _degrees(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(BOX, "is not four numbers: west,south,east,north") from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ParameterError(BOX, "is not four numbers: west,south,east,north")
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ParameterError(BOX, "has a longitude that is not from -180 to 180")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ParameterError(BOX, "has a latitude that is not from -90 to 90")
    if south > north:
        raise ParameterError(BOX, "has its south above its north")
    return west, south, east, north
