"""The judge of others' suites: named failures pass, and everything unexpected fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUITES = Path(__file__).resolve().parents[2] / "external" / "suites"
NAMED = (
    '[[mine]]\nreason = "needs a file that is not shipped"\ntests = ["ckan/tests/test_a.py::TestA::{name}"]\n'
)
TESTS = """
class TestA:
    def test_good(self): pass
    def test_bad(self): assert False
"""


def judged(folder: Path, exceptions: str, tests: str = TESTS) -> subprocess.CompletedProcess[str]:
    (folder / "ckan" / "tests").mkdir(parents=True)
    (folder / "ckan" / "tests" / "test_a.py").write_text(tests)
    (folder / "exceptions.toml").write_text(exceptions)
    words = ["-m", "pytest", "-p", "no:ckan", "-p", "no:ckan_fixtures", "-p", "judge", "-q", "--rootdir=."]
    words += ["--judged-suite=mine", f"--exceptions={folder / 'exceptions.toml'}", "ckan"]
    environment = {**os.environ, "PYTHONPATH": str(SUITES)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_named_failure_is_let_pass_and_counted(tmp_path: Path) -> None:
    done = judged(tmp_path, NAMED.format(name="test_bad"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 xfailed" in done.stdout


@pytest.mark.parametrize(
    ("exceptions", "tests", "said"),
    [
        pytest.param("", TESTS, "1 failed, 1 passed", id="a failure nobody named"),
        pytest.param(
            NAMED.format(name="test_bad"),
            TESTS.replace("assert False", "pass"),
            "1 failed, 1 passed",
            id="a named one that passes now",
        ),
        pytest.param(
            NAMED.format(name="test_gone"),
            TESTS.replace("assert False", "pass"),
            "test_gone",
            id="a named one that is gone",
        ),
    ],
)
def test_everything_else_fails_the_run(tmp_path: Path, exceptions: str, tests: str, said: str) -> None:
    done = judged(tmp_path, exceptions, tests)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
