"""Starting, finding and stopping our processes.

Every process that we start carries a mark in its environment: the folder and its name. A process
is looked for by that mark and never through a pid file, so nothing can point to a stranger's
process, and what a killed run left behind is found again.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from migration_stack.errors import StackError
from migration_stack.places import Account, Places

MARK = "MIGRATION_STACK_PROCESS"


def start(  # noqa: PLR0913 - the parts of one process
    places: Places,
    name: str,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    folder: Path | None = None,
) -> psutil.Process:
    """Start a process that outlives Ctrl-C in the terminal; what it prints goes to `logs/<name>.log`."""
    log_file = places.logs / f"{name}.log"
    owner = account or Account()
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder or places.home,
            env={**(os.environ if environment is None else environment), MARK: places.marker(name)},
            start_new_session=True,
            user=owner.uid if owner.name else None,
            group=owner.gid if owner.name else None,
            extra_groups=[] if owner.name else None,
        )
    process = psutil.Process(child.pid)
    # for a moment after its start a process shows no environment yet, and `find` would not see it
    with contextlib.suppress(psutil.Error):
        while not process.environ() and child.poll() is None:
            time.sleep(0.005)
    return process


def find(places: Places, name: str) -> list[psutil.Process]:
    """Return the running processes of one name, the oldest first."""
    wanted = places.marker(name)
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == wanted and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return sorted(found, key=lambda process: process.create_time())


def stop(places: Places, name: str, *, gentle: int, seconds: float = 10) -> bool:
    """Stop the processes of one name: the signal `gentle` to the first one, after some time force to all."""
    members = find(places, name)
    if not members:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        members[0].send_signal(gentle)
    _, alive = psutil.wait_procs(members, timeout=seconds)
    # descendants that started in the meantime carry the mark too
    for process in {*alive, *find(places, name)}:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    return True


def tail(places: Places, name: str, lines: int = 12) -> str:
    """Return the end of what a process printed, for a person who asks why it stopped."""
    log_file = places.logs / f"{name}.log"
    if not log_file.exists():
        return ""
    return "\n".join(log_file.read_text("utf-8", "replace").splitlines()[-lines:])


def died(places: Places, name: str, title: str) -> StackError:
    """Describe a server that stopped by itself while it was expected to start."""
    reason = next(
        (line for line in reversed(tail(places, name).splitlines()) if line.strip()), "it said nothing"
    )
    return StackError(
        f"{title} stopped while starting ({reason[:200]})", f"see {places.logs / (name + '.log')}"
    )
