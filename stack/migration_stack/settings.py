"""What a person chose from outside, and what the services chose for themselves."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_stack.places import Places
from migration_stack.ports import LOOPBACK

VARIABLES: Mapping[str, str] = {
    "postgres": "DATABASE_URL",
    "redis": "REDIS_URL",
    "elasticsearch": "ELASTICSEARCH_URL",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the three servers are, as CKAN wants to be told."""

    database: str
    redis: str
    elasticsearch: str


def external(service: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the address of a server that is not ours; such a server is never stopped or wiped."""
    return environment.get(VARIABLES[service], "").strip() or None


def password(places: Places, service: str) -> str:
    """Return the password of one of our servers, made at its first use and kept in a private folder."""
    file = places.run / "passwords.json"
    known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if service not in known:
        known[service] = secrets.token_urlsafe(18)
        write(file, known)
    return known[service]


def chosen_ports(places: Places) -> dict[str, int]:
    """Return the ports that the running services were started with."""
    file = places.run / "ports.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def remember_ports(places: Places, ports: Mapping[str, int]) -> None:
    """Keep the ports for `status`, for tests and for the next command."""
    write(places.run / "ports.json", {**chosen_ports(places), **ports})


def write(file: Path, content: Mapping[str, object]) -> None:
    """Write a small file as a whole or not at all, readable by us only."""
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, indent=1), "utf-8")
    fresh.replace(file)


def local(service: str, port: int, secret: str, name: str = "") -> str:
    """Compose the address of one of our own servers."""
    if service == "postgres":
        return f"postgresql://ckan:{secret}@{LOOPBACK}:{port}/{name}"
    if service == "redis":
        return f"redis://:{secret}@{LOOPBACK}:{port}/{name or 0}"
    return f"http://{LOOPBACK}:{port}"
