"""CKAN on an Elasticsearch process of its own, over a line that can break, with TLS and least privileges."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

import certificates
import flaky
import own_engine
from ckanext.migration.search import config, privileges
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.index import guard, lifecycle
from migration_stack.places import Places
from own_engine import OwnEngine
from search_site import Searching

PREFIX = "migration-fault"
_SETTING = "ckanext.migration.search."
QUICK = {
    f"{_SETTING}index_prefix": PREFIX,
    f"{_SETTING}save_timeout": "1",
    f"{_SETTING}search_timeout": "2",
    "solr_timeout": "10",
    "ckan.plugins": "migration_search",
}
"""Settings of every test with faults: nobody waits long."""
LONG = bool(os.environ.get("LONG_TESTS"))
"""The long versions: some minutes instead of some seconds."""


@dataclass
class FaultSite:
    """What the fault tests play with."""

    searching: Searching
    engine: OwnEngine
    line: flaky.Line
    settings: dict[str, str]
    ini: Path
    folder: Path

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        """Let ``ckan migration search worker`` run within the block; it must end when it is asked to."""
        with (self.folder / "worker.log").open("a") as log:
            process = self.command("worker", stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code: int | None = process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                code = None
        assert code == 0, self.said()

    def command(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Start ``ckan migration search …``."""
        ckan = Path(sys.executable).with_name("ckan")
        command = [str(ckan), "--config", str(self.ini), "migration", "search", *words]
        environment = {**os.environ, "CKAN_SOLR_URL": self.settings["solr_url"]}
        return subprocess.Popen(command, text=True, env=environment, **options)

    def said(self) -> str:
        """Return the end of what the processes logged."""
        return "\n".join(file.read_text("utf-8", "replace")[-4000:] for file in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def fault_engine(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnEngine]:
    """One node with TLS and accounts; each module may kill it as often as it likes."""
    authority = certificates.authority(tmp_path_factory.mktemp("ca"))
    places = Places(project)
    places.prepare()
    engine = OwnEngine(
        places, places.data / f"test-fault-{os.getpid()}", "fault", authority.issue("node"), authority
    )
    with own_engine.running(engine):
        yield engine


@pytest.fixture
def faulty(  # noqa: PLR0917 - fixtures
    with_plugins: None,
    clean_db: None,
    migrate_db_for: Any,
    fault_engine: OwnEngine,
    monkeypatch: pytest.MonkeyPatch,
    with_request_context: None,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> Iterator[FaultSite]:
    """CKAN on that node, with an empty index and a key that has the documented privileges and no more."""
    migrate_db_for("migration_search")
    allowed = {"names": [f"{PREFIX}-*"], "privileges": list(privileges.INDEX)}
    with flaky.line(fault_engine.port) as line:
        settings = {
            "solr_url": f"https://127.0.0.1:{line.port}",
            f"{_SETTING}api_key": fault_engine.api_key(list(privileges.CLUSTER), [allowed]),
            f"{_SETTING}ca_certs": str(fault_engine.authority.file) if fault_engine.authority else "",
            **QUICK,
        }
        ini = written(tmp_path, settings, pytestconfig)
        with installed(settings, ini, monkeypatch, fault_engine, line) as site:
            yield site
            fault_engine.thaw()
            line.mode = flaky.PASS


@contextmanager
def installed(
    settings: dict[str, str],
    ini: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: OwnEngine,
    line: flaky.Line,
) -> Iterator[FaultSite]:
    """Let this process and the commands use an engine, with an empty index; nothing waits afterwards."""
    for name, value in settings.items():
        if name != "ckan.plugins":
            monkeypatch.setitem(tk.config, name, int(value) if value.isdigit() else value)
    # commands read the configuration anew
    monkeypatch.setenv("CKAN_SOLR_URL", settings["solr_url"])
    made = Searching(monkeypatch)
    site = FaultSite(made, engine, line, settings, ini, ini.parent)
    _empty(site)
    try:
        yield site
    finally:
        model.Session.rollback()
        model.Session.remove()
        with made.database.begin() as connection:
            connection.execute(sa.delete(outbox.OUTBOX))
            connection.execute(sa.delete(outbox.REBUILD))


def _empty(site: FaultSite) -> None:
    engine = site.searching.engine
    for index in engine.matching(f"{config.alias()}-v*"):
        engine.drop(index)
    guard.readable.forget()
    guard.writable.forget()
    lifecycle.ensure(engine, config.alias())
    with site.searching.database.begin() as connection:
        connection.execute(sa.delete(outbox.OUTBOX))
        connection.execute(sa.delete(outbox.REBUILD))


def written(folder: Path, settings: dict[str, str], run: pytest.Config) -> Path:
    """Write the configuration of this test run, on the same database, with these settings over it."""
    base = Path(run.getoption("ckan_ini")).resolve()
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in settings.items()]
    ini = folder / "faults.ini"
    ini.touch(mode=0o600)
    ini.write_text("\n".join(["[app:main]", f"use = config:{base}", *lines, ""]), "utf-8")
    return ini


def agency() -> str:
    """Make an agency that anonymous readers do not belong to."""
    return str(factories.Organization()["id"])


def stable(number: int, owner: str) -> set[str]:
    """Make public datasets that nobody changes."""
    user = helpers.call_action("get_site_user", {"ignore_auth": True})["name"]
    context = {"user": user, "ignore_auth": True}
    return {
        helpers.call_action(
            "package_create", dict(context), name=f"stable-{each}", owner_org=owner, tags=[{"name": "stable"}]
        )["id"]
        for each in range(number)
    }
