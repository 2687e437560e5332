"""Elasticsearch 8.19 is replaced by 9.x on the same data while changes wait: nothing is lost, and it is told.

The other release is fetched (some hundred megabytes), so this runs with LONG_TESTS=1, or where it is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ckan import model

import flaky
from ckanext.migration.search import config, doctor
from ckanext.migration.search.index import guard
from ckanext.migration.search.upkeep import comparison, rebuild
from fault_site import LONG, QUICK, FaultSite, installed, written
from migration_stack import java, releases
from migration_stack.errors import StackError
from migration_stack.places import Places
from own_engine import OwnEngine
from search_site import ALONE, change, dataset

pytestmark = [ALONE, pytest.mark.slow, pytest.mark.timeout(1800)]

OLDER, NEWER = releases.ELASTICSEARCH["8"], releases.ELASTICSEARCH["9"]


@pytest.fixture
def older(project: Path) -> Iterator[OwnEngine]:
    places = Places(project)
    places.prepare()
    if not LONG and not (places.programs / f"elasticsearch-{NEWER.version}").exists():
        pytest.skip("Elasticsearch 9 is not here; LONG_TESTS=1 fetches it")
    try:
        java.home(oldest=NEWER.java)
    except StackError as error:
        pytest.skip(str(error))
    folder = places.data / f"test-upgrade-{os.getpid()}"
    engine = OwnEngine(places, folder, "upgrade", release=OLDER)
    engine.start()
    yield engine
    engine.remove()


@pytest.fixture
def portal(  # noqa: PLR0917 - fixtures
    with_plugins: None,
    clean_db: None,
    migrate_db_for: Any,
    older: OwnEngine,
    monkeypatch: pytest.MonkeyPatch,
    with_request_context: None,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> Iterator[FaultSite]:
    migrate_db_for("migration_search")
    settings = {**QUICK, "solr_url": older.url}
    ini = written(tmp_path, settings, pytestconfig)
    with installed(settings, ini, monkeypatch, older, flaky.Line(0)) as site:
        yield site


def test_from_8_19_to_9(portal: FaultSite) -> None:
    searching = portal.searching
    for number in range(5):
        dataset(name=f"set-{number}")
    assert findings(portal)["made by"].found == "Elasticsearch 8"
    assert OLDER.version in findings(portal)["engine"].found

    portal.engine.stop()
    dataset(name="meanwhile")
    change("set-0", title="Changed")
    assert len(searching.rows()) == 2
    newer = replace(portal.engine, release=NEWER)
    newer.start()

    guard.readable.forget()
    guard.writable.forget()
    searching.drain()
    assert searching.rows() == []
    assert len(searching.names(q="*:*")) == 6
    assert comparison.compare(searching.engine, config.alias(), deep=True).ids == ()
    found = findings(portal)
    assert NEWER.version in found["engine"].found
    assert found["engine"].level == doctor.OK
    assert found["made by"].level == doctor.WARNING
    assert "Elasticsearch 8; the engine is 9 now" in found["made by"].found
    assert "ckan migration search rebuild" in found["made by"].remedy

    model.Session.rollback()
    rebuild.run(searching.database, searching.engine, config.alias(), datetime.now(UTC))
    found = findings(portal)
    assert (found["made by"].level, found["made by"].found) == (doctor.OK, "Elasticsearch 9")
    assert not [each.line() for each in found.values() if each.level == doctor.FAULT]
    assert len(searching.names(q="*:*")) == 6


def findings(site: FaultSite) -> dict[str, doctor.Finding]:
    searching = site.searching
    patient = doctor.Patient(searching.database, searching.engine, config.alias(), config.address())
    return {each.subject: each for each in doctor.examine(patient)}
