"""Redis, as the compatible Valkey: job queues and sessions."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from migration_stack import processes, programs, settings
from migration_stack.places import Account, Places
from migration_stack.ports import LOOPBACK

NAME = "redis"
TITLE = "Redis"
PORTS = ("redis",)
SECONDS = 20
STOP = signal.SIGTERM  # saves and ends
STOP_SECONDS = 15


def prepare(places: Places, stopped: Callable[[], bool]) -> None:
    """Lay the program ready."""
    programs.redis(places)


def start(places: Places, account: Account, ports: dict[str, int]) -> None:
    """Write the configuration, which holds the password, and start the server."""
    program = programs.redis(places)
    data = places.data / NAME
    data.mkdir(mode=0o700, exist_ok=True)
    lines = {
        "bind": LOOPBACK,
        "port": str(ports[NAME]),
        "dir": str(data),
        "requirepass": settings.password(places, NAME),
        "save": "60 1",
        "daemonize": "no",
        "set-proc-title": "no",
        # a full disk must not stop the queue; its truth is in PostgreSQL
        "stop-writes-on-bgsave-error": "no",
    }
    file = data / "redis.conf"
    file.touch(mode=0o600)
    file.write_text("".join(f"{key} {value}\n" for key, value in lines.items()), "utf-8")
    account.own(data)
    processes.start(places, NAME, [program, file], account=account, folder=data)


def ready(places: Places, ports: dict[str, int]) -> bool:
    """Say whether the server answers to our password."""
    try:
        with socket.create_connection((LOOPBACK, ports[NAME]), timeout=2) as connection:
            connection.sendall(f"AUTH {settings.password(places, NAME)}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                piece = connection.recv(256)
                if not piece:
                    return False
                answer += piece
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def finish(places: Places, ports: dict[str, int]) -> None:
    """Nothing is left to do."""
