"""CKAN's own tests of its search, run as installed, against Elasticsearch in the place of Solr.

They run in a process of their own, with a configuration like the one CKAN uses for them, in a
database and an index of their own.
"""

from __future__ import annotations

import configparser
import os
import runpy
import subprocess
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest

sa = pytest.importorskip("sqlalchemy")

pytestmark = pytest.mark.slow

EXPECTED: dict[str, str] = runpy.run_path(str(Path(__file__).with_name("ckan_search_exceptions.py")))[
    "EXPECTED"
]
PROJECT = Path(__file__).resolve().parents[2]
TESTS = Path(str(files("ckan"))) / "tests"
PREFIX = "ckan-suite"
SEARCHING = ("lib/search", "logic/action/test_get.py")
SHOWING = (
    "controllers/test_package.py",
    "controllers/test_group.py",
    "controllers/test_organization.py",
    "controllers/test_feed.py",
    "controllers/test_home.py",
    "controllers/test_pagination.py",
    "cli/test_search_index.py",
)
DROPPING = ("cli/test_db.py",)
"""Drops all tables, those of the search among them: last, and only in a database of our own."""
SETTINGS = """
[app:main]
use = egg:ckan
testing = true
debug = false
SECRET_KEY = only-for-tests
WTF_CSRF_SECRET_KEY = only-for-tests
WTF_CSRF_ENABLED = false
api_token.jwt.encode.secret = string:only-for-tests
api_token.jwt.decode.secret = string:only-for-tests
sqlalchemy.url = {database}
ckan.datastore.write_url = {database}
ckan.datastore.read_url = {database}
ckan.redis.url = {redis}
solr_url = {search}
ckanext.migration.search.index_prefix = {prefix}
ckan.plugins = migration_search
ckan.site_id = test.ckan.net
ckan.site_title = CKAN
ckan.site_url = http://test.ckan.net
ckan.auth.user_create_organizations = true
ckan.auth.user_create_groups = true
ckan.auth.create_user_via_api = false
ckan.auth.create_user_via_web = true
ckan.auth.create_dataset_if_not_in_organization = true
ckan.auth.anon_create_dataset = false
ckan.auth.user_delete_groups = true
ckan.auth.user_delete_organizations = true
ckan.auth.create_unowned_dataset = true
ckan.extra_resource_fields = alt_url
ckan.datasets_per_page = 20
ckan.locale_default = en
ckan.locale_order = en pt_BR ja it cs_CZ ca es fr el sv sr sr@latin no sk fi ru de pl nl bg ko_KR hu sa sl lv
ckan.files.storage.resources.type = ckan:memory
package_new_return_url = http://localhost/dataset/<NAME>?test=new
package_edit_return_url = http://localhost/dataset/<NAME>?test=edit
smtp.mail_from = info@test.ckan.net
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic
[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""


@dataclass(frozen=True)
class Suite:
    """A configuration file, and the environment in which it holds."""

    ini: Path
    environment: dict[str, str]
    owns_database: bool

    def ckan(self, *arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("ckan")), "-c", str(self.ini), *arguments]
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=120)

    def pytest(self, paths: Sequence[str], report: Path) -> Outcome:
        empty = self.ini.with_name("pytest.ini")
        empty.write_text("[pytest]\n")
        command = [
            *(sys.executable, "-m", "pytest", f"--ckan-ini={self.ini}", f"--junitxml={report}", "-q"),
            *("-c", str(empty), f"--rootdir={TESTS.parent.parent}", "-o", "consider_namespace_packages=true"),
            *("-p", "no:cacheprovider", "-W", "ignore", "--tb=short"),
            *(str(TESTS / path) for path in paths),
        ]
        done = subprocess.run(
            command, env=self.environment, check=False, capture_output=True, text=True, timeout=900
        )
        assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        return Outcome.read(report)


@dataclass
class Outcome:
    passed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, report: Path) -> Outcome:
        found = cls()
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest a moment ago
            module = case.get("classname", "").split("ckan.tests.")[-1]
            name = f"{module}::{case.get('name', '')}"
            problem = case.find("failure") if case.find("failure") is not None else case.find("error")
            if problem is not None:
                found.failed[name] = (problem.text or problem.get("message") or "")[-1500:]
            elif case.find("skipped") is not None:
                found.skipped.add(name)
            else:
                found.passed.add(name)
        return found


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Suite]:
    values = _session_values(request.config.getoption("--ckan-ini", default=None))
    _require(values["search"])
    own = _make_database(values["database"])
    database = own or values["database"]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        "CKAN_SQLALCHEMY_URL": database,
        "CKAN_REDIS_URL": values["redis"],
        "CKAN_SOLR_URL": values["search"],
        "PYTHONWARNINGS": "ignore",
    }
    ini = tmp_path_factory.mktemp("ckan-suite") / "ckan.ini"
    ini.write_text(
        SETTINGS.format(
            database=database,
            redis=values["redis"],
            search=values["search"],
            prefix=PREFIX,
        )
    )
    made = Suite(ini, environment, bool(own))
    _drop_indices(values["search"])
    made.ckan("db", "init")
    yield made
    _drop_indices(values["search"])
    if own:
        _drop_database(values["database"])


@pytest.fixture
def prepared(suite: Suite) -> Suite:
    """An empty index, and the tables of the outbox, which CKAN's tests of the command line drop."""
    _drop_indices(suite.environment["CKAN_SOLR_URL"])
    suite.ckan("db", "upgrade", "-p", "migration_search")
    return suite


