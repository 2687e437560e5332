"""A test run ends with everything it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from migration_stack import lanes, runs
from migration_stack.errors import StackError

HELPER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, file=open(sys.argv[1], "w"), flush=True)
{then}
"""


def test_the_exit_code_is_passed_on_and_leftovers_are_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-c", HELPER.format(then="sys.exit(3)"), str(note)]
    assert runs.watched(command, tmp_path, dict(os.environ)) == 3
    assert _gone(int(note.read_text()))


def test_an_interrupted_run_leaves_no_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    inner = [sys.executable, "-c", HELPER.format(then="time.sleep(600)"), str(note)]
    script = "import os, pathlib; from migration_stack import runs; "
    script += f"runs.watched({inner!r}, pathlib.Path('.'), os.environ)"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.DEVNULL)
    while not (note.exists() and note.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    assert _gone(int(note.read_text()))


@pytest.mark.parametrize("text", ["0", "9", "two", "-1"])
def test_a_nonsensical_number_of_lanes_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANES", text)
    with pytest.raises(StackError, match="from 1 to 8"):
        lanes.wanted()


def test_lanes_are_as_many_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANES", "3")
    assert lanes.wanted() == 3
    monkeypatch.setenv("LANES", "")
    assert 1 <= lanes.wanted() <= 4


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False
