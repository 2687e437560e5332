"""Datasets as they are now, shaped for the index by CKAN itself and by every plugin's hooks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model

from ckanext.migration.search.delivery import capture, writing
from ckanext.migration.search.delivery.sending import Change

log = logging.getLogger(__name__)

DELETED = "deleted"


@dataclass(slots=True)
class Reading:
    """What was read: changes to send, and datasets that could not be read, with the reason."""

    changes: list[Change] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def read(ids: Sequence[str], version: int) -> Reading:
    """Read datasets afresh. ``version`` must have been taken before (see ``outbox.floor``)."""
    model.Session.remove()
    found = Reading()
    kept = set(indexed_ids(ids))
    for dataset in ids:
        index = writing.index_id(dataset)
        if dataset not in kept:
            found.changes.append(Change(index, version, None))
            continue
        try:
            document = _document(dataset)
        except Exception as error:
            log.exception("search.dataset.unreadable dataset=%s", dataset)
            model.Session.rollback()
            found.unreadable[dataset] = f"{type(error).__name__}: the dataset could not be read"
        else:
            found.changes.append(Change(index, version, document))
    model.Session.remove()
    return found


def indexed_ids(ids: Sequence[str] | None = None) -> Iterator[str]:
    """Ids of the datasets that belong in the index."""
    table = model.package_table
    query = sa.select(table.c.id).order_by(table.c.id)
    if tk.config.get("ckan.search.remove_deleted_packages"):
        query = query.where(table.c.state != DELETED)
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    return iter(list(model.Session.execute(query).scalars()))


def _document(dataset: str) -> Mapping[str, Any] | None:
    with capture.listening() as caught:
        logic.index_update_package({"ignore_auth": True}, dataset)
    return caught.documents[0] if caught.documents else None
