"""A rebuild carries over what was made from the rows of today by this software, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.migration.search import client, config
from ckanext.migration.search.delivery import sending, writing
from ckanext.migration.search.errors import IndexTooSlow
from ckanext.migration.search.index import builder
from ckanext.migration.search.upkeep import comparison, rebuild
from search_site import ALONE, Searching, change, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]


def build(searching: Searching, *, from_database: bool = False) -> rebuild.Rebuilt:
    model.Session.rollback()
    now = datetime.now(UTC)
    return rebuild.run(searching.database, searching.engine, config.alias(), now, from_database=from_database)


def different(searching: Searching) -> tuple[str, ...]:
    return comparison.compare(searching.engine, config.alias(), deep=True).ids


def mark(searching: Searching, dataset_id: str, title: str) -> None:
    """Change a document in the index only, as nothing of ours does: so it is known which one was copied."""
    index, body = writing.index_id(dataset_id), {"query": {"term": {"id": dataset_id}}, "version": True}
    (hit,) = searching.engine.search(config.alias(), body)["hits"]["hits"]
    marked = sending.Change(index, hit["_version"], {**hit["_source"], "title": title})
    assert sending.send(searching.engine, config.alias(), [marked], refresh=True) == {}


def test_p5_only_what_was_written_to_since_is_read_again(searching: Searching) -> None:
    agency, group = factories.Organization()["id"], factories.Group()
    made = [
        dataset(name=f"set-{number}", tags=[{"name": "red"}], resources=[{"url": "http://a.example/1"}])
        for number in range(7)
    ]
    dataset(name="owned", owner_org=agency)
    assert build(searching).carried == 0  # what a save wrote has no origin
    assert build(searching).carried == len(made) + 1
    for each in made:
        mark(searching, each["id"], "Marked")
    change("set-1", title="Lakes")
    helpers.call_action("dataset_purge", id=made[2]["id"])
    dataset(name="fresh")
    with searching.database.begin() as connection:  # past CKAN, so that nothing tells the index
        connection.execute(
            sa.text("update resource set url = 'http://b.example/2' where package_id = :id"),
            {"id": made[3]["id"]},
        )
        connection.execute(sa.text('update "group" set title = :t where id = :id'), {"t": "T", "id": agency})
        connection.execute(
            sa.text("insert into member (id, table_name, table_id, group_id, state, capacity)"
                    " values ('m', 'package', :id, :group, 'active', 'public')"),
            {"id": made[4]["id"], "group": group["id"]},
        )  # fmt: skip
        connection.execute(sa.text("delete from package_tag where package_id = :id"), {"id": made[5]["id"]})
    assert build(searching).carried == 2
    assert set(different(searching)) == {made[0]["id"], made[6]["id"]}
    assert build(searching, from_database=True).carried == 0
    assert different(searching) == ()
    with searching.database.begin() as connection:  # what an agency says of itself is in documents of others
        connection.execute(sa.text("""update "group" set extras = '{"a": "b"}' where is_organization"""))
    assert build(searching).carried == 0


def test_p5_another_builder_makes_all_anew(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(name="aa")
    build(searching)
    before = builder.fingerprint()
    with monkeypatch.context() as patch:
        patch.setitem(tk.config, "ckan.locale_default", "fr")
        assert builder.fingerprint() != before
        assert build(searching).carried == 0
    with monkeypatch.context() as patch:
        for name in ("solr_url", "sqlalchemy.url", "ckan.redis.url"):
            patch.setitem(tk.config, name, f"{tk.config[name]} ")
        assert builder.fingerprint() == before
    monkeypatch.setattr(builder, "software", lambda: "another")
    assert builder.fingerprint() != before


def test_fi_17_what_is_withdrawn_while_it_is_carried_over_stays_so(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(name="aa", title="Rivers", owner_org=factories.Organization()["id"])
    gone = dataset(name="bb")
    build(searching)
    original = client.Engine.copy

    def too_slowly(_self: client.Engine, *_words: Any) -> None:
        raise IndexTooSlow("The search engine does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(client.Engine, "copy", too_slowly)
        assert build(searching).carried == 0
    assert different(searching) == ()

    def slowly(self: client.Engine, *words: Any) -> None:
        original(self, *words)
        change("aa", title="Lakes", private=True)
        helpers.call_action("dataset_purge", id=gone["id"])
        model.Session.remove()
        original(self, *words)

    monkeypatch.setattr(client.Engine, "copy", slowly)
    assert build(searching).carried == 2
    assert searching.names(q="*:*") == []
    assert searching.engine.count(config.alias()) == 1
    assert different(searching) == ()
