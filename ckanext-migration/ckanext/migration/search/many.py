"""Many datasets of one transaction, noted for the index together.

CKAN reads each dataset again, shows it twice and notes one document. Here the rows of all of them are read
with a few queries (`reading.together`) and their documents go into the outbox with one statement. Where a
plugin shows datasets in a way of its own, and for datasets out of the ordinary, the caller is told to leave
it to CKAN.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ckan.plugins as p
from ckan import model

from ckanext.migration.search.delivery import commits, outbox
from ckanext.migration.search.reading import alone, reader, together
from ckanext.migration.search.reading.showing import Unusual

log = logging.getLogger(__name__)

SAMPLES = 3
"""So many of the first datasets of each type are read both ways."""

_proven: set[tuple[object, ...]] = set()


def note(ids: Sequence[str]) -> Collection[str]:
    """Put documents into the outbox, in the transaction that wrote the datasets; return what is left."""
    session = model.Session()
    connection = session.connection()
    found = outbox.situation(connection)
    if not (found.installed and found.in_change):
        return ids
    try:
        documents = together.possible().within(ids)
    except Unusual as why:
        log.info("search.reading.alone reason=%s", why)
        return ids
    made = {dataset: document for dataset, document in documents.items() if document is not None}
    if not _tells_the_same(made):
        return ids
    outbox.write(connection, outbox.PUT, [(each["index_id"], each["id"], each) for each in made.values()])
    commits.note(session, [each["index_id"] for each in made.values()])
    return [each for each in ids if each not in made]


def _tells_the_same(made: Mapping[str, Mapping[str, Any]]) -> bool:
    """Compare some documents of each new type of dataset with what CKAN makes of each alone."""
    hooks = tuple(type(plugin) for plugin in p.PluginImplementations(p.IPackageController))
    fresh: dict[tuple[object, ...], list[str]] = {}
    for dataset, document in made.items():
        kind = (document.get("dataset_type"), *hooks)
        if kind not in _proven:
            fresh.setdefault(kind, []).append(dataset)
    for kind, datasets in fresh.items():
        for dataset in datasets[:SAMPLES]:
            if reader.told(made[dataset]) != reader.told(alone.document(dataset)):
                log.warning("search.reading.alone type=%s reason=dataset %s differs", kind[0], dataset)
                return False
        _proven.add(kind)
    return True
