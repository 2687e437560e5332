"""Three nodes of Elasticsearch: one is lost while people write and read, and nobody notices for long.

Acknowledged = stored = indexed; what is yellow and what is red is said in words (threats FI-10, R-K-l).
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests
from ckan import model
from ckan.lib.search.common import SearchError, SolrConnectionError

import flaky
import search_checker
from ckanext.migration.search import config, trouble
from ckanext.migration.search.index import layout
from fault_site import LONG, QUICK, FaultSite, agency, installed, stable, written
from migration_stack.places import Places
from own_engine import OwnEngine
from search_checker import go_on, reading, until
from search_site import ALONE, dataset

pytestmark = [
    ALONE,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not LONG, reason="three nodes take three minutes: LONG_TESTS=1"),
]

_SETTING = "ckanext.migration.search."
NODES = 3
STABLE = 12


@dataclass
class Cluster:
    """The nodes, and the portal that knows them all."""

    nodes: list[OwnEngine]
    site: FaultSite

    def ask(self, path: str) -> Any:
        """Ask any node that answers: one that is starting does not yet."""
        for node in self.nodes:
            with suppress(requests.RequestException):
                return node.ask("GET", path)
        raise AssertionError(f"no node answers to {path}")

    def named(self, name: str) -> OwnEngine:
        return next(node for node in self.nodes if node.process == name)

    def master(self) -> OwnEngine:
        return self.named(self.ask("/_cat/master?format=json")[0]["node"])

    def holder(self) -> OwnEngine:
        """Return the node on which the primary shard of the index lies."""
        shards = self.ask(f"/_cat/shards/{config.alias()}?format=json&h=prirep,node")
        return self.named(next(each["node"] for each in shards if each["prirep"] == "p"))

    def colour(self) -> str:
        return str(self.ask(f"/_cluster/health/{config.alias()}")["status"])

    def tells(self, command: str) -> tuple[int, dict[str, Any]]:
        process = self.site.command(command, "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        output, _ = process.communicate(timeout=120)
        return process.returncode, json.loads(output)


@pytest.fixture(scope="module")
def nodes(project: Path) -> Iterator[list[OwnEngine]]:
    places = Places(project)
    places.prepare()
    made = [
        OwnEngine(places, places.data / f"test-cluster-{number}-{os.getpid()}", f"cluster-{number}")
        for number in range(NODES)
    ]
    together = {
        "cluster.name": f"cluster-{os.getpid()}",
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{node.transport_port}" for node in made),
        "cluster.initial_master_nodes": ",".join(node.process for node in made),
    }
    with ExitStack() as stack:
        for node in made:
            node.more = together
            stack.callback(node.remove)
            node.start(wait=False)
        for node in made:
            node.wait()
        until(lambda: made[0].ask("GET", "/_cluster/health")["number_of_nodes"] == NODES, 60)
        yield made


@pytest.fixture
def cluster(  # noqa: PLR0917 - fixtures
    with_plugins: None,
    clean_db: None,
    migrate_db_for: Any,
    nodes: list[OwnEngine],
    monkeypatch: pytest.MonkeyPatch,
    with_request_context: None,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> Iterator[Cluster]:
    migrate_db_for("migration_search")
    settings = {
        **QUICK,
        "solr_url": nodes[0].url,
        f"{_SETTING}nodes": " ".join(node.url for node in nodes[1:]),
        f"{_SETTING}replicas": "1",
        f"{_SETTING}shards": "2",
    }
    unused = flaky.Line(0)
    ini = written(tmp_path, settings, pytestconfig)
    with installed(settings, ini, monkeypatch, nodes[0], unused) as site:
        made = Cluster(nodes, site)
        until(lambda: made.colour() == "green", 60)
        yield made


@dataclass
class Reader:
    """Searches ten times a second; notes what is wrong, and how long nothing was found out at a stretch."""

    search: Callable[..., dict[str, Any]]
    expected: int
    answered: int = 0
    away: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    _since: float | None = None

    def look(self) -> None:
        begun = time.monotonic()
        try:
            found = self.search(q="*:*", fq="tags:stable", rows=0)
        except (SolrConnectionError, SearchError):
            self.away += 1
            self._since = self._since or begun
            return
        finally:
            model.Session.remove()
        self.answered += 1
        if self._since is not None:
            self.longest = max(self.longest, time.monotonic() - self._since)
            self._since = None
        if found["count"] != self.expected:
            self.wrong.append(f"finds {found['count']} of {self.expected}")


def test_a_lost_node_stops_neither_writers_nor_readers(cluster: Cluster, capsys: Any) -> None:
    """The one that leads the cluster is killed: the others choose another leader and use their copies."""
    site = cluster.site
    owner = agency()
    kept = stable(STABLE, owner)
    with (
        site.worker(),
        search_checker.writing(site.ini, owner, 2, site.folder / "writers.log", seed=5) as logs,
    ):
        reader = Reader(site.searching.find, len(kept))
        go_on(logs, 20)
        with reading(reader):
            victim = cluster.master()
            victim.kill()
            go_on(logs, 30)
            until(lambda: cluster.colour() == "yellow", 60)
            code, told = cluster.tells("status")
            assert (code, told["condition"]) == (0, "yellow")
            _, found = cluster.tells("doctor")
            (shards,) = (each for each in found["findings"] if each["subject"] == "shards")
            assert shards["level"] == "warning"
            assert "everything can be found, but a copy is missing" in shards["found"]
            victim.start(wait=False)
            go_on(logs, 20)
            until(lambda: cluster.colour() == "green", 120)
            answered = reader.answered
            until(lambda: reader.answered > answered + 5, 30)
    search_checker.settled(site.searching, 60)
    search_checker.check(site.searching, logs)
    assert reader.wrong == []
    assert reader.longest < trouble.RETRY_AFTER  # who comes back when told is answered
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\n{sum(log.changes for log in logs)} changes, {reader.answered} searches, "
            f"{reader.away} unavailable, {reader.longest:.1f} s at most at a stretch"
        )


def test_a_shard_without_a_node_is_red_in_words(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copies are kept; the node of a shard is lost, and all is well when it is back."""
    site = cluster.site
    monkeypatch.setitem(tk.config, f"{_SETTING}replicas", "0")
    layout.apply(site.searching.engine, config.alias())
    dataset(name="before")
    victim = cluster.holder()
    victim.kill()
    until(lambda: cluster.colour() == "red", 60)
    dataset(name="meanwhile")  # saves go on
    code, told = cluster.tells("status")
    assert (code, told["condition"], told["healthy"]) == (1, "red", False)
    code, found = cluster.tells("doctor")
    assert code == 1
    (shards,) = (each for each in found["findings"] if each["subject"] == "shards")
    assert shards["level"] == "fault"
    assert "part of the index is on no node" in shards["found"]
    with pytest.raises((SolrConnectionError, SearchError)):
        site.searching.find(q="*:*")  # no half answer
    victim.start()
    until(lambda: cluster.colour() == "green", 60)
    site.searching.drain()
    assert sorted(site.searching.names(q="*:*")) == ["before", "meanwhile"]
