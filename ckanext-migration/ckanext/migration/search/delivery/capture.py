"""Catches the documents CKAN would send, so that they can be sent elsewhere (rebuild, repair)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

_current: ContextVar[Caught | None] = ContextVar("migration_search_capture", default=None)


@dataclass(slots=True)
class Caught:
    """What CKAN wrote while we listened. No document: the dataset is not to be in the index."""

    documents: list[Mapping[str, Any]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Caught]:
    """Within, nothing is sent to the engine."""
    caught = Caught()
    token = _current.set(caught)
    try:
        yield caught
    finally:
        _current.reset(token)


def current() -> Caught | None:
    """Who listens, if anyone."""
    return _current.get()
