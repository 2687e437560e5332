"""Reading a result of any size once from end to end, for programs.

An addition (see ``beyond``). ``ext_scan=after:<id>`` asks for the datasets behind the one with this id
(``after:`` for the first), in the order of the ids. An id is unique and never changes: records that
others edit, add or remove meanwhile move no other one over the border between two pages, and no state
is kept in the engine between them (a frozen view would show what has been hidden since). Each page
is a search of its own, with the permissions of its moment.
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query.request import Request

MOST = 1000
"""Datasets on one page."""
_AFTER = "after:"
_KEY = "scan"


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read where to go on; a page number beside it contradicts."""
    given = asked.extras.get("ext_scan")
    if not given:
        return
    if not isinstance(given, str) or not given.startswith(_AFTER):
        raise QuerySyntaxError(f"The parameter ext_scan is not {_AFTER}<id of a dataset>")
    if str(params.get("start") or "0") != "0":
        raise QuerySyntaxError("The parameters ext_scan and start exclude each other")
    asked.state[_KEY] = given.removeprefix(_AFTER)


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Put the ids in the place of any other order, without scores and highlights."""
    after = asked.state.get(_KEY)
    if after is None:
        return
    if request.rows > MOST + 1:
        raise QuerySyntaxError(f"The parameter rows is more than {MOST}")
    for part in ("highlight", "track_scores"):
        body.pop(part, None)
    body["sort"] = [{"id": {"order": "asc", "unmapped_type": "keyword"}}]
    if after:
        body["search_after"] = [after]


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Tell the id to go on behind: ``{"scan": id}``, or None after the last page.

    The engine's id of a withheld dataset is never told: the reading goes on behind the last one shown.
    """
    after = asked.state.get(_KEY)
    if after is None:
        return
    hits = answer["hits"]["hits"]
    # CKAN asks for one more than it shows; here this one says that there is a next page
    shown = [hit["_source"]["id"] for hit in hits[: max(request.rows - 1, 0)]]
    more = len(hits) + answer.get("withheld", 0) >= request.rows > 0
    asked.told[_KEY] = (shown[-1] if shown else after) if more else None
