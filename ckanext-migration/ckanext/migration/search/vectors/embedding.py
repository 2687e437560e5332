"""What turns a text into a vector: one small interface, found by entry point, off by default.

An embedder is a class in the entry point group ``migration.embeddings``; the setting
``ckanext.migration.search.embeddings`` names the entry point. Without it the search is lexical and complete.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol

from ckanext.migration.search import config
from ckanext.migration.search.errors import EmbeddingFailed, SettingInvalid

log = logging.getLogger(__name__)

GROUP = "migration.embeddings"
FIELD = "meaning_vector"
"""The field of the index."""
_REMEMBERED = 1000
"""Vectors of queries that a process keeps."""


class Embedder(Protocol):
    """Makes vectors of one length, to be compared by their cosine.

    Vectors of two embedders are never compared: ``name`` tells model and version, and is part of the
    index's mapping and of the key under which a vector is kept.
    """

    name: str
    dimensions: int
    related: float
    """Cosine from which a record is worth showing though the words do not find it."""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Sequence[Sequence[float]]:
        """Return a vector for each text: of records, or of what somebody typed. May raise anything."""


def current() -> Embedder | None:
    """Return the embedder of this portal, None where there is none. Raises ``SettingInvalid``."""
    wanted = config.embeddings()
    return _load(wanted) if wanted else None


@cache
def _load(wanted: str) -> Embedder:
    for found in entry_points(group=GROUP, name=wanted):
        try:
            embedder: Embedder = found.load()()
        except Exception as error:
            log.exception("search.embedder.unusable name=%s", wanted)
            raise SettingInvalid(f"The embedder {wanted} cannot be used: {type(error).__name__}") from None
        return embedder
    raise SettingInvalid(f"There is no embedder {wanted} in the entry points {GROUP}")


def usable() -> Embedder | None:
    """Return the embedder; one that cannot be used is told in the log, and the search goes on without."""
    try:
        return current()
    except SettingInvalid:
        return None


def properties() -> dict[str, Any]:
    """Return the field of the mapping, none where vectors are off. Another embedder is another mapping."""
    embedder = usable()
    if embedder is None:
        return {}
    field = {"type": "dense_vector", "dims": embedder.dimensions, "index": True, "similarity": "cosine"}
    return {FIELD: {**field, "meta": {"embedder": embedder.name}}}


def held(mapped: Mapping[str, Any]) -> str | None:
    """Return the name of the embedder whose vectors an index with these fields holds."""
    return mapped.get(FIELD, {}).get("meta", {}).get("embedder")


def of_texts(embedder: Embedder, texts: Sequence[str]) -> list[list[float]]:
    """Return the vectors of records. Raises ``EmbeddingFailed``."""
    return _checked(embedder, texts, query=False)


def of_query(embedder: Embedder, text: str) -> list[float]:
    """Return the vector of what somebody typed. Raises ``EmbeddingFailed``."""
    known = _queries(embedder.name)
    if text not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[text] = _checked(embedder, [text], query=True)[0]
    return known[text]


@cache
def _queries(_embedder: str) -> dict[str, list[float]]:
    return {}


def _checked(embedder: Embedder, texts: Sequence[str], *, query: bool) -> list[list[float]]:
    try:
        found = [[float(value) for value in vector] for vector in embedder.embed(texts, query=query)]
    except Exception as error:
        log.exception("search.embedder.failed name=%s", embedder.name)
        raise EmbeddingFailed(f"The embedder failed: {type(error).__name__}") from None
    if len(found) != len(texts) or any(len(vector) != embedder.dimensions for vector in found):
        raise EmbeddingFailed("The embedder answered with vectors of another number or length")
    return found
