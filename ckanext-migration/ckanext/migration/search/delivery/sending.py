"""Sending to the engine: versioned, so that late, repeated and crossed deliveries do no harm.

The engine refuses what is older than what it has (``external_gte``); such a refusal counts as done.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ckanext.migration.search import privileges
from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import (
    IndexAmbiguous,
    IndexBusy,
    IndexForbidden,
    IndexMissing,
    IndexUnavailable,
    RequestTooLarge,
)
from ckanext.migration.search.index import guard, lifecycle
from ckanext.migration.search.vectors import embedding
from ckanext.migration.search.vectors.embedding import FIELD

log = logging.getLogger(__name__)

_BAD_REQUEST, _GONE, _SUPERSEDED, _BUSY = 400, 404, 409, 429
_NO_WRITE_INDEX = "no write index"
REQUEST_BYTES = 8 * 1024 * 1024
"""Largest request; a document that is larger goes alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """A document to put, or with None to take out."""

    index_id: str
    version: int
    document: Mapping[str, Any] | None


def send(
    engine: Engine, alias: str, changes: Sequence[Change], *, refresh: bool, rebuilding: bool = False
) -> dict[str, str]:
    """Send changes; return ``{index id: reason}`` for the documents that the engine refuses for good.

    While an index is being built everything goes there too: it must miss nothing.
    """
    if not changes:
        return {}
    guard.writable.pass_(engine, alias)
    refused = _send(engine, alias, changes, refresh=refresh)
    if rebuilding:
        try:
            # refreshed too: after the swap nothing that was hidden before may show again
            _send(engine, lifecycle.upcoming(alias), changes, refresh=refresh)
        except IndexMissing:
            # The rebuild has just ended: the new index is behind the alias now, and may lack these.
            refused = _send(engine, alias, changes, refresh=refresh)
    return refused


def fill(engine: Engine, alias: str, changes: Sequence[Change]) -> dict[str, str]:
    """Send changes to the index behind one alias only: the one that is being built."""
    return _send(engine, alias, changes, refresh=False)


def _send(engine: Engine, alias: str, changes: Sequence[Change], *, refresh: bool) -> dict[str, str]:
    if any(change.document is None for change in changes) and not engine.behind(alias):
        # The engine would make an index for a versioned removal, whatever is said about aliases.
        raise IndexMissing("The search index is missing")
    changes = _fitting(engine, alias, changes)
    refused: dict[str, str] = {}
    for part in _parts(changes):
        refused.update(_send_part(engine, alias, part, refresh=refresh))
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


def _send_part(engine: Engine, alias: str, part: Sequence[_Line], *, refresh: bool) -> dict[str, str]:
    """Send one request; what is too large is sent in halves, and refused when it is one document."""
    lines = [line for each in part for line in each.lines]
    try:
        answers = engine.bulk(lines, index=alias, refresh=refresh)
    except RequestTooLarge as fault:
        if len(part) == 1:
            return {part[0].index_id: fault.message}
        middle = len(part) // 2
        refused = _send_part(engine, alias, part[:middle], refresh=refresh)
        return refused | _send_part(engine, alias, part[middle:], refresh=refresh)
    if len(answers) != len(part):
        raise IndexUnavailable("The search engine answered in part only")
    problems = {each.index_id: _problem(answer) for each, answer in zip(part, answers, strict=True)}
    return {index: problem for index, problem in problems.items() if problem}


@dataclass(frozen=True, slots=True)
class _Line:
    index_id: str
    lines: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(len(line) for line in self.lines)


def _parts(changes: Iterable[Change]) -> Iterator[list[_Line]]:
    """Cut changes into requests of some megabytes, so that neither side needs much memory."""
    part: list[_Line] = []
    size = 0
    for change in changes:
        line = _line(change)
        if part and size + line.size > REQUEST_BYTES:
            yield part
            part, size = [], 0
        part.append(line)
        size += line.size
    if part:
        yield part


def _line(change: Change) -> _Line:
    head = {"_id": change.index_id, "version": change.version, "version_type": "external_gte"}
    if change.document is None:
        return _Line(change.index_id, (_json({"delete": head}),))
    return _Line(change.index_id, (_json({"index": head}), _json(change.document)))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _problem(answer: Mapping[str, Any]) -> str | None:
    """None when done; a text when the document itself is at fault; an exception when the engine is.

    Only what the engine calls a bad request (400) is the document's fault: anything else would set
    good documents aside because of a full disk or a missing privilege.
    """
    status = int(answer.get("status", 0))
    error = answer.get("error")
    if error is None or status == _SUPERSEDED:
        return None
    kind = str(error.get("type", "")) if isinstance(error, Mapping) else str(error)
    reason = str(error.get("reason", "")) if isinstance(error, Mapping) else ""
    if status == _GONE:
        raise IndexMissing("The search index is missing", detail=kind)
    if status == _BAD_REQUEST and _NO_WRITE_INDEX in reason:
        raise IndexAmbiguous("The alias of the search stands for several indices")
    if status == _BAD_REQUEST:
        return f"{kind}: {reason}"
    if "security" in kind:
        lacking = privileges.missing(reason) or "a privilege is missing"
        raise IndexForbidden(
            f"This portal's account may not write to the search index: {lacking}", detail=kind
        )
    if status == _BUSY and "cluster_block" not in kind:
        raise IndexBusy("The search engine is overloaded", detail=kind)
    raise IndexUnavailable("The search engine takes no documents now", detail=kind)
