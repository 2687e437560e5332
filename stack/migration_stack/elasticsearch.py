"""Elasticsearch: one node, loopback only."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
import requests

from migration_stack import java, processes, programs
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
# without the second compiler the node starts with half the work; some thousand datasets do not need it
FAST_START = "-XX:TieredStopAtLevel=1"


def prepare(places: Places, stopped: Callable[[], bool]) -> None:
    """Fetch the programs if they are missing; that may take minutes, so it can be stopped."""
    java.home()
    programs.elasticsearch(places, _progress(stopped))


def start(places: Places, account: Account, ports: dict[str, int]) -> None:
    """Write the configuration and start the node."""
    home = java.home()
    program = programs.elasticsearch(places)
    data = places.data / NAME
    configuration = data / "config"
    temporary = data / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    for folder in (configuration, data / "index", data / "logs", temporary):
        folder.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    for name in ("jvm.options", "log4j2.properties"):
        shutil.copyfile(program / "config" / name, configuration / name)
    (configuration / "elasticsearch.yml").write_text("".join(_settings(data, ports)), "utf-8")
    account.own(data)
    heap = "1g" if psutil.virtual_memory().total > LARGE else "512m"
    processes.start(
        places,
        NAME,
        ["bash", program / "bin" / "elasticsearch-cli"],
        environment={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(temporary),
            "LANG": "C.UTF-8",
            "CLI_NAME": "server",
            "CLI_JAVA_OPTS": FAST_START,
            "CLI_LIBS": "lib/tools/server-cli",
            "ES_DISTRIBUTION_TYPE": "zip",
            "ES_HOME": str(program),
            "ES_PATH_CONF": str(configuration),
            "ES_TMPDIR": str(temporary),
            "ES_JAVA_HOME": str(home),
            "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap} {FAST_START}",
        },
        account=account,
        folder=temporary,
    )


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


def _settings(data: Path, ports: dict[str, int]) -> Iterable[str]:
    """Compose elasticsearch.yml; settings of modules that this distribution lacks would stop the start."""
    yield "cluster.name: registry\nnode.name: registry\n"
    yield f"path.data: {data / 'index'}\npath.logs: {data / 'logs'}\n"
    yield f"network.host: {LOOPBACK}\nhttp.port: {ports[NAME]}\n"
    yield f"transport.port: {ports['elasticsearch-transport']}\n"
    yield "discovery.type: single-node\n"
    # loopback only, and a page in a browser cannot send it JSON; no accounts keeps the demonstration simple
    yield "xpack.security.enabled: false\n"
    yield "cluster.routing.allocation.disk.threshold_enabled: false\n"
    yield "action.destructive_requires_name: true\n"


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
