"""Too many searches, and changes while the engine was away or full (SR-16, FI-11, FI-12, FI-15)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.search.common import SearchError, SolrConnectionError

import flaky
import search_checker
from ckanext.migration.search import breaker, client, config, doctor
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.index import guard
from ckanext.migration.search.upkeep import state
from fault_site import LONG, FaultSite, fault_engine, faulty
from search_checker import check, settled, until
from search_site import ALONE, Searching, change, dataset

__all__ = ["fault_engine", "faulty"]

pytestmark = [ALONE, pytest.mark.slow, pytest.mark.timeout(900)]

AT_ONCE = 4
WORST: list[dict[str, Any]] = [
    {"q": " OR ".join(f"title:w{number}~2" for number in range(60)), "defType": "edismax"},
    {"q": "title:riv* OR notes:flo* OR text:cam*", "defType": "edismax"},
    {"q": " ".join(["river flood camp border return census"] * 5)},
    {
        "q": "*:*",
        "facet.field": ["tags", "groups", "organization", "license_id", "res_format"],
        "facet.limit": -1,
    },
]
"""Of the searches that anybody may make, those that cost the engine most."""


# -- SR-16 ----------------------------------------------------------------------------------------


class Crowd:
    """Searches of many people at the same time; what each was told."""

    def __init__(self, searching: Searching) -> None:
        self.searching = searching
        self.told: list[str] = []
        self.wrong: list[str] = []
        self.seconds: list[float] = []

    def rush(self, people: int) -> None:
        threads = [threading.Thread(target=self._search, args=(number,)) for number in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)

    def _search(self, number: int) -> None:
        begun = time.monotonic()
        try:
            self.searching.find(**WORST[number % len(WORST)])
            self.told.append("answered")
        except (SolrConnectionError, SearchError) as error:
            self.told.append("refused")
            if "Too many people search" not in f"{error} {error.__context__}":
                self.wrong.append(f"{error} {error.__context__}")
        except Exception as error:  # noqa: BLE001 - told to the test
            self.wrong.append(repr(error))
        finally:
            self.seconds.append(time.monotonic() - begun)
            model.Session.remove()


def test_sr_16_fifty_costly_searches_at_once(
    searching: Searching, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The engine is never asked more than is allowed; who is refused is told so, and it goes on after it."""
    for number in range(20):
        dataset(name=f"set-{number}", title=f"River w{number}", tags=[{"name": f"t{number}"}])
    monkeypatch.setitem(tk.config, "ckanext.migration.search.at_once", AT_ONCE)
    monkeypatch.setattr(breaker, "searches", breaker.Breaker())
    original, lock, running, most = client.Engine.search, threading.Lock(), 0, 0

    def counted(engine: client.Engine, index: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            time.sleep(0.2)  # an engine with much to do
            return original(engine, index, body)
        finally:
            with lock:
                running -= 1

    with monkeypatch.context() as patch:
        patch.setattr(client.Engine, "search", counted)
        crowd = Crowd(searching)
        crowd.rush(50)
    assert crowd.wrong == []
    assert len(crowd.told) == 50
    assert set(crowd.told) == {"answered", "refused"}
    assert 0 < most <= AT_ONCE
    assert searching.find(q="*:*")["count"] == 20
    # as it is, without the pretended load
    quick = Crowd(searching)
    quick.rush(50)
    assert quick.wrong == []
    seconds = sorted(quick.seconds)
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\nloaded: {crowd.told.count('answered')} of 50 answered; as it is: "
            f"{quick.told.count('answered')} of 50, 95 % within {seconds[47] * 1000:.0f} ms"
        )


