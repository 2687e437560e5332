"""`make test`: first the tests that need no service, then the rest on databases of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
from psycopg2 import sql
from sqlalchemy.engine import make_url

from migration_stack import ckan, services, settings
from migration_stack.errors import StackError
from migration_stack.places import Places

PURE = ("unit", "contract", "architecture")
WITH_SERVICES = ("integration", "external", "browser")
NO_TESTS = 5
REDIS_NUMBER = 15
WITHOUT_CKAN = ("-p", "no:ckan", "-p", "no:ckan_fixtures")


@dataclass(slots=True)
class Tally:
    """What the pytest runs counted, together."""

    failed: int = 0
    passed: int = 0
    skipped: int = 0
    errors: int = 0

    def add(self, report: Path) -> None:
        """Add the numbers of a JUnit report."""
        for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 - written by our own pytest
            count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            self.failed += count["failures"]
            self.errors += count["errors"]
            self.skipped += count["skipped"]
            self.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]

    def line(self, seconds: float) -> str:
        """Return the closing line in pytest's form."""
        counts = (
            (self.failed, "failed"),
            (self.passed, "passed"),
            (self.skipped, "skipped"),
            (self.errors, "error" if self.errors == 1 else "errors"),
        )
        words = ", ".join(f"{number} {word}" for number, word in counts if number) or "no tests ran"
        return f" {words} in {seconds:.2f}s ".center(80, "=")


def run(places: Places, *, fast: bool) -> int:
    """Run the tests; the exit code is 0 only when every run ended well and at least one test ran."""
    places.prepare()
    begun = time.monotonic()
    tally = Tally()
    codes = [_pytest(places, PURE, ["-m", "not slow"] if fast else [], WITHOUT_CKAN, tally=tally)]
    if not fast:
        try:
            with services.session(places, any_port=True) as addresses:
                codes.append(_with_services(places, addresses, tally))
        except StackError as problem:  # the line below must not look as if all had been well
            print(f"registry: {problem}", file=sys.stderr)
            tally.errors += 1
            codes.append(1)
    print(tally.line(time.monotonic() - begun), flush=True)
    return int(any(code not in {0, NO_TESTS} for code in codes) or not tally.passed)


def _with_services(places: Places, addresses: settings.Addresses, tally: Tally) -> int:
    """Run what needs CKAN and the servers, never on the demonstration's data."""
    _get_chromium(places)
    ini = places.project / "tests" / "test.ini"
    scratch = _scratch(addresses)
    storage = places.ckan / "test-storage"
    variables = {**ckan.environment(scratch), "CKAN_STORAGE_PATH": str(storage)}
    try:
        if any((places.project / "tests" / name).glob("**/test_*.py") for name in WITH_SERVICES):
            ckan.run(places, ini, "db", "init", variables=variables)
            ckan.run(places, ini, "db", "upgrade", variables=variables)
        return _pytest(places, WITH_SERVICES, ["--ckan-ini", str(ini)], variables=variables, tally=tally)
    finally:
        with redis.Redis.from_url(scratch.redis) as connection:
            connection.flushdb()
        shutil.rmtree(storage, ignore_errors=True)


def _pytest(
    places: Places,
    folders: tuple[str, ...],
    *options: list[str] | tuple[str, ...],
    variables: Mapping[str, str] | None = None,
    tally: Tally,
) -> int:
    """Run pytest over folders of tests/ and count."""
    found = [f"tests/{name}" for name in folders if any((places.project / "tests" / name).rglob("test_*.py"))]
    if not found:
        return NO_TESTS
    report = places.home / "reports" / f"{folders[0]}.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    words = [sys.executable, "-P", "-m", "pytest", "--durations=10", "--timeout=600"]
    words += ["--continue-on-collection-errors", f"--junit-xml={report}"]
    words += [word for part in options for word in part]
    environment = variables or ckan.environment()
    code = subprocess.run([*words, *found], cwd=places.project, env=environment, check=False).returncode
    if report.exists():
        tally.add(report)
    elif code != NO_TESTS:
        tally.errors += 1
    return code


def _scratch(addresses: settings.Addresses) -> settings.Addresses:
    """Name a database, and an empty Redis database, that tests may wipe, on the servers in use."""
    url = make_url(addresses.database)
    database = f"{url.database}_test"
    address = url.set(database=database).render_as_string(hide_password=False)
    _make_database(addresses.database, database)
    queue = urlsplit(addresses.redis)._replace(path=f"/{REDIS_NUMBER}").geturl()
    if settings.external("redis"):
        with redis.Redis.from_url(queue) as connection:
            if connection.dbsize():
                raise StackError(
                    f"Database {REDIS_NUMBER} of REDIS_URL has content and tests would wipe it",
                    "empty it or unset REDIS_URL",
                )
    return settings.Addresses(database=address, redis=queue, elasticsearch=addresses.elasticsearch)


def _make_database(address: str, database: str) -> None:
    """Create the database for tests if the server does not have it yet."""
    try:
        connection = psycopg2.connect(address)
    except psycopg2.OperationalError as exc:
        reason = str(exc).strip().splitlines()[-1]
        raise StackError(f"PostgreSQL cannot be used ({reason})", "check DATABASE_URL") from exc
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    except psycopg2.Error as exc:
        raise StackError(
            f"The database {database} for tests does not exist and cannot be made",
            f"let its administrator run: createdb --owner=<the account in DATABASE_URL> {database}",
        ) from exc
    finally:
        connection.close()


def _get_chromium(places: Places) -> None:
    """Install the browser for tests/browser where we may; without it these tests skip and say so."""
    wanted = any((places.project / "tests" / "browser").glob("test_*.py"))
    if not wanted or shutil.which("chromium") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing chromium for the browser tests", flush=True)
    with (places.logs / "chromium.log").open("w") as log:
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", "-q", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                check=False,
            )
