"""The closing count of `make test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from migration_stack import suites, testing
from migration_stack.places import Places
from migration_stack.tally import Tally


@pytest.mark.parametrize(("passed", "code"), [(4, 0), (3, 1)])
def test_a_part_that_lost_tests_fails_the_run(
    tmp_path: Path, passed: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    run = testing.Run(Places(tmp_path))
    run.counted.append(("a suite, its own tests", Tally(passed=passed)))
    run.expect(4)
    assert run.close(1.0) == code
    assert f"{passed} passed" in capsys.readouterr().out


def test_the_parts_of_each_run_judge_by_the_same_exceptions() -> None:
    for part in suites.SEARCHING:
        whole = next(suite for suite in suites.ALL if suite.name == part.name)
        assert part.least < whole.least
        assert all(folder.startswith(whole.folders) for folder in part.folders)
        assert not part.needs, "`make test` judges without what has to be installed besides"
