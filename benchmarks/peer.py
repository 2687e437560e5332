"""One CKAN in a process of its own, for comparisons: reads questions as JSON lines, answers with times.

python benchmarks/peer.py CKAN_INI        started by search_peers.py
"""

from __future__ import annotations

import json
import logging
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import harvest_peer
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import CtxObject
from ckan.lib import search

FACETS = ["organization", "frequency", "access_rights", "res_format", "license_id", "tags"]
MARKS = {"hl": "true", "hl.method": "unified", "hl.fl": "title,notes", "hl.snippets": "2"}


def find(q: str, marks: bool) -> Any:
    """Search the catch-all field as a visitor; a stock CKAN cannot highlight, so its engine is asked to."""
    asked = {"q": q, "defType": "dismax", "qf": "text", "rows": 20, "facet.field": FACETS, "facet.limit": 50}
    original = search.common.pysolr.Solr.search
    if marks:
        search.common.pysolr.Solr.search = lambda self, **each: original(self, **each, **MARKS)
    try:
        return tk.get_action("package_search")({"user": "", "ignore_auth": False}, asked)["count"]
    finally:
        search.common.pysolr.Solr.search = original


def some(number: int) -> Any:
    """Return ids of datasets, any."""
    return list(
        model.Session.scalars(
            sa.text("select id from package order by md5(id) limit :number"), {"number": number}
        )
    )


def reindex(ids: list[str]) -> Any:
    """Do what `ckan search-index rebuild` does."""
    search.rebuild(package_ids=ids, quiet=True, defer_commit=True)
    search.commit()
    return len(ids)


def rebuild(from_database: bool) -> Any:
    """Do what `ckan migration search rebuild` does, with or without `--from-database`."""
    from ckanext.migration.search import client, config  # noqa: PLC0415 - only on this software
    from ckanext.migration.search.upkeep import rebuild as whole  # noqa: PLC0415

    model.Session.remove()
    found = whole.run(
        model.meta.engine,
        client.engine(config.address()),
        config.alias(),
        datetime.now(UTC),
        from_database=from_database,
    )
    told = {"datasets": found.datasets, "refused": len(found.refused), "alone": found.alone}
    return {**told, "carried": found.carried}


def engine_time() -> Any:
    """Return the milliseconds of processor time that Elasticsearch has taken since it was started."""
    with urllib.request.urlopen(f"{tk.config['solr_url']}/_nodes/stats/process") as answer:
        nodes = json.load(answer)["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes)


def same(number: int) -> Any:
    """Compare documents of the index with what CKAN makes of each dataset alone; returns the unequal ids."""
    from ckanext.migration.search import client, config  # noqa: PLC0415
    from ckanext.migration.search.reading import reader  # noqa: PLC0415

    ids = some(number)
    body = {"query": {"terms": {"id": ids}}, "size": number, "_source": True}
    hits = client.engine(config.address()).search(config.alias(), body)["hits"]["hits"]
    told = {hit["_source"]["id"]: reader.told(hit["_source"]) for hit in hits}
    alone = reader.ALONE.read(ids)
    return [each for each in ids if told.get(each) != reader.told(alone.documents.get(each))]


def fill(address: str) -> Any:
    """Send what CKAN would send to Solr, by the fast way; stock CKAN's rebuild takes hours for so many."""
    import pysolr  # noqa: PLC0415 - only here

    from ckanext.migration.search import connection  # noqa: PLC0415
    from ckanext.migration.search.reading import together  # noqa: PLC0415

    documents: list[Any] = []
    original = connection.writing.put
    connection.writing.put = lambda _engine, docs, **_options: documents.extend(docs)
    solr = pysolr.Solr(address, timeout=300)
    solr.delete(q="*:*")
    ids, sent = list(model.Session.scalars(sa.text("select id from package where state = 'active'"))), 0
    try:
        way = together.possible()
        for start in range(0, len(ids), 500):
            way.documents(ids[start : start + 500])
            model.Session.remove()
            solr.add(documents)
            sent += len(documents)
            documents.clear()
    finally:
        connection.writing.put = original
    solr.commit()
    return sent


def create(package: dict[str, Any], organization: str) -> Any:
    """Create a dataset through the action as an editor's form does."""
    account = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"user": account, "ignore_auth": True}
    if model.Group.get(organization) is None:
        tk.get_action("organization_create")(dict(context), {"name": organization})
    name = f"{organization}-{uuid.uuid4().hex[:12]}"
    tk.get_action("package_create")(context, {**package, "name": name, "owner_org": organization})
    return name


def seen(name: str) -> Any:
    """Wait until a search finds a dataset."""
    while not tk.get_action("package_search")({"ignore_auth": True}, {"fq": f"name:{name}"})["count"]:
        time.sleep(0.01)
    return name


WORK: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (find, some, reindex, rebuild, engine_time, same, fill, create, seen)
} | harvest_peer.WORK


def main() -> None:
    """Answer until the input ends."""
    logging.disable(logging.WARNING)
    answers = sys.stdout
    sys.stdout = sys.stderr
    site = CtxObject(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        work = WORK[asked.pop("do")]
        with site.app._wsgi_app.test_request_context():
            begun, busy = time.perf_counter(), time.process_time()
            answer = work(**asked)
            taken, cpu = (time.perf_counter() - begun) * 1000, (time.process_time() - busy) * 1000
            model.Session.remove()
        print(json.dumps({"ms": taken, "cpu": cpu, "answer": answer}), file=answers, flush=True)


if __name__ == "__main__":
    main()
