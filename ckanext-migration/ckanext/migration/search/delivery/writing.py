"""What ``.add()`` and ``.delete()`` do: note in the outbox, or send at once.

Inside a transaction that has changed something a row is written and delivered after the commit.
Where nothing was changed (rebuilds, tests that call the index directly) there is nothing to wait
for: the document goes to the engine.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.interfaces import IEntries, Place
from ckanext.migration.search import config
from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import capture, commits, outbox, sending
from ckanext.migration.search.errors import DocumentRefused, IndexMissing, IndexUnavailable
from ckanext.migration.search.index import document, lifecycle, profile
from ckanext.migration.search.query import dsl, syntax
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.vectors import keeping

log = logging.getLogger(__name__)

_ONE_DATASET = re.compile(
    r'^\+entity_type:package AND \+\(id:"([^"\\]*)" OR name:"\1"\) AND \+site_id:"([^"\\]*)"$'
)


def put(engine: Engine, documents: Sequence[Mapping[str, Any]], *, refresh: bool) -> None:
    """Index documents as CKAN shaped them."""
    now = datetime.now(UTC)
    places = _places([str(each.get("id")) for each in documents])
    shaped = [
        document.build(each, profile.fields_of(each), profile.shape(), now, places.get(str(each.get("id"))))
        for each in documents
    ]
    listener = capture.current()
    if listener is not None:
        listener.documents.extend(shaped)
        return
    session = model.Session()
    connection = session.connection()
    found = outbox.situation(connection)
    if found.installed and found.in_change:
        outbox.write(connection, outbox.PUT, [(each["index_id"], each["id"], each) for each in shaped])
        commits.note(session, [each["index_id"] for each in shaped])
        return
    if not found.installed:
        log.warning("search.outbox.missing: run `ckan db upgrade -p migration_search`; indexing without it")
    version = outbox.floor(connection)
    keeping.attach(connection, shaped)
    _send_now(
        engine,
        connection,
        [sending.Change(each["index_id"], version, each) for each in shaped],
        refresh=refresh,
        installed=found.installed,
    )


def _places(ids: Sequence[str]) -> dict[str, Place]:
    """Ask the plugins which of these datasets stand in an entry with others."""
    found: dict[str, Place] = {}
    for plugin in p.PluginImplementations(IEntries):
        found.update(plugin.entries(ids))
    return found


def remove(engine: Engine, query: str, *, refresh: bool) -> None:
    """Take out what a query of CKAN matches."""
    match = _ONE_DATASET.match(query.strip())
    if capture.current() is not None:
        return
    if match is None:
        node = syntax.parse(query)
        compiler = dsl.Compiler(Fields(profile.properties(), trusted=True), datetime.now(UTC))
        try:
            engine.delete_by_query(config.alias(), compiler.query(node), refresh=refresh)
        except IndexMissing:
            # whoever empties the index (`ckan search-index clear`) asks for one that is empty
            lifecycle.ensure(engine, config.alias())
        return
    reference, site = match.groups()
    session = model.Session()
    connection = session.connection()
    found = outbox.situation(connection)
    # CKAN removes a dataset from the index before it writes the removal to the database
    about_to_change = bool(session.new or session.dirty or session.deleted)
    if found.installed and (found.in_change or about_to_change):
        ids = _known_as(connection, engine, reference, site)
        items = [(index_id(each, site), each, None) for each in ids]
        outbox.write(connection, outbox.REMOVE, items)
        commits.note(session, [item[0] for item in items])
        return
    try:
        engine.delete_by_query(config.alias(), _one(reference, site), refresh=refresh)
    except IndexUnavailable:
        if not found.installed:
            raise
        # What happens to the dataset is not known before the commit, so the worker looks again.
        log.warning("search.removal.postponed")
        request_refresh(
            [(index_id(each, site), each) for each in _in_database(connection, reference) or [reference]]
        )


def request_refresh(datasets: Sequence[tuple[str, str]]) -> None:
    """Ask, in a transaction of its own, that datasets be read and indexed again."""
    database = model.meta.engine
    if not datasets or database is None:
        return
    with database.begin() as connection:
        if not outbox.situation(connection).installed:
            return
        ids = [index for index, _dataset in datasets]
        waiting = set(
            connection.execute(
                sa.select(outbox.OUTBOX.c.index_id).where(
                    outbox.OUTBOX.c.index_id.in_(ids), outbox.OUTBOX.c.operation == outbox.REFRESH
                )
            ).scalars()
        )
        items = [(index, dataset, None) for index, dataset in datasets if index not in waiting]
        outbox.write(connection, outbox.REFRESH, items)


def outdated(_sender: object, *, ids: Sequence[str]) -> None:
    """Ask that datasets be indexed again about which something that is kept elsewhere has changed."""
    request_refresh([(index_id(each), each) for each in ids])


def index_id(dataset: str, site: str | None = None) -> str:
    """Return the document id of a dataset, as CKAN computes it."""
    text = f"{dataset}{tk.config.get('ckan.site_id') if site is None else site}"
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - CKAN's choice; not a secret


def _send_now(
    engine: Engine,
    connection: sa.Connection,
    changes: Sequence[sending.Change],
    *,
    refresh: bool,
    installed: bool,
) -> None:
    rebuilding = installed and outbox.rebuild_target(connection) is not None
    refused = sending.send(engine, config.alias(), changes, refresh=refresh, rebuilding=rebuilding)
    if refused:
        raise DocumentRefused(
            f"{len(refused)} of {len(changes)} documents refused: {next(iter(refused.values()))}"
        )


def _one(reference: str, site: str) -> dict[str, Any]:
    named = {"bool": {"should": [{"term": {"id": reference}}, {"term": {"name": reference}}]}}
    return {"bool": {"filter": [{"term": {"entity_type": "package"}}, {"term": {"site_id": site}}, named]}}


def _in_database(connection: sa.Connection, reference: str) -> list[str]:
    found = connection.execute(
        sa.select(model.package_table.c.id).where(
            sa.or_(model.package_table.c.id == reference, model.package_table.c.name == reference)
        )
    )
    return list(found.scalars())


def _known_as(connection: sa.Connection, engine: Engine, reference: str, site: str) -> list[str]:
    """Ids that the reference stands for: an id, or on purging a name; the index may know one more."""
    ids = _in_database(connection, reference)
    if ids:
        return ids
    ids = [reference]
    try:
        body = {"query": _one(reference, site), "_source": ["id"], "size": 10}
        ids += [hit["_source"]["id"] for hit in engine.search(config.alias(), body)["hits"]["hits"]]
    except IndexUnavailable:
        log.warning("search.removal.index_not_asked")
    return list(dict.fromkeys(ids))
