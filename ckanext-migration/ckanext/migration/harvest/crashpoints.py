"""Places where a test may kill the process, so that "killed at any moment" is tested without luck (FI-01)."""

from __future__ import annotations

import os
import signal

VARIABLE = "MIGRATION_HARVEST_CRASHPOINT"
POINTS = (
    "claimed",
    "page-read",
    "page-staged",
    "page-committed",
    "listing-closed",
    "batch-validated",
    "batch-committed",
    "guard-committed",
    "record-before",
    "record-written",
    "record-committed",
    "retire-written",
    "retire-committed",
    "reconciled",
    "before-close",
    "closed",
)


def crashpoint(name: str) -> None:
    """Kill the process without ceremony when the environment names this place ("name" or "name:nth time")."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    place, _, times = wanted.partition(":")
    if place != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)


_passed: dict[str, int] = {}
