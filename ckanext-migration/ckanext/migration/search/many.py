"""Datasets of one transaction, noted for the index without CKAN's showing each of them twice.

CKAN reads each dataset again, shows it twice and notes one document. Here the rows of all of them are read
with a few queries (`reading.together`) and their documents go into the outbox with one statement. Where a
plugin shows datasets in a way of its own, and for datasets out of the ordinary, the caller is told to leave
it to CKAN.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import logic, model

from ckanext.migration.search.delivery import commits, outbox
from ckanext.migration.search.reading import alone, reader, together
from ckanext.migration.search.reading.showing import Unusual

log = logging.getLogger(__name__)

SAMPLES = 3
"""So many of the first datasets of each type are read both ways."""

_ways: dict[tuple[object, ...], together.Together] = {}
_proven: Counter[tuple[object, ...]] = Counter()
"""How many datasets of a type were told the same both ways, by type and plugins."""


def note(ids: Sequence[str]) -> Collection[str]:
    """Put documents into the outbox, in the transaction that wrote the datasets; return what is left."""
    session = model.Session()
    connection = session.connection()
    found = outbox.situation(connection)
    if not (found.installed and found.in_change):
        return ids
    try:
        documents = _way().within(ids)
    except Unusual as why:
        log.info("search.reading.alone reason=%s", why)
        return ids
    made = {dataset: document for dataset, document in documents.items() if document is not None}
    if not _tells_the_same(made):
        return ids
    outbox.write(connection, outbox.PUT, [(each["index_id"], each["id"], each) for each in made.values()])
    commits.note(session, [each["index_id"] for each in made.values()])
    return [each for each in ids if each not in made]


def note_one(dataset: str, asking: Mapping[str, Any]) -> dict[str, Any]:
    """Put the document of a new dataset into the outbox, in the transaction that wrote it.

    CKAN shows it twice, by two schemas, for the index and for the answer. One reading does for both; what
    is returned is the dataset as `package_create` answers it.
    """
    session = model.Session()
    found = outbox.situation(session.connection())
    if found.installed and found.in_change:
        try:
            shown, document = _way().one(dataset, asking)
        except Unusual as why:
            log.info("search.reading.alone reason=%s", why)
        else:
            if document is not None and _tells_the_same({dataset: document}):
                outbox.write(session.connection(), outbox.PUT, [(document["index_id"], dataset, document)])
                commits.note(session, [document["index_id"]])
                return shown
    both = logic.package_show_default_and_custom_schemas(cast("Any", asking), dataset)
    logic.index_insert_package_dicts(both)
    return both[1]


def _way() -> together.Together:
    """Return a reader that keeps what it learnt of the types of datasets while plugins and schemas stay.

    Raises `Unusual` where a plugin has changed how datasets are shown at all.
    """
    fresh = together.possible()
    forms = tuple(p.PluginImplementations(p.IDatasetForm))
    key = (*forms, str(tk.config.get("scheming.dataset_schemas")))
    return _ways.setdefault(key, fresh)


def _tells_the_same(made: Mapping[str, Mapping[str, Any]]) -> bool:
    """Compare some documents of each new type of dataset with what CKAN makes of each alone."""
    hooks = tuple(type(plugin) for plugin in p.PluginImplementations(p.IPackageController))
    fresh: dict[tuple[object, ...], list[str]] = {}
    for dataset, document in made.items():
        kind = (document.get("dataset_type"), *hooks)
        if _proven[kind] < SAMPLES:
            fresh.setdefault(kind, []).append(dataset)
    for kind, datasets in fresh.items():
        for dataset in datasets[: SAMPLES - _proven[kind]]:
            if reader.told(made[dataset]) != reader.told(alone.document(dataset)):
                log.warning("search.reading.alone type=%s reason=dataset %s differs", kind[0], dataset)
                return False
            _proven[kind] += 1
    return True
