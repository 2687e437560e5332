"""Answers of the engine that must not be taken for the truth, nor lose anything.

Threats FI-13 to FI-17, FI-42, SR-12.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.search.common import SearchError, SolrConnectionError
from ckan.tests import helpers

import lying
from ckanext.migration.search import breaker, config, starting
from ckanext.migration.search.delivery import drain, outbox, sending, writing
from ckanext.migration.search.errors import (
    IndexAmbiguous,
    IndexBusy,
    IndexForbidden,
    IndexMissing,
    IndexOutdated,
    IndexUnavailable,
    MappingConflict,
    SearchFault,
)
from ckanext.migration.search.index import guard, lifecycle, mapping
from lying import Between, Lie
from search_site import ALONE, Searching, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]


@pytest.fixture
def between(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """The engine, with somebody in between who may lie."""
    monkeypatch.setattr(breaker, "searches", breaker.Breaker())
    forget()
    with lying.between(tk.config["solr_url"]) as made:
        monkeypatch.setitem(tk.config, "solr_url", made.url)
        yield made


def forget() -> None:
    """Let the index be looked at again, as after some seconds."""
    guard.readable.forget()
    guard.writable.forget()


def error(kind: str, status: int, reason: str = "10.0.0.7:9300 said no") -> dict[str, Any]:
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"type": kind}]}, "status": status}


def timed_out(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "timed_out": True}


def one_shard_of_two(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "_shards": {"total": 2, "successful": 1, "skipped": 0, "failed": 0}}


def failed_shard(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "_shards": {"total": 2, "successful": 1, "skipped": 0, "failed": 1}}


LIES = (
    Lie("_search", change=timed_out),
    Lie("_search", change=one_shard_of_two),
    Lie("_search", change=failed_shard),
    Lie("_search", body={}),
    Lie("_search", body="<html>Log in to the network</html>", headers={}),
    Lie("_search", body="not JSON"),
    *(Lie("_search", status, error("some_exception", status)) for status in (401, 403, 404, 500, 502, 503)),
    Lie("_search", 429, error("es_rejected_execution_exception", 429)),
    Lie("_search", 504, "<html>gateway</html>", headers={}),
)


def test_what_is_not_a_whole_answer_is_no_answer_sr_12(searching: Searching, between: Between) -> None:
    dataset(name="aa")
    taken: list[Any] = []
    told: list[str] = []
    for lie in LIES:
        breaker.searches = breaker.Breaker()
        with between.telling(lie):
            try:
                taken.append((lie, searching.find(q="*:*")))
            except SolrConnectionError as fault:
                told.append(str(fault))
    assert taken == []
    assert [text for text in told if "10.0.0.7" in text] == []
    assert searching.names(q="*:*") == ["aa"]


def test_an_overloaded_engine_is_left_alone_for_a_moment_sr_16(
    searching: Searching, between: Between
) -> None:
    dataset(name="aa")
    with between.telling(Lie("_search", 429, error("circuit_breaking_exception", 429))):
        for _ in range(10):
            with pytest.raises(SolrConnectionError):
                searching.find(q="*:*")
        asked = [path for path, _ in between.requests if "_search" in path]
        assert len(asked) == breaker.IN_A_ROW


def refuse(number: int, status: int, kind: str, reason: str = "no") -> lying.Change:
    """Let one item of a bulk be refused."""

    def change(answer: dict[str, Any]) -> dict[str, Any]:
        items = answer["items"]
        operation = next(iter(items[number]))
        items[number][operation] |= {"status": status, "error": {"type": kind, "reason": reason}}
        return {**answer, "errors": True}

    return change


def wait(searching: Searching, number: int) -> None:
    site = {"site_id": tk.config["ckan.site_id"], "entity_type": "package"}
    documents = [{"id": str(n), "name": f"n{n}", "index_id": f"i{n}", **site} for n in range(number)]
    with searching.database.begin() as connection:
        outbox.write(connection, outbox.PUT, [(d["index_id"], d["id"], d) for d in documents])


NO_WRITE_INDEX = "no write index is defined for alias"
NOT_THE_DOCUMENTS_FAULT: tuple[tuple[Lie, type[SearchFault]], ...] = (
    (Lie("_bulk", change=refuse(3, 429, "es_rejected_execution_exception")), IndexBusy),
    (Lie("_bulk", change=refuse(3, 403, "security_exception")), IndexForbidden),
    (Lie("_bulk", change=refuse(3, 403, "cluster_block_exception")), IndexUnavailable),
    (Lie("_bulk", change=refuse(3, 404, "index_not_found_exception")), IndexMissing),
    (Lie("_bulk", change=refuse(3, 503, "unavailable_shards_exception")), IndexUnavailable),
    (Lie("_bulk", change=refuse(3, 400, "illegal_argument_exception", NO_WRITE_INDEX)), IndexAmbiguous),
    (Lie("_bulk", change=lambda answer: {**answer, "items": answer["items"][:3]}), IndexUnavailable),
    (Lie("_bulk", body={"took": 1}), IndexUnavailable),
    (Lie("_bulk", 401, error("security_exception", 401)), IndexForbidden),
    (Lie("_bulk", 403, error("security_exception", 403)), IndexForbidden),
)


def test_only_the_documents_own_fault_sets_it_aside(searching: Searching, between: Between) -> None:
    wait(searching, 8)
    for lie, fault in NOT_THE_DOCUMENTS_FAULT:
        with between.telling(lie), pytest.raises(fault) as caught:
            deliver(searching)
        assert "said no" not in caught.value.message
        assert [row.set_aside_at for row in searching.rows()] == [None] * 8, lie
    assert searching.drain().delivered == 8


def deliver(searching: Searching) -> None:
    drain.documents(searching.database, searching.engine, config.alias())


def test_a_document_that_is_refused_among_many_is_the_only_one_set_aside(
    searching: Searching, between: Between
) -> None:
    """FI-13: 1 of 150; never tried again by itself, taken up again by command."""
    wait(searching, 150)
    refusal = refuse(77, 400, "document_parsing_exception", "failed to parse")
    with between.telling(Lie("_bulk", change=refusal)):
        deliver(searching)
    (left,) = searching.rows()
    assert (left.dataset_id, left.problem) == ("77", "document_parsing_exception: failed to parse")
    assert searching.drain().taken == 0
    with searching.database.begin() as connection:
        assert outbox.take_up_again(connection) == 1
    searching.drain()
    assert searching.rows() == []


def test_what_is_too_much_for_one_request_goes_in_several(
    searching: Searching, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait(searching, 20)
    with between.telling(Lie("_bulk", 413, "", longest=600)):
        deliver(searching)
        sizes = [size for path, size in between.requests if "_bulk" in path]
    assert searching.rows() == []
    assert searching.engine.count(config.alias()) == 20
    assert len([size for size in sizes if size <= 600]) > 3
    monkeypatch.setattr(sending, "REQUEST_BYTES", 500)
    wait(searching, 20)
    between.requests.clear()
    deliver(searching)
    assert max(size for path, size in between.requests if "_bulk" in path) <= 500


def test_one_document_that_is_too_large_is_set_aside(searching: Searching, between: Between) -> None:
    big = {"id": "big", "name": "big", "index_id": "ibig", "notes": "x" * 5000}
    wait(searching, 5)
    with searching.database.begin() as connection:
        outbox.write(connection, outbox.PUT, [("ibig", "big", big)])
    with between.telling(Lie("_bulk", 413, "", longest=4000)):
        deliver(searching)
    (left,) = searching.rows()
    assert left.dataset_id == "big"
    assert "too large" in left.problem


# -- indices that are not as they should be (threats FI-16, FI-42) --------------------------------


def test_two_indices_behind_the_alias_are_not_searched_and_the_worker_makes_one(
    searching: Searching, between: Between
) -> None:
    dataset(name="aa")
    other = "foreign-of-somebody-else"
    searching.engine.create(other, lifecycle.body())
    try:
        searching.engine.update_aliases([{"add": {"index": other, "alias": config.alias()}}])
        forget()
        with pytest.raises(SolrConnectionError):
            searching.find(q="*:*")
        dataset(name="bb")
        assert [row.set_aside_at for row in searching.rows()] == [None]
        searching.drain()
        assert sorted(searching.names(q="*:*")) == ["aa", "bb"]
        assert len(searching.engine.behind(config.alias())) == 1
        assert searching.engine.exists(other)
    finally:
        searching.engine.drop(other)


def test_an_index_of_an_older_mapping_is_not_searched_and_the_worker_makes_a_new_one(
    searching: Searching, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(name="aa")
    monkeypatch.setattr(mapping, "MAPPING_VERSION", 2)
    monkeypatch.setattr(lifecycle.mapping, "MAPPING_VERSION", 2)
    guard.readable.forget()
    with pytest.raises(SolrConnectionError):
        searching.find(q="*:*")
    with pytest.raises(IndexOutdated):
        lifecycle.check_readable(searching.engine, config.alias())
    searching.drain()
    assert searching.names(q="*:*") == ["aa"]
    assert "-v2-" in lifecycle.current(searching.engine, config.alias())


def test_two_nodes_of_different_versions_write_one_index(
    searching: Searching, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FI-42: the older is refused; what it left in the outbox is made anew by the newer."""
    made = dataset(name="aa", title="Rivers")
    old = {"id": made["id"], "name": "aa", "title": "as the older node made it", "mapping_version": 1}
    with searching.database.begin() as connection:
        outbox.write(connection, outbox.PUT, [(writing.index_id(made["id"]), made["id"], old)])
    for module in ("index.mapping", "index.document", "delivery.drain"):
        monkeypatch.setattr(f"ckanext.migration.search.{module}.MAPPING_VERSION", 2)
    searching.drain()
    assert searching.rows() == []
    (hit,) = searching.engine.search(config.alias(), {"query": {"match_all": {}}})["hits"]["hits"]
    assert (hit["_source"]["title"], hit["_source"]["mapping_version"]) == ("Rivers", 2)
    for module in ("index.mapping", "index.document", "delivery.drain"):
        monkeypatch.setattr(f"ckanext.migration.search.{module}.MAPPING_VERSION", 1)
    guard.writable.forget()
    dataset(name="bb")
    with pytest.raises(MappingConflict):
        deliver(searching)
    assert len(searching.rows()) == 1
    assert json.loads(searching.rows()[0].document)["mapping_version"] == 1