def test_sr_16_a_rush_is_429_with_a_time_to_come_back(
    searching: Searching, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(name="aa")
    monkeypatch.setitem(tk.config, "ckanext.migration.search.at_once", 1)
    monkeypatch.setattr(breaker, "TURN", 0.05)
    monkeypatch.setattr(breaker, "searches", breaker.Breaker())
    with breaker.searches.protecting(1):
        for address in ("/api/3/action/package_search?q=*:*", "/dataset/"):
            answer = app.get(address, status=None)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (429, "5"), address
    assert app.get("/api/3/action/package_search?q=*:*").json["result"]["count"] == 1


# -- FI-11 ----------------------------------------------------------------------------------------


def test_fi_11_a_thousand_changes_are_delivered_in_order_and_in_bulk(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is written as a save writes it; the last word on each dataset is what is found."""
    names = [f"set-{number}" for number in range(25)]
    ids = [dataset(name=name)["id"] for name in names]
    documents = {each: _document(searching, each) for each in ids}
    sent: list[list[tuple[str, int]]] = []
    with searching.away():
        for number in range(40):
            with searching.database.begin() as connection:
                items = [
                    (writing.index_id(each), each, {**documents[each], "title": f"Title {number}"})
                    for each in ids
                ]
                outbox.write(connection, outbox.PUT, items)
        change("set-0", title="Title of a real save")
        found = state.read(searching.database, searching.engine, config.alias())
        assert found.waiting == 1001
        assert found.fault
    original = client.Engine.bulk

    def bulk(engine: client.Engine, operations: Sequence[Any], **options: Any) -> Any:
        heads = [_head(each) for each in operations]
        sent.append([(head["_id"], head["version"]) for head in heads if head])
        return original(engine, operations, **options)

    monkeypatch.setattr(client.Engine, "bulk", bulk)
    drained = searching.drain()
    assert searching.rows() == []
    assert drained.set_aside == 0
    assert len(sent) <= 1001 // outbox.BATCH + 2
    assert all(len(part) <= outbox.BATCH for part in sent)
    versions: dict[str, int] = {}
    for index, version in (each for part in sent for each in part):
        assert version > versions.get(index, 0)
        versions[index] = version
    titles = {each: title for each, (title, *_more) in search_checker.index(searching).items()}
    assert titles.pop(ids[0]) == "Title of a real save"
    assert set(titles.values()) == {"Title 39"}


def _document(searching: Searching, dataset_id: str) -> dict[str, Any]:
    query = {"query": {"term": {"id": dataset_id}}}
    (hit,) = searching.engine.search(config.alias(), query)["hits"]["hits"]
    return dict(hit["_source"])


def _head(line: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    found = json.loads(line) if isinstance(line, bytes) else line
    return dict(found.get("index") or found.get("delete") or {})


# -- FI-12 ----------------------------------------------------------------------------------------


def test_fi_12_a_bulk_that_was_taken_but_never_answered_is_sent_again(faulty: FaultSite) -> None:
    """The engine has the documents, the portal does not know: sending again changes nothing."""
    made = dataset(name="aa", title="First")
    with faulty.line.behaving(flaky.CUT):
        change("aa", title="Second")
        dataset(name="bb")
    assert faulty.line.broken
    assert len(faulty.searching.rows()) == 2
    before = _version(faulty, made["id"])
    faulty.searching.drain()
    assert faulty.searching.rows() == []
    assert _version(faulty, made["id"]) >= before
    assert sorted(faulty.searching.names(q="*:*")) == ["aa", "bb"]
    assert faulty.searching.find(q="name:aa")["results"][0]["title"] == "Second"
    faulty.engine.kill()
    change("aa", title="Third")
    faulty.engine.start()
    faulty.searching.drain()
    check(faulty.searching, [])


def _version(site: FaultSite, dataset_id: str) -> int:
    index = site.searching.engine.behind(config.alias())[0]
    found = site.engine.ask("GET", f"/{index}/_doc/{writing.index_id(dataset_id)}?_source=false")
    return int(found["_version"])


# -- FI-15 ----------------------------------------------------------------------------------------

WATERMARK = "cluster.routing.allocation.disk"
FULL = {
    f"{WATERMARK}.threshold_enabled": True,
    f"{WATERMARK}.watermark.low": "100tb",
    f"{WATERMARK}.watermark.high": "100tb",
    f"{WATERMARK}.watermark.flood_stage": "100tb",
    "cluster.info.update.interval": "10s",
}
"""The engine takes its disk for full: so much is never free."""


def test_fi_15_a_full_disk_is_told_plainly_and_mends_itself(faulty: FaultSite) -> None:
    changes = 200 if LONG else 10
    dataset(name="before")
    searching = faulty.searching
    with faulty.worker():
        faulty.engine.ask("PUT", "/_cluster/settings", {"persistent": FULL})
        until(lambda: "read_only_allow_delete" in searching.engine.blocks(config.alias()), 90)
        for number in range(changes):
            dataset(name=f"full-{number}")  # saves go on
        change("before", private=False, title="Changed")
        assert len(searching.rows()) >= changes
        assert searching.names(q="*:*") == ["before"]  # searches go on
        found = state.read(searching.database, searching.engine, config.alias())
        assert not found.healthy
        assert found.blocks == ["read_only_allow_delete"]
        said = " ".join(value for _label, value in found.lines())
        assert "because a disk is full" in said
        where = config.address()
        patient = doctor.Patient(searching.database, searching.engine, config.alias(), where)
        (blocked,) = (each for each in doctor.examine(patient) if each.subject == "blocks")
        assert blocked.level == doctor.FAULT
        assert "Free disk space" in blocked.remedy
        # space is there again: nobody lifts the block, nobody starts anything
        faulty.engine.ask("PUT", "/_cluster/settings", {"persistent": dict.fromkeys(FULL)})
        settled(searching, 120)
    guard.readable.forget()
    assert searching.find(q="*:*", rows=0)["count"] == changes + 1
    check(searching, [])
    assert state.read(searching.database, searching.engine, config.alias()).healthy
