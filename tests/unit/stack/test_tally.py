"""Counting what pytest reports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migration_stack.tally import Tally

TESTS = """
import pytest

@pytest.fixture
def broken_end():
    yield
    raise OSError("cannot clear up")

def test_good(): pass
def test_bad(): assert 1 == 2, "one is not two"
def test_bad_twice(broken_end): assert False
@pytest.mark.skip(reason="no")
def test_left_out(): pass
@pytest.mark.xfail(reason="known", strict=True)
def test_known(): assert False
@pytest.mark.xfail(reason="known", strict=True)
def test_known_passes(): pass
"""


def test_every_outcome_is_counted_and_what_went_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    report = tmp_path / "report.xml"
    words = ["-m", "pytest", "-p", "no:ckan", "-p", "no:ckan_fixtures", "-q", f"--junit-xml={report}"]
    done = subprocess.run(
        [sys.executable, *words, "test_it.py"], cwd=tmp_path, capture_output=True, check=False
    )
    tally = Tally.read(report)
    assert (tally.passed, tally.skipped, tally.xfailed) == (1, 1, 1)
    assert (tally.failed, tally.errors) == (3, 1)
    assert "test_bad - AssertionError: one is not two" in "\n".join(tally.wrong)
    assert len(tally.wrong) == 4
    said = done.stdout.decode().splitlines()[-1]
    assert all(word in said for word in ("3 failed", "1 passed", "1 skipped", "1 xfailed", "1 error"))


def test_the_closing_line_is_as_pytest_writes_it() -> None:
    tally = Tally(failed=1, passed=20)
    tally.add(Tally(passed=2, xfailed=3, errors=2))
    assert " 1 failed, 22 passed, 3 xfailed, 2 errors in 4.50s " in tally.line(4.5)
    assert " no tests ran in 0.00s " in Tally().line(0)
