"""Sending to the engine: versioned, so that late, repeated and crossed deliveries do no harm.

The engine refuses what is older than what it has (``external_gte``); such a refusal counts as done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import IndexMissing, IndexUnavailable
from ckanext.migration.search.index import lifecycle
from ckanext.migration.search.vectors import embedding
from ckanext.migration.search.vectors.embedding import FIELD

log = logging.getLogger(__name__)

_SUPERSEDED, _GONE = 409, 404
_BUSY = frozenset({429, 502, 503, 504})
_CHECKED_FOR = 30.0


@dataclass(frozen=True, slots=True)
class Change:
    """A document to put, or with None to take out."""

    index_id: str
    version: int
    document: Mapping[str, Any] | None


class Checked:
    """Remembers for half a minute that this node may write to an index."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def check(self, engine: Engine, alias: str) -> None:
        """Raise when the index belongs to newer software."""
        now = self._clock()
        if self._until.get(alias, 0.0) < now:
            lifecycle.check_writable(engine, alias)
            self._until[alias] = now + _CHECKED_FOR


_checked = Checked()


def send(
    engine: Engine, alias: str, changes: Sequence[Change], *, refresh: bool, rebuilding: bool = False
) -> dict[str, str]:
    """Send changes; return ``{index id: reason}`` for the documents that the engine refuses for good.

    While an index is being built everything goes there too: it must miss nothing.
    """
    _checked.check(engine, alias)
    refused = _send(engine, alias, changes, refresh=refresh)
    if rebuilding:
        try:
            _send(engine, lifecycle.upcoming(alias), changes, refresh=False)
        except IndexMissing:
            # The rebuild has just ended: the new index is behind the alias now, and may lack these.
            refused = _send(engine, alias, changes, refresh=refresh)
    return refused


def fill(engine: Engine, alias: str, changes: Sequence[Change]) -> dict[str, str]:
    """Send changes to the index behind one alias only: the one that is being built."""
    return _send(engine, alias, changes, refresh=False)


def _send(engine: Engine, alias: str, changes: Sequence[Change], *, refresh: bool) -> dict[str, str]:
    if not changes:
        return {}
    if any(change.document is None for change in changes) and not engine.behind(alias):
        # The engine would make an index for a versioned removal, whatever is said about aliases.
        raise IndexMissing("The search index is missing")
    changes = _fitting(engine, alias, changes)
    answers = engine.bulk(_operations(changes), index=alias, refresh=refresh)
    refused: dict[str, str] = {}
    for change, answer in zip(changes, answers, strict=True):
        problem = _problem(answer)
        if problem:
            refused[change.index_id] = problem
    return refused


def _fitting(engine: Engine, alias: str, changes: Sequence[Change]) -> Sequence[Change]:
    """Leave out vectors that the index has no place for: it was built with another embedder, or without.

    The engine would refuse a vector of another length, and the document with it.
    """
    mine = embedding.held(embedding.properties())
    if mine is None or not any(change.document and FIELD in change.document for change in changes):
        return changes
    if embedding.held(engine.fields(alias)) == mine:
        return changes
    return [
        replace(change, document={name: value for name, value in change.document.items() if name != FIELD})
        if change.document
        else change
        for change in changes
    ]


def _operations(changes: Iterable[Change]) -> Iterable[Mapping[str, Any]]:
    for change in changes:
        head = {"_id": change.index_id, "version": change.version, "version_type": "external_gte"}
        if change.document is None:
            yield {"delete": head}
        else:
            yield {"index": head}
            yield change.document


def _problem(answer: Mapping[str, Any]) -> str | None:
    """None when done; a text when the document itself is at fault; an exception when the engine is."""
    status = int(answer.get("status", 0))
    error = answer.get("error")
    if error is None or status == _SUPERSEDED:
        return None
    kind = str(error.get("type", "")) if isinstance(error, Mapping) else str(error)
    if status == _GONE:
        raise IndexMissing("The search index is missing", detail=kind)
    if status in _BUSY or "cluster_block" in kind:
        raise IndexUnavailable("The search engine takes no documents now", detail=kind)
    return f"{kind}: {error.get('reason', '') if isinstance(error, Mapping) else ''}"
