"""A save never fails because of the engine, and the index never tells what was not committed."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import logic, model
from ckan.lib.search.common import SearchError, SearchIndexError, SolrConnectionError
from ckan.tests import factories, helpers

from ckanext.migration.search import config
from ckanext.migration.search.delivery import commits, drain, outbox, sending, writing
from ckanext.migration.search.errors import IndexTooSlow, IndexUnavailable
from search_site import ALONE, Searching, change, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]


def test_a_save_is_found_at_once(searching: Searching) -> None:
    dataset(name="aa", title="Rivers")
    assert searching.names(q="rivers") == ["aa"]
    assert searching.rows() == []


def test_a_save_while_the_engine_is_away_waits_in_the_outbox(searching: Searching) -> None:
    with searching.away():
        dataset(name="aa", title="Rivers")
        change("aa", title="Lakes")
    assert [row.operation for row in searching.rows()] == ["put", "put"]
    assert searching.names(q="*:*") == []
    searching.drain()
    assert searching.names(q="lakes") == ["aa"]
    assert searching.names(q="rivers") == []
    assert searching.rows() == []


def test_a_removal_while_the_engine_is_away_waits_too(searching: Searching) -> None:
    made = dataset(name="aa")
    with searching.away():
        helpers.call_action("package_delete", id=made["id"])
        assert [row.operation for row in searching.rows()] == ["remove"]
    assert searching.names(q="*:*") == []
    searching.drain()
    assert searching.engine.count(config.alias(), {"term": {"id": made["id"]}}) == 0


def test_a_purge_while_the_engine_is_away_waits_too(searching: Searching) -> None:
    made = dataset(name="aa")
    with searching.away():
        helpers.call_action("dataset_purge", id="aa")
    searching.drain()
    assert searching.engine.count(config.alias(), {"term": {"id": made["id"]}}) == 0


def test_a_rolled_back_change_leaves_nothing(searching: Searching) -> None:
    made = dataset(name="aa", title="Rivers")
    model.Session.query(model.Package).filter_by(id=made["id"]).update({"title": "Lakes"})
    logic.index_update_package({"ignore_auth": True}, made["id"])
    model.Session.rollback()
    searching.drain()
    assert searching.rows() == []
    assert searching.names(q="lakes") == []
    assert searching.names(q="rivers") == ["aa"]


def test_a_savepoint_does_not_deliver_what_is_not_committed(searching: Searching) -> None:
    made = dataset(name="aa", title="Rivers")
    with model.Session.begin_nested():
        model.Session.query(model.Package).filter_by(id=made["id"]).update({"title": "Lakes"})
        logic.index_update_package({"ignore_auth": True}, made["id"])
    assert searching.engine.count(config.alias(), {"match": {"title": "lakes"}}) == 0
    model.Session.commit()
    assert searching.engine.count(config.alias(), {"match": {"title": "lakes"}}) == 1


def test_without_a_change_the_document_goes_at_once(searching: Searching) -> None:
    made = dataset(name="aa")
    searching.engine.delete_by_query(config.alias(), {"match_all": {}}, refresh=True)
    model.Session.rollback()
    logic.index_update_package({"ignore_auth": True}, made["id"])
    assert searching.rows() == []
    assert searching.names(q="*:*") == ["aa"]


def test_a_direct_write_fails_when_the_engine_is_away(searching: Searching) -> None:
    made = dataset(name="aa")
    model.Session.rollback()
    with searching.away(), pytest.raises(SearchIndexError) as caught:
        logic.index_update_package({"ignore_auth": True}, made["id"])
    assert "127.0.0.1" not in str(caught.value)


def test_searching_while_the_engine_is_away_is_ckans_connection_error(searching: Searching) -> None:
    with searching.away(), pytest.raises(SolrConnectionError) as caught:
        searching.find(q="*:*")
    assert "127.0.0.1" not in str(caught.value)


def test_late_and_repeated_deliveries_do_no_harm(searching: Searching) -> None:
    made = dataset(name="aa", title="Lakes")
    index = writing.index_id(made["id"])
    old = sending.Change(index, 1, {"id": made["id"], "name": "aa", "title": "Rivers"})
    assert sending.send(searching.engine, config.alias(), [old, old], refresh=True) == {}
    assert searching.names(q="lakes") == ["aa"]


def test_an_older_change_does_not_come_back_after_a_removal(searching: Searching) -> None:
    with searching.away():
        made = dataset(name="aa")
        helpers.call_action("package_delete", id=made["id"])
    assert searching.drain().delivered == 1
    assert searching.rows() == []
    assert searching.engine.count(config.alias()) == 0


def test_one_bad_document_is_set_aside_with_its_reason(searching: Searching) -> None:
    good = [{"id": str(n), "name": f"n{n}", "index_id": f"i{n}"} for n in range(20)]
    bad = {"id": "x", "name": "x", "index_id": "ix", "title": {"not": "a text"}}
    with searching.database.begin() as connection:
        outbox.write(
            connection, outbox.PUT, [(d["index_id"], d["id"], d) for d in [*good[:10], bad, *good[10:]]]
        )
    found = searching.drain()
    assert (found.delivered, found.set_aside) == (20, 1)
    (left,) = searching.rows()
    assert left.dataset_id == "x"
    assert "parsing" in left.problem
    assert searching.drain().taken == 0


def test_a_good_version_clears_what_was_set_aside(searching: Searching) -> None:
    made = dataset(name="aa")
    with searching.database.begin() as connection:
        bad = {"id": made["id"], "title": {"not": "a text"}}
        outbox.write(connection, outbox.PUT, [(writing.index_id(made["id"]), made["id"], bad)])
    assert searching.drain().set_aside == 1
    change("aa", title="Lakes")
    assert searching.rows() == []


def test_a_full_disk_at_the_engine_only_delays(searching: Searching) -> None:
    block = {"index.blocks.read_only_allow_delete": True}
    searching.engine.settings(config.alias(), block)
    try:
        dataset(name="aa")
        assert len(searching.rows()) == 1
        with pytest.raises(IndexUnavailable):
            drain.documents(searching.database, searching.engine, config.alias())
    finally:
        searching.engine.settings(config.alias(), {"index.blocks.read_only_allow_delete": None})
    searching.drain()
    assert searching.names(q="*:*") == ["aa"]


def test_a_lost_index_is_never_made_by_a_write_and_comes_back_from_the_database(searching: Searching) -> None:
    dataset(name="aa")
    searching.engine.drop(searching.engine.behind(config.alias())[0])
    dataset(name="bb")
    assert not searching.engine.exists(config.alias())
    with pytest.raises(SolrConnectionError):
        searching.find(q="*:*")
    searching.drain()
    assert sorted(searching.names(q="*:*")) == ["aa", "bb"]


def test_without_the_tables_saves_still_work(
    searching: Searching, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # CKAN's logging configuration switches off loggers that are older than it
    monkeypatch.setattr(writing.log, "disabled", False)
    with searching.database.begin() as connection:
        connection.execute(sa.text("alter table migration_search_outbox rename to hidden_outbox"))
    try:
        with caplog.at_level(logging.WARNING):
            dataset(name="aa")
        assert searching.names(q="*:*") == ["aa"]
    finally:
        model.Session.rollback()
        with searching.database.begin() as connection:
            connection.execute(sa.text("alter table hidden_outbox rename to migration_search_outbox"))
    assert "search.outbox.missing" in caplog.text


# -- fail closed (threats LK-02, LK-20) ---------------------------------------------------------


@pytest.fixture
def agency() -> dict[str, Any]:
    return factories.Organization(user=factories.User(name="member"))


def facet(found: dict[str, Any]) -> dict[str, int]:
    return found["facets"]["tags"]


QUESTION: dict[str, Any] = {"q": "*:*", "facet.field": ["tags"]}


def test_made_private_while_the_index_is_behind_is_hidden_at_once(
    searching: Searching, agency: dict[str, Any]
) -> None:
    dataset(name="aa", owner_org=agency["id"], tags=[{"name": "secret"}])
    dataset(name="bb", owner_org=agency["id"], tags=[{"name": "open"}])
    with searching.away():
        change("aa", private=True)
    found = searching.find(**QUESTION)
    assert [each["name"] for each in found["results"]] == ["bb"]
    assert found["count"] == 1
    assert facet(found) == {"open": 1}
    assert searching.find(rows=0, **QUESTION)["count"] == 1
    searching.drain()
    assert searching.find(**QUESTION)["count"] == 1
    assert sorted(searching.names("member", include_private=True)) == ["aa", "bb"]


def test_a_change_that_went_past_ckan_is_hidden_counted_and_read_again(
    searching: Searching, agency: dict[str, Any]
) -> None:
    made = dataset(name="aa", owner_org=agency["id"], tags=[{"name": "secret"}])
    dataset(name="bb", owner_org=agency["id"], tags=[{"name": "open"}])
    with searching.database.begin() as connection:
        connection.execute(sa.text("update package set private = true where name = 'aa'"))
    model.Session.rollback()
    found = searching.find(**QUESTION)
    assert [each["name"] for each in found["results"]] == ["bb"]
    assert found["count"] == 1
    assert facet(found) == {"open": 1}
    assert [row.operation for row in searching.rows()] == ["refresh"]
    assert searching.rows()[0].dataset_id == made["id"]
    searching.drain()
    assert searching.rows() == []
    assert searching.engine.count(config.alias(), {"term": {"capacity": "private"}}) == 1


def test_a_ghost_is_not_shown_and_goes_away(searching: Searching) -> None:
    made = dataset(name="aa")
    with searching.database.begin() as connection:
        connection.execute(sa.text("update package set state = 'deleted' where name = 'aa'"))
    model.Session.rollback()
    assert searching.find(q="*:*")["count"] == 0
    searching.drain()
    assert searching.engine.count(config.alias(), {"term": {"id": made["id"]}}) == 0


def test_an_administrator_is_not_told_that_something_private_is_public(searching: Searching) -> None:
    made = dataset(name="aa", owner_org=factories.Organization()["id"])
    with searching.away():
        change("aa", private=True)
    assert searching.engine.count(config.alias(), {"term": {"capacity": "public"}}) == 1
    context = {"user": factories.Sysadmin()["name"]}
    tag = helpers.call_action("package_search", context, q="*:*", fq=f"id:{made['id']}")
    assert tag["count"] == 0


# -- nothing leaks in words (threats SR-12) ------------------------------------------------------


@pytest.mark.parametrize("query", ["title:(open", "metadata_modified:x", "id:[1 TO", "num_res:/x/"])
def test_a_refused_query_tells_neither_labels_nor_filters_sr_12(searching: Searching, query: str) -> None:
    user = factories.User()
    with pytest.raises(SearchError) as caught:
        searching.find(user["name"], fq=query)
    text = json.dumps([str(part) for part in caught.value.args])
    assert "permission_labels" not in text
    assert "creator-" not in text
    assert "http" not in text


def test_a_dataset_page_works_while_the_engine_is_away(searching: Searching) -> None:
    dataset(name="aa", title="Rivers")
    with searching.away():
        assert helpers.call_action("package_show", id="aa")["title"] == "Rivers"


def test_words_that_look_like_a_query_are_searched_as_words_sr_05(searching: Searching) -> None:
    dataset(name="aa", title="Sudan: displacement (2024")
    found = searching.find(q="Sudan: displacement (2024")
    assert found["count"] == 1
    assert found["searched_as_words"]
    assert not searching.find(q="title:sudan")["searched_as_words"]


def test_a_rolled_back_savepoint_takes_only_its_own(searching: Searching) -> None:
    first, second = dataset(name="aa", title="Rivers"), dataset(name="bb", title="Hills")
    model.Session.query(model.Package).filter_by(id=first["id"]).update({"title": "Lakes"})
    logic.index_update_package({"ignore_auth": True}, first["id"])
    savepoint = model.Session.begin_nested()
    model.Session.query(model.Package).filter_by(id=second["id"]).update({"title": "Valleys"})
    logic.index_update_package({"ignore_auth": True}, second["id"])
    savepoint.rollback()
    model.Session.commit()
    assert searching.rows() == []
    assert searching.engine.count(config.alias(), {"match": {"title": "lakes"}}) == 1
    assert searching.engine.count(config.alias(), {"match": {"title": "valleys"}}) == 0


def test_after_a_timeout_saves_do_not_wait_again(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def slow(*_arguments: Any, **_options: Any) -> Any:
        asked.append(True)
        raise IndexTooSlow("too slow")

    monkeypatch.setattr(commits, "_patience", commits.Patience())
    monkeypatch.setattr(drain, "documents", slow)
    dataset(name="aa")
    dataset(name="bb")
    assert asked == [True]
    assert len(searching.rows()) == 2
