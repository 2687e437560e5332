"""Elasticsearch is frozen, killed, filled, wiped and cut off while people write, read and rebuild.

Acknowledged = stored = indexed, nothing private shows at any moment, and nobody has to do anything by
hand (threats P1, FI-10 to FI-17, FI-43, LK-20; R-K-l, R-K-m, R-K-n).
"""

from __future__ import annotations

import logging
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest
from ckan import model
from ckan.lib.search.common import SearchError, SolrConnectionError
from ckan.tests import helpers

import flaky
import search_checker
from ckanext.migration.search import config
from fault_site import LONG, FaultSite, agency, fault_engine, faulty, stable
from search_checker import Log, changes, go_on, reading, until
from search_site import ALONE, change, dataset
from search_writer import SECRET

__all__ = ["fault_engine", "faulty"]

pytestmark = [ALONE, pytest.mark.slow, pytest.mark.timeout(1800)]

log = logging.getLogger("faults")
CHANGES = 1000 if LONG else 80
STABLE = 12


@dataclass
class Reader:
    """Somebody without an account who searches ten times a second and notes what is wrong."""

    logs: list[Log]
    stable: set[str]
    answered: int = 0
    away: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def look(self) -> None:
        hidden = {each for log in self.logs for each in log.hidden}
        begun = time.monotonic()
        try:
            found = search(fq=f"tags:{SECRET}", rows=1000)
            kept = search(fq="tags:stable", rows=0)
        except (SolrConnectionError, SearchError):
            self.away += 1
            return
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)
            model.Session.remove()
        self.answered += 1
        shown = {each["id"] for each in found["results"]}
        if shown & hidden:
            self.wrong.append(f"shows {shown & hidden}")
        if not found["count"] == len(shown) == found["facets"]["tags"].get(SECRET, 0):
            self.wrong.append(f"counts {found['count']} and {found['facets']}, shows {len(shown)}")
        if kept["count"] != len(self.stable):
            self.wrong.append(f"finds {kept['count']} of {len(self.stable)} that nobody touches")


def search(**parameters: Any) -> dict[str, Any]:
    context = {"user": "", "ignore_auth": False}
    return helpers.call_action(
        "package_search", context, **{"q": "*:*", "facet.field": ["tags"], **parameters}
    )


def writing(site: FaultSite, owner: str, writers: int) -> AbstractContextManager[list[Log]]:
    return search_checker.writing(site.ini, owner, writers, site.folder / "writers.log", seed=7)


def block(site: FaultSite, *, on: bool) -> None:
    site.engine.ask(
        "PUT", f"/{config.alias()}/_settings", {"index.blocks.read_only_allow_delete": on or None}
    )


def test_acknowledged_is_stored_is_indexed_whatever_happens_to_the_engine(faulty: FaultSite) -> None:
    owner = agency()
    kept = stable(STABLE, owner)
    share = CHANGES // 8
    with faulty.worker(), writing(faulty, owner, 2) as logs:
        reader = Reader(logs, kept)
        go_on(logs, share)
        with reading(reader):
            with faulty.line.behaving(flaky.CUT):  # FI-12: delivered, never answered
                go_on(logs, share)
            assert faulty.line.broken
            go_on(logs, share)
            faulty.engine.freeze()  # FI-14: takes connections, answers nothing
            go_on(logs, share)
            faulty.engine.thaw()
            block(faulty, on=True)  # FI-15
            go_on(logs, share)
            block(faulty, on=False)
            faulty.engine.kill()  # FI-10, FI-12
            go_on(logs, share)
            faulty.engine.start()
            go_on(logs, share)
            for index in faulty.searching.engine.behind(config.alias()):  # FI-16: wiped
                faulty.engine.ask("DELETE", f"/{index}")
            go_on(logs, share)
            seconds = 60.0
            until(lambda: not search_wrong(faulty), seconds)
        logs[0].process.kill()  # a save that nobody answered may have happened or not
    waited = search_checker.settled(faulty.searching, 60)
    search_checker.check(faulty.searching, logs)
    assert reader.wrong == []
    assert reader.answered
    log.warning(
        "%s changes, %s searches, %s unavailable, caught up in %.1f s",
        *(changes(logs), reader.answered, reader.away, waited),
    )


def search_wrong(site: FaultSite) -> bool:
    try:
        search()
    except (SolrConnectionError, SearchError):
        return True
    finally:
        model.Session.remove()
    return False


def test_a_rebuild_while_many_write_is_not_noticed(faulty: FaultSite) -> None:
    """FI-43, R-K-m: every search is answered, nothing is missing, nothing private shows."""
    owner = agency()
    kept = stable(STABLE, owner)
    writers = 4 if LONG else 2
    with (
        faulty.worker(),
        search_checker.writing(faulty.ini, owner, writers, faulty.folder / "w.log", 8) as logs,
    ):
        go_on(logs, 10)
        reader = Reader(logs, kept)
        with reading(reader):
            for _round in range(5 if LONG else 1):
                process = faulty.command("rebuild", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                output, _ = process.communicate(timeout=600)
                assert process.returncode == 0, output
                go_on(logs, 10)
    search_checker.settled(faulty.searching, 60)
    search_checker.check(faulty.searching, logs)
    assert (reader.wrong, reader.away) == ([], 0)
    assert reader.answered >= 5


def test_five_saves_during_an_outage_are_found_without_a_manual_step(faulty: FaultSite) -> None:
    """R-K-n, with a frozen engine and then a dead one."""
    with faulty.worker():
        faulty.engine.freeze()
        begun = time.monotonic()
        for number in range(3):
            dataset(name=f"frozen-{number}")
        saving = time.monotonic() - begun
        faulty.engine.kill()
        for number in range(2):
            dataset(name=f"dead-{number}")
        assert helpers.call_action("package_show", id="dead-1")["name"] == "dead-1"
        with pytest.raises(SolrConnectionError):
            search()
        faulty.engine.start()
        begun = time.monotonic()
        until(lambda: not faulty.searching.rows(), 60)
        until(lambda: not search_wrong(faulty), 30)
    found = {each["name"] for each in search()["results"]}
    assert found == {"frozen-0", "frozen-1", "frozen-2", "dead-0", "dead-1"}
    # only the first of them waited for the engine
    assert saving < 60


def test_made_private_while_the_worker_is_stopped_is_hidden_at_once(faulty: FaultSite) -> None:
    """LK-20: the engine was away for the change and is back; nobody has delivered anything."""
    owner = agency()
    dataset(name="aa", owner_org=owner, tags=[{"name": "secret"}], title="Rivers")
    dataset(name="bb", owner_org=owner, tags=[{"name": "open"}], title="Rivers")
    assert search()["count"] == 2
    with faulty.line.behaving(flaky.REFUSE):
        change("aa", private=True)
        helpers.call_action("package_delete", id="bb")
    assert len(faulty.searching.rows()) == 2
    found = search()
    assert (found["count"], found["results"], found["facets"]["tags"]) == (0, [], {})
    assert search(rows=0)["count"] == 0
    for action, parameters in (
        ("package_autocomplete", {"q": "riv"}),
        ("migration_search_scan", {"q": "rivers"}),
        ("migration_search_widen", {"q": "rivers"}),
    ):
        try:
            text = str(helpers.call_action(action, {"user": "", "ignore_auth": False}, **parameters))
        except KeyError:  # an action of a plugin that is not loaded here
            continue
        assert "'aa'" not in text, action
        assert "'bb'" not in text, action
