"""Documents that a new index takes over from the one in use, because nothing they were made from has changed.

The engine copies them itself, with their versions. Proven of each is that the versions of its rows, and all
that makes documents, are those of the day it was made (see ``reading.origin``); its text is not read again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from ckanext.migration.search import paging
from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import IndexTooSlow
from ckanext.migration.search.index import lifecycle
from ckanext.migration.search.index.mapping import ORIGIN
from ckanext.migration.search.reading import origin
from ckanext.migration.search.upkeep import comparison
from ckanext.migration.search.vectors import embedding

log = logging.getLogger(__name__)

_AT_ONCE = 200
"""Documents that one request copies: few enough for the time that any request to the engine may take."""
_COPIERS = 2


def carry(
    database: sa.Engine,
    engine: Engine,
    alias: str,
    ids: Sequence[str],
    progress: Callable[[int, int], None],
) -> set[str]:
    """Copy what is as it was into the index that is being built; return the ids of these datasets.

    Call it when every writer knows of the new index: what changes from now on reaches it by itself, and with
    a higher version. A document whose change is still on its way to the old one has another origin.
    """
    old = engine.behind(alias)
    if len(old) != 1 or not lifecycle.is_ours(alias, old[0]):
        return set()
    engine.refresh(old[0])
    told = _told(engine, old[0])
    with database.connect() as connection:
        wanted = origin.of(connection, [each for each in ids if each in told]) if told else {}
    same = [dataset for dataset, made_from in wanted.items() if told[dataset] == made_from]
    under_way: deque[tuple[list[str], Future[None]]] = deque()
    carried: set[str] = set()
    with ThreadPoolExecutor(_COPIERS, thread_name_prefix="search-carrying") as copiers:
        for part in comparison.batches(same, _AT_ONCE):
            query = {"terms": {"id": part}}
            copying = copiers.submit(engine.copy, old[0], lifecycle.upcoming(alias), query)
            under_way.append((part, copying))
        while under_way:
            part, oldest = under_way.popleft()
            try:
                oldest.result()
            except IndexTooSlow:
                # perhaps it goes on copying; what is read from the database has a higher version
                log.warning("search.rebuild.not_carried datasets=%s", len(part))
                continue
            carried.update(part)
            progress(len(carried), len(ids))
    log.info("search.rebuild.carried datasets=%s", len(carried))
    return carried


def _told(engine: Engine, index: str) -> Mapping[str, str]:
    """Return ``{dataset id: origin}`` of the documents of an index; without a vector that is wanted, none."""
    query: dict[str, Any] = comparison.own_documents()
    if embedding.current() is not None:
        query = {"bool": {"filter": [query, {"exists": {"field": embedding.FIELD}}]}}
    found = paging.values(engine, index, query, ["id", ORIGIN])
    return {each["id"][0]: each[ORIGIN][0] for each in found if ORIGIN in each}
