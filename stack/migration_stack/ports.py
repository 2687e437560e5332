"""Which port belongs to whom, and what to say when somebody else has it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterable, Mapping

import psutil

from migration_stack.errors import StackError

LOOPBACK = "127.0.0.1"
DEFAULTS: Mapping[str, int] = {
    "portal": 5000,
    "partners": 15080,
    "postgres": 15432,
    "redis": 16379,
    "elasticsearch": 19200,
    "elasticsearch-transport": 19300,
}
SERVICES = ("postgres", "redis", "elasticsearch", "elasticsearch-transport")
TITLES: Mapping[str, str] = {
    "portal": "the portal",
    "partners": "the example partners",
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "elasticsearch": "Elasticsearch",
    "elasticsearch-transport": "Elasticsearch's transport",
}
STEP = 20


def wanted(environment: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return the ports to use: the defaults, moved by PORT_OFFSET; PORT alone moves the portal."""
    offset = number(environment, "PORT_OFFSET", 0)
    ports = {name: default + offset for name, default in DEFAULTS.items()}
    ports["portal"] = number(environment, "PORT", ports["portal"])
    if not all(0 < port < 65536 for port in ports.values()):
        raise StackError("PORT_OFFSET or PORT leads to a port outside 1-65535", "choose another number")
    return ports


def number(environment: Mapping[str, str], variable: str, default: int) -> int:
    """Read a number from the environment."""
    text = environment.get(variable, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError as exc:
        raise StackError(
            f"{variable} is {text!r} and not a number", f"for example {variable}={default + 10}"
        ) from exc


def free(port: int) -> bool:
    """Say whether a server could listen on this port of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as exc:
            if exc.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def holder(port: int) -> str:
    """Name the program that listens on a port, as far as we may see it."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.pid
            if listens and connection.laddr and connection.laddr.port == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def claim(names: Iterable[str], ports: Mapping[str, int]) -> None:
    """Refuse to go on when one of the ports is taken."""
    for name in names:
        port = ports[name]
        if not free(port):
            if port < 1024 and os.geteuid() != 0:
                raise StackError(f"Port {port} is reserved for root", "choose one above 1023 with PORT")
            remedy = "stop it or move all ports with PORT_OFFSET=10"
            if name == "portal":
                remedy = f"stop it or choose another port with PORT={port + 1}"
            raise StackError(f"Port {port}, meant for {TITLES[name]}, is taken by {holder(port)}", remedy)


def next_free(ports: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """Move the ports in equal steps until all are free; for tests, which need no known address."""
    chosen = tuple(names)
    for offset in range(0, 50 * STEP, STEP):
        moved = {name: port + offset for name, port in ports.items()}
        if all(free(moved[name]) for name in chosen):
            return moved
    raise StackError("No free ports for the services were found", "choose them with PORT_OFFSET")
