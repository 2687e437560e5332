"""One Elasticsearch process: its files, its settings, its start. Tests start nodes of their own with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from migration_stack import processes
from migration_stack.places import Account, Places

# without the second compiler the node starts with half the work; some thousand datasets do not need it
FAST_START = "-XX:TieredStopAtLevel=1"
# Java's options for a node that has more to do (empty: Java's own choice), see benchmarks/README.md
OPTIONS = "ELASTICSEARCH_JAVA_OPTS"


@dataclass(frozen=True, slots=True)
class Node:
    """What a node is made of."""

    name: str
    """Of its process, and of its log in `logs/`."""
    program: Path
    java: Path
    data: Path
    """Its own folder: configuration, index, logs."""
    settings: Mapping[str, str]
    """What stands in elasticsearch.yml besides the paths."""
    heap: str = "512m"


def start(places: Places, account: Account, node: Node) -> psutil.Process:
    """Write the configuration and start the process; it is not ready yet when this returns."""
    configuration, temporary = node.data / "config", node.data / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    for folder in (configuration, node.data / "index", node.data / "logs", temporary):
        folder.mkdir(parents=True, exist_ok=True)
    node.data.chmod(0o700)
    for name in ("jvm.options", "log4j2.properties"):
        shutil.copyfile(node.program / "config" / name, configuration / name)
    settings = {
        "node.name": node.name,
        "path.data": str(node.data / "index"),
        "path.logs": str(node.data / "logs"),
        **node.settings,
    }
    text = "".join(f"{name}: {value}\n" for name, value in settings.items())
    (configuration / "elasticsearch.yml").write_text(text, "utf-8")
    account.own(node.data)
    return processes.start(
        places,
        node.name,
        _command(node),
        environment={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(temporary),
            "LANG": "C.UTF-8",
            "CLI_NAME": "server",
            "CLI_JAVA_OPTS": FAST_START,
            "CLI_LIBS": "lib/tools/server-cli",
            "ES_DISTRIBUTION_TYPE": "zip",
            "ES_HOME": str(node.program),
            "ES_PATH_CONF": str(configuration),
            "ES_TMPDIR": str(temporary),
            "ES_JAVA_HOME": str(node.java),
            # the launcher of newer releases wants to be told what their shell script finds out
            "JAVA": str(node.java / "bin" / "java"),
            "JAVA_TYPE": "ES_JAVA_HOME",
            "ES_JAVA_OPTS": f"-Xms{node.heap} -Xmx{node.heap} {os.environ.get(OPTIONS, FAST_START)}",
        },
        account=account,
        folder=node.program,
    )


def _command(node: Node) -> list[str | Path]:
    """Return what ``bin/elasticsearch`` runs, which this distribution lacks; newer ones have a launcher."""
    launcher = node.program / "lib" / "tools" / "server-launcher"
    if not launcher.is_dir():
        return ["bash", node.program / "bin" / "elasticsearch-cli"]
    java = node.java / "bin" / "java"
    return [java, "-Xmx64m", "-cp", f"{launcher}/*", "org.elasticsearch.server.launcher.ServerLauncher"]
