"""Fail closed: what a search shows is checked against the database first (threats LK-20).

The index may be behind. Before the search, datasets whose news still wait in the outbox and which
the reader may no longer see are excluded, so that counts and facets are right too. After it, every
hit of the page is compared with the database in one query; what differs is read again by the worker,
unless it was changed a moment ago: the engine was told then, and shows it after its next refresh.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ckan.lib.plugins as lib_plugins
import sqlalchemy as sa
from ckan import model

from ckanext.migration.search import config, results
from ckanext.migration.search.delivery import outbox

log = logging.getLogger(__name__)

MAX_WAITING = 5000
_WAITING = sa.text(
    "select distinct o.dataset_id from migration_search_outbox o"
    " left join package p on p.id = o.dataset_id"
    " where p.id is null or p.private or p.state <> 'active' limit :limit"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ids that must not be shown, and ids that the index should read again."""

    hidden: tuple[str, ...]
    stale: tuple[str, ...]


def excluded(labels: Sequence[str] | None) -> list[str]:
    """Datasets taken out of sight by changes that the index does not know yet."""
    if labels is None:
        return []
    connection = model.Session().connection()
    if not outbox.situation(connection).installed:
        return []
    waiting = list(connection.execute(_WAITING, {"limit": MAX_WAITING}).scalars())
    return [each for each in waiting if not _may_see(each, labels)] if waiting else []


def judge(hits: Iterable[Mapping[str, Any]], labels: Sequence[str] | None) -> Verdict:
    """Compare hits with the database in one query.

    Without labels (administrators, CKAN's own listings) only a dataset that the index calls public
    and the database does not is withheld.
    """
    found = {hit["_source"]["id"]: hit for hit in hits}
    if not found:
        return Verdict((), ())
    table = model.package_table
    rows = {
        row.id: row
        for row in model.Session().execute(
            sa.select(
                table.c.id, table.c.state, table.c.private, table.c.owner_org, table.c.metadata_modified
            ).where(table.c.id.in_(found))
        )
    }
    hidden, stale = [], []
    settled = datetime.now(UTC).replace(tzinfo=None) - config.longest_lag()
    for dataset, hit in found.items():
        row = rows.get(dataset)
        if row is None:
            stale.append(dataset)
            if labels is not None:
                hidden.append(dataset)
            continue
        same = _same_visibility(hit["_source"], row)
        late = row.metadata_modified is None or row.metadata_modified < settled
        if late and not (same and results.is_current(hit, row.metadata_modified)):
            stale.append(dataset)
        if not same and _must_hide(dataset, hit["_source"], row, labels):
            hidden.append(dataset)
    return Verdict(tuple(hidden), tuple(dict.fromkeys(stale)))


def _same_visibility(source: Mapping[str, Any], row: Any) -> bool:
    return (source.get("state"), source.get("capacity"), source.get("owner_org")) == (
        row.state,
        "private" if row.private else "public",
        row.owner_org or None,
    )


def _must_hide(dataset: str, source: Mapping[str, Any], row: Any, labels: Sequence[str] | None) -> bool:
    if labels is not None:
        return not _may_see(dataset, labels)
    was_public = source.get("capacity") == "public" and source.get("state") == "active"
    return was_public and (row.private or row.state != "active")


def _may_see(dataset: str, labels: Sequence[str]) -> bool:
    """Ask CKAN's permission labels for the dataset as it is now."""
    with model.meta.create_local_session(bind=model.meta.engine) as session:
        # a session of its own: the request's session may hold the dataset as it was
        package = session.get(model.Package, dataset)
        if package is None:
            return False
        present = lib_plugins.get_permission_labels().get_dataset_labels(package)
    return not set(labels).isdisjoint(present)
