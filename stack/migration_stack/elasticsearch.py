"""Elasticsearch: one node, loopback only."""

from __future__ import annotations

import signal
from collections.abc import Callable

import psutil
import requests

from migration_stack import java, node, programs, releases
from migration_stack.download import Progress
from migration_stack.errors import StackError
from migration_stack.places import Account, Places
from migration_stack.ports import LOOPBACK

NAME = "elasticsearch"
TITLE = "Elasticsearch"
PORTS = ("elasticsearch", "elasticsearch-transport")
SECONDS = 180
STOP = signal.SIGTERM
STOP_SECONDS = 30
LARGE = 6 * 1024**3


def prepare(places: Places, stopped: Callable[[], bool]) -> None:
    """Fetch the programs if they are missing; that may take minutes, so it can be stopped."""
    java.home()
    programs.elasticsearch(places, _progress(stopped))


def start(places: Places, account: Account, ports: dict[str, int]) -> None:
    """Write the configuration and start the node."""
    heap = "1g" if psutil.virtual_memory().total > LARGE else "512m"
    program = programs.elasticsearch(places)
    # an index of one major is not for the other: a step back would be refused
    data = places.data / (NAME if releases.is_default() else f"{NAME}-{releases.chosen().version}")
    node.start(places, account, node.Node(NAME, program, java.home(), data, _settings(ports), heap))


def ready(places: Places, ports: dict[str, int]) -> bool:
    """Say whether the node answers and its indices can be used."""
    try:
        reply = requests.get(
            f"http://{LOOPBACK}:{ports[NAME]}/_cluster/health",
            params={"wait_for_status": "yellow", "timeout": "2s"},
            timeout=5,
            proxies={"http": ""},
        )
    except requests.RequestException:
        return False
    return reply.status_code == requests.codes.ok and reply.json()["status"] in {"yellow", "green"}


def finish(places: Places, ports: dict[str, int]) -> None:
    """Nothing is left to do."""


def _settings(ports: dict[str, int]) -> dict[str, str]:
    """Compose what the node is told; settings of modules that are not there would stop the start."""
    return {
        "cluster.name": "registry",
        "network.host": LOOPBACK,
        "http.port": str(ports[NAME]),
        "transport.port": str(ports["elasticsearch-transport"]),
        "discovery.type": "single-node",
        # loopback only, a page in a browser cannot send it JSON; no accounts keeps the demonstration simple
        "xpack.security.enabled": "false",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "action.destructive_requires_name": "true",
    }


def _progress(stopped: Callable[[], bool]) -> Progress:
    """Say how far the download is, in tenths, and end it when asked to; what arrived is kept."""
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        if stopped():
            raise StackError("The download was stopped", "the next run goes on")
        tenth = done * 10 // total
        if tenth > shown:
            shown = tenth
            print(f"  fetching Elasticsearch: {done >> 20} of {total >> 20} MB", flush=True)

    return show
