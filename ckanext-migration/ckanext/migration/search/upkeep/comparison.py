"""Proof that the index shows what the database holds.

Compared are the ids, the time of change, state, privacy, organisation and permission labels of every
dataset; ``deep`` compares whole documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.search import dates, paging
from ckanext.migration.search.client import Engine
from ckanext.migration.search.reading import reader as readers
from ckanext.migration.search.results import VISIBILITY
from ckanext.migration.search.upkeep import present

BATCH = 200


@dataclass(frozen=True, slots=True)
class Differences:
    """Datasets that the index lacks, that it has too many, and that it tells differently."""

    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    different: tuple[str, ...]
    compared: int

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.missing, *self.surplus, *self.different)


def compare(
    engine: Engine,
    index: str,
    *,
    deep: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Differences:
    """Compare an index with the database; ``progress`` is told datasets looked at, of all."""
    engine.refresh(index)
    model.Session.remove()
    told = {
        hit["_source"]["id"]: hit["_source"]
        for hit in paging.every(engine, index, own_documents(), [*VISIBILITY, "permission_labels"])
    }
    wanted = list(present.indexed_ids())
    missing = [each for each in wanted if each not in told]
    surplus = sorted(set(told) - set(wanted))
    both = [each for each in wanted if each in told]
    total, done = len(both) * (2 if deep else 1), 0
    different: list[str] = []
    for part in batches(both):
        different += _different(part, told)
        progress(done := done + len(part), total)
    if deep:
        known, reader = set(different), readers.proven()
        rest = [each for each in both if each not in known]
        for part in batches(rest):
            different += _different_documents(engine, index, part, reader)
            progress(done := done + len(part), total)
    model.Session.remove()
    return Differences(tuple(missing), tuple(surplus), tuple(different), len(wanted))


def own_documents() -> dict[str, Any]:
    """Return the documents of this site."""
    site = tk.config.get("ckan.site_id")
    return {"bool": {"filter": [{"term": {"site_id": site}}, {"term": {"entity_type": "package"}}]}}


def batches(ids: Sequence[str], size: int = BATCH) -> Iterator[list[str]]:
    """Cut a list into parts."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _different(ids: Sequence[str], told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    labels = lib_plugins.get_permission_labels()
    packages = model.Session.scalars(sa.select(model.Package).where(model.Package.id.in_(ids)))
    found = []
    for package in packages:
        source = told[package.id]
        facts = {
            "metadata_modified": dates.render(package.metadata_modified),
            "state": package.state,
            "capacity": "private" if package.private else "public",
            "owner_org": package.owner_org or None,
        }
        same = all(source.get(name) == value for name, value in facts.items())
        if not same or set(_listed(source.get("permission_labels"))) != set(
            labels.get_dataset_labels(package)
        ):
            found.append(package.id)
    model.Session.expunge_all()
    return found


def _different_documents(engine: Engine, index: str, ids: Sequence[str], reader: readers.Reader) -> list[str]:
    reading = present.read(ids, 0, reader)
    query = {"bool": {"filter": [own_documents(), {"terms": {"id": list(ids)}}]}}
    hits = engine.search(index, {"query": query, "size": len(ids), "_source": True})["hits"]["hits"]
    told = {hit["_id"]: readers.told(hit["_source"]) for hit in hits}
    return [
        change.document["id"]
        for change in reading.changes
        if change.document is not None and told.get(change.index_id) != readers.told(change.document)
    ]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []
