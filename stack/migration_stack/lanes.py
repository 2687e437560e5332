"""Lanes: test runs side by side, each with a database, Redis number, index name and storage of its own.

A lane is one worker of pytest-xdist. Its configuration is a small CKAN file that builds on the one of
the run and names the lane's own places; `lane_plugin.py` hands it to CKAN inside the worker.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis
import requests
from psycopg2 import sql
from sqlalchemy.engine import make_url

from migration_stack import ckan, postgres, settings
from migration_stack.errors import StackError
from migration_stack.places import Places

VARIABLE = "LANES"
MOST = 8
FIRST_REDIS_NUMBER = 15
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Lane:
    """Where one worker may make and wipe whatever it likes."""

    number: int
    ini: Path
    addresses: settings.Addresses
    storage: Path
    prefix: str


def wanted() -> int:
    """Return how many lanes run side by side: LANES, else one a processor, at most four."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return min(len(os.sched_getaffinity(0)), 4)
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise StackError(f"{VARIABLE}={text} is not a number of lanes", f"give a number from 1 to {MOST}")
    return int(text)


@contextlib.contextmanager
def opened(  # noqa: PLR0913 - the parts of a set-up
    places: Places,
    addresses: settings.Addresses,
    base: Path,
    count: int,
    *,
    variables: Mapping[str, str] | None = None,
    keep: bool = False,
    storage: bool = True,
) -> Iterator[list[Lane]]:
    """Make empty lanes on the servers in use, set CKAN up in each, and leave nothing behind.

    `base` is the configuration that each lane builds on; `variables` stand in the environment when
    CKAN makes its tables and those of its plugins. With `keep` the tables of the run before are used
    again; without `storage` CKAN is told of no folder for uploads.
    """
    set_up = _SetUp(places, variables or {}, keep)
    with _alone(places):
        lanes = [_lane(places, addresses, base, number, storage=storage) for number in range(count)]
        try:
            with ThreadPoolExecutor(len(lanes)) as pool:
                list(pool.map(set_up.lane, lanes))
            yield lanes
        finally:
            for lane in lanes:
                _wipe(lane)


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Keep a second run of this checkout off the lanes: each would empty what the other fills."""
    with (places.run / "lanes.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                "Another test run of this checkout uses the test databases", "wait until it has ended"
            ) from None
        yield


@dataclass(frozen=True, slots=True)
class _SetUp:
    """What is done in each lane before its tests."""

    places: Places
    variables: Mapping[str, str]
    keep: bool

    def lane(self, lane: Lane) -> None:
        _wipe(lane)
        lane.storage.mkdir(parents=True)
        if self.keep and self._brought_up_to_date(lane):
            return
        with _connected(lane.addresses.database) as connection, connection.cursor() as cursor:
            # faster than a database made anew, and an account that may make none can do it
            cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        self._upgrade(lane)

    def _brought_up_to_date(self, lane: Lane) -> bool:
        """Whether there are tables and migrations of today could be added to them."""
        with _connected(lane.addresses.database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('package') IS NOT NULL")
            if cursor.fetchone() != (True,):
                return False
        try:
            self._upgrade(lane)
        except StackError:
            return False
        return True

    def _upgrade(self, lane: Lane) -> None:
        """Make or renew CKAN's tables and those of each plugin in the lane's configuration."""
        ckan.run(self.places, lane.ini, "db", "upgrade", variables=self.variables)


def _lane(places: Places, addresses: settings.Addresses, base: Path, number: int, *, storage: bool) -> Lane:
    """Name a lane's places and make its database and its configuration."""
    url = make_url(addresses.database)
    database = f"{url.database}_test{'' if number == 0 else number + 1}"
    if settings.external(postgres.NAME):
        _make_database(addresses.database, database)
    else:
        postgres.make_database(places, settings.chosen_ports(places), database)
    queue = urlsplit(addresses.redis)._replace(path=f"/{FIRST_REDIS_NUMBER - number}").geturl()
    _require_empty(queue)
    folder = places.ckan / "lanes" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    own = settings.Addresses(
        database=url.set(database=database).render_as_string(hide_password=False),
        redis=queue,
        elasticsearch=addresses.elasticsearch,
    )
    lane = Lane(number, folder / "ckan.ini", own, folder / "storage", f"{base.stem}-lane{number}")
    lane.ini.touch(mode=0o600)
    lane.ini.write_text("".join(_lines(lane, base, storage=storage)), "utf-8")
    return lane


def _lines(lane: Lane, base: Path, *, storage: bool) -> Iterator[str]:
    yield f"[app:main]\nuse = config:{base}\n"
    for name, value in (
        ("sqlalchemy.url", lane.addresses.database),
        ("ckan.redis.url", lane.addresses.redis),
        ("solr_url", lane.addresses.elasticsearch),
        *([("ckan.storage_path", str(lane.storage))] if storage else []),
        ("ckanext.migration.search.index_prefix", lane.prefix),
    ):
        yield f"{name} = {value.replace('%', '%%')}\n"


def _wipe(lane: Lane) -> None:
    """Empty what a later run would trip over; the database is emptied when it is used next."""
    with redis.Redis.from_url(lane.addresses.redis) as connection:
        connection.flushdb()
    shutil.rmtree(lane.storage, ignore_errors=True)
    engine = lane.addresses.elasticsearch
    with contextlib.suppress(requests.RequestException):
        listed = requests.get(f"{engine}/_cat/indices/{lane.prefix}-*?h=index", timeout=SECONDS)
        for index in listed.text.split() if listed.ok else []:
            requests.delete(f"{engine}/{index}", timeout=SECONDS)


def _require_empty(queue: str) -> None:
    """Refuse to wipe what somebody keeps on a Redis server that is not ours."""
    if not settings.external("redis"):
        return
    with redis.Redis.from_url(queue) as connection:
        if connection.dbsize():
            raise StackError(
                f"Database {urlsplit(queue).path[1:]} of REDIS_URL has content and tests would wipe it",
                "empty it or unset REDIS_URL",
            )


def _make_database(address: str, database: str) -> None:
    """Create the database of a lane on a server that is not ours, if it is not there yet."""
    with _connected(address) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        except psycopg2.Error as exc:
            raise StackError(
                f"The database {database} for tests does not exist and cannot be made",
                f"let its administrator run: createdb --owner=<the account in DATABASE_URL> {database},"
                f" or set {VARIABLE}=1 to need one only",
            ) from exc


@contextlib.contextmanager
def _connected(address: str) -> Iterator[psycopg2.extensions.connection]:
    """Open a connection that commits each statement."""
    try:
        connection = psycopg2.connect(address)
    except psycopg2.OperationalError as exc:
        reason = str(exc).strip().splitlines()[-1]
        raise StackError(f"PostgreSQL cannot be used ({reason})", "check DATABASE_URL") from exc
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()
