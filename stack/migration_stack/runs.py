"""One run of pytest: begun so that it can be ended with all it started, and the browser it may need."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from migration_stack.places import Places

PATIENCE = 20
"""Seconds that a run has to clear up after Ctrl-C."""


def watched(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> int:
    """Run a command to its end and return its exit code; nothing that it started outlives it.

    It gets a session of its own: Ctrl-C reaches us alone, and we end its workers in good order.
    """
    process = subprocess.Popen(list(command), cwd=folder, env=dict(variables), start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def browser(places: Places) -> None:
    """Install the browser for tests/browser where we may; without it these tests skip and say so."""
    wanted = any((places.project / "tests" / "browser").glob("test_*.py"))
    if not wanted or shutil.which("chromium") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing chromium for the browser tests", flush=True)
    with (places.logs / "chromium.log").open("w") as log:
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", "-q", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                check=False,
            )