@pytest.mark.timeout(600)
def test_ckan_searches(prepared: Suite, tmp_path: Path) -> None:
    _judge(prepared.pytest(SEARCHING, tmp_path / "report.xml"), at_least=320)


@pytest.mark.timeout(900)
def test_ckan_shows_what_it_finds(prepared: Suite, tmp_path: Path) -> None:
    paths = (*SHOWING, *DROPPING) if prepared.owns_database else SHOWING
    _judge(prepared.pytest(paths, tmp_path / "report.xml"), at_least=230)


def _judge(outcome: Outcome, at_least: int) -> None:
    print(f"passed {len(outcome.passed)}, skipped {len(outcome.skipped)}, failed {sorted(outcome.failed)}")
    unexpected = {name: text for name, text in outcome.failed.items() if name not in EXPECTED}
    assert not unexpected, "\n\n".join(f"{name}\n{text}" for name, text in unexpected.items())
    assert not outcome.skipped
    assert not outcome.passed & set(EXPECTED), "remove from ckan_search_exceptions.py what passes now"
    assert len(outcome.passed) >= at_least


def _session_values(ini: str | None) -> dict[str, str]:
    """Services of this session: the environment first, as CKAN does, then its configuration file."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read([ini or PROJECT / "tests" / "test.ini"])
    app = dict(parser["app:main"]) if parser.has_section("app:main") else {}
    return {
        "database": os.environ.get("CKAN_SQLALCHEMY_URL") or app.get("sqlalchemy.url", ""),
        "redis": os.environ.get("CKAN_REDIS_URL") or app.get("ckan.redis.url", ""),
        "search": os.environ.get("CKAN_SOLR_URL") or app.get("solr_url", ""),
    }


def _require(search: str) -> None:
    try:
        urllib.request.urlopen(search, timeout=10).close()
    except (urllib.error.URLError, ValueError, TimeoutError) as error:
        pytest.skip(f"no Elasticsearch at the address of this session: {error}")


def _make_database(url: str) -> str | None:
    """A database beside that of the session; None where the role may not make one."""
    _drop_database(url)
    server = sa.make_url(url)
    name = f"{server.database}_suite"
    try:
        with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text(f"create database \"{name}\" encoding 'UTF8' template template0"))
    except sa.exc.ProgrammingError:
        return None
    return server.set(database=name).render_as_string(hide_password=False)


def _drop_database(url: str) -> None:
    server = sa.make_url(url)
    with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f'drop database if exists "{server.database}_suite" with (force)'))


def _drop_indices(search: str) -> None:
    listing = urllib.request.urlopen(f"{search}/_cat/indices/{PREFIX}-*?h=index", timeout=30)
    for name in listing.read().decode().split():
        request = urllib.request.Request(f"{search}/{name}", method="DELETE")
        urllib.request.urlopen(request, timeout=30).close()
