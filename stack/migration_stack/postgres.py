"""PostgreSQL: made once, started on the loopback address, stopped fast."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from migration_stack import processes, programs, settings
from migration_stack.errors import StackError
from migration_stack.places import Account, Places
from migration_stack.ports import LOOPBACK

NAME = "postgres"
TITLE = "PostgreSQL"
PORTS = ("postgres",)
SECONDS = 60
STOP = signal.SIGINT  # "fast": roll back what runs, close the connections, write a checkpoint
STOP_SECONDS = 30
ROLE = "ckan"
DATABASES = ("ckan",)

_CONFIGURATION = f"""
# added by migration_stack
listen_addresses = '{LOOPBACK}'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
# losing the last moment at a power cut is fine for a demonstration, losing consistency would not be
synchronous_commit = off
update_process_title = off
"""


def prepare(places: Places, stopped: Callable[[], bool]) -> None:
    """Lay the programs ready."""
    programs.postgres(places)


def start(places: Places, account: Account, ports: dict[str, int]) -> None:
    """Create the cluster if there is none, then start the server."""
    binaries = programs.postgres(places)
    data = places.data / NAME
    if not data.exists():
        _create(places, account, binaries, data)
    _forget_stranger(data)
    processes.start(
        places,
        NAME,
        [binaries / "postgres", "-D", data, "-p", str(ports[NAME])],
        account=account,
        folder=data,
    )


def ready(places: Places, ports: dict[str, int]) -> bool:
    """Say whether the server answers to our password."""
    try:
        _connect(places, ports[NAME]).close()
    except psycopg2.OperationalError:
        return False
    return True


def finish(places: Places, ports: dict[str, int]) -> None:
    """Make the role and the databases that are missing."""
    secret = settings.password(places, ROLE)
    connection = _connect(places, ports[NAME])
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchone():
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(_name(ROLE), sql.Literal(secret))
            )
    for database in DATABASES:
        make_database(places, ports, database)


def make_database(places: Places, ports: dict[str, int], database: str) -> None:
    """Make a database of our role if it is missing."""
    connection = _connect(places, ports[NAME])
    connection.autocommit = True  # databases cannot be made in a transaction
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(_name(database), _name(ROLE)))


def _name(text: str) -> sql.Identifier:
    return sql.Identifier(text)


def _connect(places: Places, port: int) -> psycopg2.extensions.connection:
    return psycopg2.connect(
        host=LOOPBACK,
        port=port,
        user=NAME,
        password=settings.password(places, NAME),
        dbname="postgres",
        connect_timeout=3,
    )


def _create(places: Places, account: Account, binaries: Path, data: Path) -> None:
    """Run initdb beside the final place, so that a half-made cluster is never taken for a whole one."""
    fresh = data.with_name(NAME + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    secret = fresh.with_name("postgres.secret")
    secret.touch(mode=0o600)
    secret.write_text(settings.password(places, NAME), "utf-8")
    account.own(fresh)
    account.own(secret)
    command: list[str | Path] = [
        *(binaries / "initdb", "--pgdata", fresh, "--username", NAME, "--pwfile", secret),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync", "--no-instructions"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
    ]
    made = subprocess.run(
        command,
        cwd=fresh,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account.name else None,
        group=account.gid if account.name else None,
        extra_groups=[] if account.name else None,
    )
    secret.unlink()
    if made.returncode:
        (places.logs / "postgres.log").write_text(made.stdout + made.stderr, "utf-8")
        last = made.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise StackError(
            f"PostgreSQL's cluster could not be made ({last[0]})", f"see {places.logs / 'postgres.log'}"
        )
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_CONFIGURATION)
    fresh.rename(data)


def _forget_stranger(data: Path) -> None:
    """Remove a lock whose process number belongs to another program now, as after a restart."""
    lock = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
        number = int(lock.read_text("utf-8").splitlines()[0])
        if psutil.pid_exists(number) and psutil.Process(number).name() != NAME:
            lock.unlink()
