"""Reads datasets for the index: together where that was proven to tell the same as CKAN, else alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model

from ckanext.migration.search.index.mapping import ORIGIN
from ckanext.migration.search.reading import alone, together
from ckanext.migration.search.reading.showing import Unusual

log = logging.getLogger(__name__)

SAMPLES, MAX_SAMPLES = 20, 100
"""So many datasets of each type are read both ways, and at most so many altogether."""
_TRIES = 3
_WHOLE = "data_dict"
_NOT_READ = ("indexed_ts", "meaning_vector", ORIGIN)
"""The time of indexing; the vector, which follows from the text and comes later; what it was made from."""

Document = Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """``{dataset id: document}``, None for what is not to be indexed; and why datasets could not be read."""

    documents: dict[str, Document | None] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read datasets. Without ``together`` each is read by itself; ``why`` then says why."""

    together: together.Together | None = None
    why: str | None = None

    def read(self, ids: Sequence[str]) -> Found:
        """Read datasets as they are now."""
        found = Found()
        if self.together is not None:
            found.documents.update(self.together.documents(ids))
            model.Session.remove()
        for dataset in ids:
            if dataset not in found.documents:
                _read_alone(dataset, found)
        model.Session.remove()
        return found


ALONE = Reader()


def proven() -> Reader:
    """Return the fast way if samples of every type tell the same both ways, else the slow one and why."""
    try:
        way = together.possible()
    except Unusual as why:
        return _slow(str(why))
    fast = Reader(way)
    left = sample()
    for _try in range(_TRIES):  # between two readings somebody may have written
        left = _differing(fast, left)
        if not left:
            return fast
    return _slow(f"dataset {left[0]} is shown differently")


def sample() -> list[str]:
    """Return some datasets of each type, others each time."""
    table = model.package_table
    chance = sa.func.md5(table.c.id + uuid4().hex)
    place = sa.func.row_number().over(partition_by=table.c.type, order_by=chance).label("place")
    ranked = sa.select(table.c.id, place).subquery()
    query = (
        sa.select(ranked.c.id).where(ranked.c.place <= SAMPLES).order_by(ranked.c.place).limit(MAX_SAMPLES)
    )
    return list(model.Session.scalars(query))


def told(document: Document | None) -> dict[str, Any] | None:
    """Return what a document says of its dataset, without what indexing adds.

    Extras have no order: in the save they stand as they were given, later as the database keeps them.
    """
    if document is None:
        return None
    found = {key: each for key, each in document.items() if key not in _NOT_READ}
    if isinstance(text := found.get(_WHOLE), str):
        whole = json.loads(text)
        whole["extras"] = sorted(whole.get("extras") or (), key=lambda extra: str(extra["key"]))
        found[_WHOLE] = whole
    return found


def _differing(fast: Reader, ids: Sequence[str]) -> list[str]:
    one, other = fast.read(ids), ALONE.read(ids)
    return [
        each
        for each in ids
        if (each in one.unreadable) != (each in other.unreadable)
        or told(one.documents.get(each)) != told(other.documents.get(each))
    ]


def _slow(why: str) -> Reader:
    log.warning("search.reading.alone reason=%s", why)
    return Reader(None, why)


def _read_alone(dataset: str, found: Found) -> None:
    try:
        found.documents[dataset] = alone.document(dataset)
    except Exception as error:
        log.exception("search.dataset.unreadable dataset=%s", dataset)
        model.Session.rollback()
        found.unreadable[dataset] = f"{type(error).__name__}: the dataset could not be read"
