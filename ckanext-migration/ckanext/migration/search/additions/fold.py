"""Rounds, waves and years of one series become one entry (an addition, see ``beyond``).

``ext_fold=series`` asks for it (``none``, the default, shows each dataset). Every dataset has an `entry`
in the index: the series with its agency, or the dataset itself. ``start``, ``rows`` and ``count`` then
speak of entries; facets go on counting datasets, as their filters do.

An entry stands where its best placed round stands, and shows its latest round by period, or, among the
best matches, the round that fits the words clearly better. Told under ``folded``:
``{"datasets": n, "entries": m, "rounds": {id of the shown round: {"entry": …, "count": k, "others": […]}}}``,
where ``k`` rounds match this search, the shown one among them, and ``others`` are the latest of them.
"""

from __future__ import annotations

import time
from typing import Any

from ckanext.migration.search import client, config
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import QuerySyntaxError, SearchFault
from ckanext.migration.search.index import document, lifecycle
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.vectors import embedding
from migration_schemas.fields import LANGUAGES

PARAMETER = "ext_fold"
KEY = "folded"
FIELD = "entry"
COPIES = "copies "
"""How the entry of a dataset that several hold begins."""
_SERIES, _NONE = "series", "none"
_AGGREGATION = "entries"
_MOST_SERIES = 65_000
_LOOK_AGAIN = {True: 300.0, False: 10.0}
"""Seconds for which we believe that the index knows entries, or does not yet."""
_known: dict[str, tuple[float, bool]] = {}


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read whether to fold."""
    given = asked.extras.get(PARAMETER) or _NONE
    if given not in (_SERIES, _NONE):
        raise QuerySyntaxError(f"The parameter {PARAMETER} is neither {_SERIES!r} nor {_NONE!r}")
    if given == _NONE:
        return
    if asked.extras.get("ext_scan"):
        raise QuerySyntaxError(f"The parameters {PARAMETER} and ext_scan exclude each other")
    asked.told[KEY] = None
    if _ready():
        asked.state[KEY] = True


def _ready() -> bool:
    """Whether the index was made by software that knows entries; an older one is shown unfolded."""
    index = config.searched()
    until, known = _known.get(index, (0.0, False))
    if time.monotonic() < until:
        return known
    try:
        found = not lifecycle.is_outdated(client.engine(config.address()), index)
    except SearchFault:
        return True  # the search itself will say what is wrong
    _known[index] = (time.monotonic() + _LOOK_AGAIN[found], found)
    return found


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Fold, and count the entries."""
    if request.plain and embedding.usable():
        # words and meaning are put into one order (``search.hybrid``), which the engine cannot fold
        asked.state.pop(KEY, None)
    if not asked.state.get(KEY):
        return
    body["collapse"] = {"field": FIELD}
    keys = {"terms": {"field": FIELD, "size": _MOST_SERIES}}
    among = [{"exists": {"field": "series"}}, {"prefix": {FIELD: COPIES}}]
    counted = {"filter": {"bool": {"should": among}}, "aggs": {"keys": keys}}
    body["aggs"] = {**body.get("aggs", {}), _AGGREGATION: counted}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Tell both totals, and the rounds behind each shown one."""
    if not asked.state.get(KEY):
        return
    counted = answer["aggregations"].pop(_AGGREGATION)
    total = answer["hits"]["total"]
    datasets = total["value"]
    entries = datasets - counted["doc_count"] + len(counted["keys"]["buckets"])
    rounds = {
        shown: {"entry": found["entry"], "count": found["count"], "others": list(map(_round, found["hits"]))}
        for shown, found in answer.get("rounds", {}).items()
        if found["count"] > 1
    }
    asked.told[KEY] = {"datasets": datasets, "entries": entries, "rounds": rounds}
    answer["hits"] = {**answer["hits"], "total": {**total, "value": entries}}


def _round(hit: dict[str, Any]) -> dict[str, Any]:
    source = hit["_source"]
    # migration_schemas.series.order: ten characters of the last day, ten of the first
    order = str(source.get("round_order") or "").removeprefix(document.FIRST)
    last, first = order[:10], order[11:21]
    period = [] if not last or last.startswith("0000") else [{"start": first, "end": last}]
    texts = {lang: source[f"title_{lang}"] for lang in LANGUAGES if source.get(f"title_{lang}")}
    return {
        "id": source["id"],
        "name": source.get("name"),
        "title": source.get("title"),
        "title_translated": texts,
        "temporal_coverage": period,
    }
