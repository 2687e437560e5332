"""Which changes take something out of sight: only for these a save waits until the engine shows them.

The engine shows what it was told after its next refresh, a second later, or when it is asked to refresh,
which takes it as long as the whole rest of a save. News may take that second. What is withdrawn may not be
found, counted or shown any more when the save is answered (threats LK-20).

What a document replaces is asked of the engine itself: that is what readers may still be told. Everything
that narrowed since the last refresh was waited for, so no older state that is still shown tells more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.delivery.sending import Change
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index.mapping import ORIGIN

Told = Mapping[str, Any]

LABELS = "permission_labels"
SAME = ("capacity", "state", "owner_org", "sensitivity_level")
"""When one of these changes, who may read a dataset or a part of it may have changed."""
_UNCOMPARED = ["data_dict", "validated_data_dict", "text", "indexed_ts", "meaning_vector", ORIGIN]
"""Whole datasets as text, whose hidden parts follow from the fields above, and what tells nobody anything."""


def any_hides(
    connection: sa.Connection, engine: Engine, index: str, rows: Sequence[int], changes: Sequence[Change]
) -> bool:
    """Whether one of the changes withdraws something; ``rows`` are those of the outbox that bring them.

    While another process delivers an older change of the same dataset, what the engine has is not yet
    what this change replaces: then it is taken for granted.
    """
    if any(change.document is None for change in changes):
        return True
    ids = [change.index_id for change in changes]
    if outbox.others(connection, ids, rows):
        return True
    try:
        told = engine.documents(index, ids, excludes=_UNCOMPARED)
    except QuerySyntaxError:
        return True
    return any(
        change.document is not None and hides(told[change.index_id], change.document)
        for change in changes
        if change.index_id in told
    )


def hides(old: Told, new: Told) -> bool:
    """Whether fewer people may read the new document, or a field of the old one is gone from it.

    A field with another value is no news about who may read it.
    """
    if any(old.get(name) != new.get(name) for name in SAME):
        return True
    return not _labels(old) <= _labels(new) or not _names(old) <= _names(new)


def _labels(document: Told) -> set[str]:
    value = document.get(LABELS) or []
    return set(value) if isinstance(value, list) else {str(value)}


def _names(document: Told) -> set[str]:
    """Return the fields of a document; those without a field of their own are keys of the container."""
    return {name for name in document if name not in _UNCOMPARED} | {
        f"x.{name}" for name in document.get("x") or ()
    }
