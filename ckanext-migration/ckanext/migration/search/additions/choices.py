"""Several values of one facet mean "or", facets among each other "and" (an addition, see ``beyond``).

CKAN's pages join every chosen value with "and". Here the choices of a facet become one clause, and
the counts of a facet leave its own choice out, so that a reader sees what another value would bring.

The choices of the reader, and nothing else, stand in the ``post_filter``: total and hits obey them,
and each facet's counts are filtered by the choices of the *other* facets. Permissions, state and
every other filter stay in the query, where they narrow all counts (threats LK-03).

A page's choices are the parameters of its address. Callers of the API give ``ext_any_of``, an object
(or its JSON text) of facet names to lists of values; ``fq`` keeps Solr's meaning for them. Told under
``choices``: ``{facet: {"chosen": [value, …], "added": {value: n, …}}}``, where ``n`` is how many
datasets a further value would add to the total. In the facets of ``ALL_OF`` a further value narrows:
their counts obey their own choice too, and nothing is added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ckanext.migration.facets import ALL_OF
from ckanext.migration.search.additions import places
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import profile
from ckanext.migration.search.query import dsl, facets, tree
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.query.request import Request

KEY = "choices"
PARAMETER = "ext_any_of"
MAX_VALUES = 100
_ADDED = "_added"
_INSIDE = "counted"

Choices = dict[str, tuple[str, ...]]


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Take the choices out of the filter text, or out of ``ext_any_of``."""
    given = asked.extras.get(PARAMETER)
    chosen = parsed(given) if given else _of_page(asked.page, params)
    if not chosen:
        return
    asked.state[KEY] = clauses(chosen, asked)
    asked.told[KEY] = {name: {"chosen": list(values), "added": {}} for name, values in chosen.items()}


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Filter hits by all choices and each count by the choices of the other facets."""
    chosen: dict[str, Any] = asked.state.get(KEY) or {}
    if not chosen:
        return
    body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    counted: dict[str, Any] = {}
    names = {facets.key(number): name for number, name in enumerate(request.facets)}
    for key, aggregation in body.get("aggs", {}).items():
        own = names.get(key)
        others = [clause for name, clause in chosen.items() if name != own or own in ALL_OF]
        counted[key] = {"filter": {"bool": {"filter": others}}, "aggs": {_INSIDE: aggregation}}
        if own in chosen and own not in ALL_OF:
            further = {"filter": others, "must_not": [chosen[own]]}
            counted[key + _ADDED] = {"filter": {"bool": further}, "aggs": {_INSIDE: aggregation}}
    if counted:
        body["aggs"] = counted


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Give the counts back in the form in which they were asked for."""
    if not asked.state.get(KEY):
        return
    counted = answer.get("aggregations", {})
    plain = {key: found[_INSIDE] for key, found in counted.items() if not key.endswith(_ADDED)}
    for number, name in enumerate(request.facets):
        further = counted.get(facets.key(number) + _ADDED)
        if further is not None:
            pairs = facets.flat(further[_INSIDE])
            asked.told[KEY][name]["added"] = dict(zip(pairs[::2], pairs[1::2], strict=True))
    answer["aggregations"] = plain


def clauses(chosen: Choices, asked: Asked | None = None) -> dict[str, dict[str, Any]]:
    """Return the filter that the choices of each facet make, in a search of its own kind or in any."""
    compiler = dsl.Compiler(Fields(profile.properties()), datetime.now(UTC))
    return {
        name: compiler.query(_any_of(places.field_of(asked, name), values, together=name in ALL_OF))
        for name, values in chosen.items()
    }


def _any_of(field: str, values: Sequence[str], *, together: bool) -> tree.Node:
    occur: tree.Occur = "must" if together else "should"
    return tree.Boolean(tuple(tree.Clause(occur, tree.Phrase(field, value)) for value in values))


def parsed(given: Any) -> Choices:
    """Read ``ext_any_of``; raises ``QuerySyntaxError`` for anything but lists of texts."""
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise QuerySyntaxError(f"{PARAMETER} is not a JSON object") from None
    if not isinstance(found, Mapping) or not all(isinstance(each, list | tuple) for each in found.values()):
        raise QuerySyntaxError(f"{PARAMETER} must be an object of facet names to lists of values")
    return _limited({str(name): tuple(map(str, values)) for name, values in found.items() if values})


def _of_page(page: Sequence[tuple[str, str]], params: dict[str, Any]) -> Choices:
    """Take the filters that CKAN's page has written for its address out of ``fq``.

    ``page`` are the filters in the address, in their order. A text that does not hold exactly what
    CKAN's view makes of them is another search on the same page, and left alone.
    """
    written = "".join(f' {name}:"{value}"' for name, value in page)
    text = f" {params.get('fq') or ''}"
    if not written or written not in text:
        return {}
    facet_names = set(params.get("facet.field") or ())
    kept = "".join(f' {name}:"{value}"' for name, value in page if name not in facet_names)
    params["fq"] = text.replace(written, kept, 1).strip()
    chosen: dict[str, list[str]] = {}
    for name, value in page:
        if name in facet_names:
            chosen.setdefault(name, []).append(value)
    return _limited({name: tuple(values) for name, values in chosen.items()})


def _limited(chosen: Choices) -> Choices:
    for name, values in chosen.items():
        if len(values) > MAX_VALUES:
            raise QuerySyntaxError(f"More than {MAX_VALUES} values of {name} were chosen")
    return chosen