def test_a_wiped_index_is_missed_at_the_next_start_not_made_empty(searching: Searching) -> None:
    """FI-16: an empty index would tell readers that there are no datasets."""
    dataset(name="aa")
    searching.engine.drop(lifecycle.current(searching.engine, config.alias()))
    forget()
    starting.prepare()
    assert not searching.engine.exists(config.alias())
    with pytest.raises((SolrConnectionError, SearchError)):
        searching.find(q="*:*")
    searching.drain()
    assert searching.names(q="*:*") == ["aa"]


def test_an_index_with_a_longer_name_of_another_portal_stays(searching: Searching) -> None:
    dataset(name="aa")
    other = f"{config.alias()}-v2-v1-{'0' * 14}"
    searching.engine.create(other, lifecycle.body())
    try:
        searching.engine.drop(lifecycle.current(searching.engine, config.alias()))
        forget()
        searching.drain()
        assert searching.engine.exists(other)
    finally:
        searching.engine.drop(other)


# -- what was hidden stays hidden (threats FI-17) -------------------------------------------------


def test_what_the_worker_delivered_can_be_searched_before_its_row_goes(searching: Searching) -> None:
    made = dataset(name="aa", tags=[{"name": "secret"}])
    searching.engine.settings(config.alias(), {"refresh_interval": "-1"})
    with searching.away():
        helpers.call_action("package_delete", id=made["id"])
    deliver(searching)
    assert searching.rows() == []
    found = searching.find(**{"q": "*:*", "rows": 0, "facet.field": ["tags"]})
    assert (found["count"], found["facets"]["tags"]) == (0, {})
