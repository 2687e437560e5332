"""Datasets as they are now, as changes for the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.search.delivery import writing
from ckanext.migration.search.delivery.sending import Change
from ckanext.migration.search.reading import origin
from ckanext.migration.search.reading.reader import ALONE, Reader

DELETED = "deleted"


@dataclass(slots=True)
class Reading:
    """What was read: changes to send, and datasets that could not be read, with the reason."""

    changes: list[Change] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def read(ids: Sequence[str], version: int, reader: Reader = ALONE) -> Reading:
    """Read datasets afresh. ``version`` must have been taken before (see ``outbox.floor``)."""
    model.Session.remove()
    kept = set(indexed_ids(ids))
    origins = origin.of(model.Session.connection(), list(kept))
    found = reader.read([dataset for dataset in ids if dataset in kept])
    origin.attach([each for each in found.documents.values() if each is not None], origins)
    unreadable = _still_there(found.unreadable)
    return Reading(
        [
            Change(writing.index_id(dataset), version, found.documents.get(dataset))
            for dataset in ids
            if dataset not in unreadable
        ],
        unreadable,
    )


def _still_there(unreadable: Mapping[str, str]) -> dict[str, str]:
    """Leave out what was deleted while we read: it is to be taken out of the index."""
    if not unreadable:
        return {}
    model.Session.remove()
    kept = set(indexed_ids(list(unreadable)))
    return {dataset: reason for dataset, reason in unreadable.items() if dataset in kept}


def indexed_ids(ids: Sequence[str] | None = None) -> Iterator[str]:
    """Ids of the datasets that belong in the index."""
    table = model.package_table
    query = sa.select(table.c.id).order_by(table.c.id)
    if tk.config.get("ckan.search.remove_deleted_packages"):
        query = query.where(table.c.state != DELETED)
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    return iter(list(model.Session.execute(query).scalars()))
