"""What a widened search asks for: any of the words, a whole region, years around a year.

An addition (see ``beyond``). Its parameters are in the address of the page, so that a widened result can
be sorted, paged and sent to a colleague: ``ext_words=any``, ``ext_place`` (a code of the country
vocabulary, a region with all its countries) and ``ext_years`` (``2019-2023``, both years included).
"""

from __future__ import annotations

import re
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query.request import Request
from migration_vocabularies import get

ANY = "any"
_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})")


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read the three parameters; what cannot be understood is refused."""
    if words := _text(asked, "ext_words"):
        if words != ANY:
            raise QuerySyntaxError(f"The parameter ext_words is not {ANY!r}")
        params["mm"] = "1"
    if place := _text(asked, "ext_place"):
        if place not in get("country"):
            raise QuerySyntaxError("The parameter ext_place is not a code of a country or region")
        asked.filters.append(inside(place))
    if years := _text(asked, "ext_years"):
        match = _YEARS.fullmatch(years)
        if match is None:
            raise QuerySyntaxError("The parameter ext_years is not two years, as in 2019-2023")
        asked.filters.append(
            {"range": {"reference_year": {"gte": int(match.group(1)), "lte": int(match.group(2))}}}
        )


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: filters and words are in the query already."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to tell."""


def inside(place: str) -> dict[str, Any]:
    """Return the filter for records about a place or about a place inside it."""
    codes = [place, *get("country").descendants(place)]
    about: list[dict[str, Any]] = [{"terms": {name: codes}} for name in ("country", "spatial_coverage")]
    return {"bool": {"should": about, "minimum_should_match": 1}}


def _text(asked: Asked, name: str) -> str:
    value = asked.extras.get(name) or ""
    if not isinstance(value, str):
        raise QuerySyntaxError(f"The parameter {name} was given more than once")
    return value.strip()
