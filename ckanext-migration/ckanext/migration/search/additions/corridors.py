"""Records that hold a corridor: from A to B, also through C (an addition, see ``beyond``).

``ext_origin``, ``ext_destination`` and ``ext_transit`` are codes of the country vocabulary, a region
standing for every place inside. They speak about one stored pair: a record with the pairs A to B and
C to D does not hold A to D. Several codes of ``ext_transit`` must all lie on the way.

``ext_corridors=tell`` (and every page) is told the ends of the pairs in the result that fit the other
ends asked for, under ``corridors``:
``{"origin": {code: n}, "destination": …, "transit": …}``, where ``n`` is the number of records.
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request
from migration_schemas import coverage
from migration_vocabularies import get

PATH = "corridors"
TELL = "ext_corridors"
PARAMETERS = {f"ext_{name}": name for name in coverage.CORRIDOR}
MOST = 10
_CLAUSES = "corridor_clauses"
_ALL = 300
"""More than the vocabulary has places."""


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Add the filter; raises ``ParameterError`` for an unknown place."""
    wanted = asked.text(TELL)
    if wanted and wanted != "tell":
        raise ParameterError(TELL, "is not tell")
    if wanted or asked.on_page:
        asked.state[PATH] = True
    clauses = asked.state[_CLAUSES] = {
        name: [_inside(name, place) for place in _places(asked, parameter)]
        for parameter, name in PARAMETERS.items()
    }
    if every := [clause for chosen in clauses.values() for clause in chosen]:
        asked.filters.append({"nested": {"path": PATH, "query": {"bool": {"filter": every}}}})


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Count the ends of the pairs, where that is asked for."""
    if not asked.state.get(PATH):
        return
    ends = {name: _counted(name, asked.state[_CLAUSES]) for name in coverage.CORRIDOR}
    body.setdefault("aggs", {})[PATH] = {"nested": {"path": PATH}, "aggs": ends}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Hand over the ends, each with the number of records that have it."""
    found = (answer.get("aggregations") or {}).pop(PATH, None)
    if found is None:
        return
    asked.told[PATH] = {
        name: {bucket["key"]: bucket["records"]["doc_count"] for bucket in found[name]["places"]["buckets"]}
        for name in coverage.CORRIDOR
    }


def _inside(name: str, place: str) -> dict[str, Any]:
    return {"terms": {f"{PATH}.{name}": [place, *get("country").descendants(place)]}}


def _counted(name: str, clauses: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Count one end in the pairs that have the other ends chosen."""
    others = [clause for end, chosen in clauses.items() if end != name for clause in chosen]
    records: dict[str, Any] = {"records": {"reverse_nested": {}}}
    places = {"terms": {"field": f"{PATH}.{name}", "size": _ALL}, "aggs": records}
    return {"filter": {"bool": {"filter": others}}, "aggs": {"places": places}}


def _places(asked: Asked, parameter: str) -> list[str]:
    places = asked.texts(parameter)
    if len(places) > (MOST if parameter == "ext_transit" else 1):
        raise ParameterError(parameter, "was given too often")
    for place in places:
        if place not in get("country"):
            raise ParameterError(parameter, "is not a code of a country or region")
    return places
