"""Servers that a person named: they are asked whether they answer, and never started, stopped or wiped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import psycopg2
import redis
import requests

from migration_stack import settings
from migration_stack.errors import StackError

TITLES: Mapping[str, str] = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "elasticsearch": "Elasticsearch",
}
SECONDS = 10
OLDEST_ELASTICSEARCH = (8, 19)


def check() -> None:
    """Refuse to go on when a named server does not answer; later that would look like our fault."""
    for service, probe in _PROBES.items():
        address = settings.external(service)
        if address is None:
            continue
        variable = settings.VARIABLES[service]
        try:
            probe(address)
        except (psycopg2.Error, redis.RedisError, requests.RequestException, ValueError) as exc:
            lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
            reason = lines[0][:160] if lines and service != "elasticsearch" else type(exc).__name__
            place = urlsplit(address).netloc.rpartition("@")[2]
            raise StackError(
                f"{TITLES[service]} at {place} cannot be used ({reason})",
                f"check {variable}, or unset it to use a server of our own",
            ) from exc


def _database(address: str) -> None:
    psycopg2.connect(address.replace("postgresql+psycopg2:", "postgresql:"), connect_timeout=SECONDS).close()


def _queue(address: str) -> None:
    with redis.Redis.from_url(address, socket_connect_timeout=SECONDS) as connection:
        connection.ping()


def _index(address: str) -> None:
    reply = requests.get(address, timeout=SECONDS)
    reply.raise_for_status()
    number = str(reply.json()["version"]["number"])
    if tuple(int(part) for part in number.split(".")[:2]) < OLDEST_ELASTICSEARCH:
        raise StackError(f"Elasticsearch {number} at ELASTICSEARCH_URL is too old", "8.19 or newer is needed")


_PROBES: Mapping[str, Callable[[str], None]] = {
    "postgres": _database,
    "redis": _queue,
    "elasticsearch": _index,
}
