"""`make test`: our own tests and the suites of others, in lanes side by side, with one closing line."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migration_stack import ckan, lane_plugin, lanes, services, settings, suites
from migration_stack.errors import StackError
from migration_stack.places import Places
from migration_stack.runs import browser, watched
from migration_stack.tally import Tally

PURE = ("unit", "contract", "architecture")
WITH_SERVICES = ("browser", "external", "integration")
"""The longest files first: what is begun last should be short."""
NO_TESTS = 5
WITHOUT_CKAN = ("-p", "no:ckan", "-p", "no:ckan_fixtures")
IN_LANES = ("--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart=0")
ALWAYS = ("--durations=10", "--timeout=600", "--continue-on-collection-errors")


@dataclass(slots=True)
class Run:
    """One `make test`: what it counted so far, by the part it belongs to."""

    places: Places
    counted: list[tuple[str, Tally]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def pytest(self, title: str, words: Sequence[str], variables: Mapping[str, str], name: str) -> None:
        """Run pytest and count; `name` is that of its report."""
        report = self.places.home / "reports" / f"{name}.xml"
        report.parent.mkdir(exist_ok=True)
        report.unlink(missing_ok=True)
        print(f"\n{title}", flush=True)
        command = [sys.executable, "-P", "-m", "pytest", f"--junit-xml={report}", *words]
        code = watched(command, self.places.project, variables)
        tally = Tally.read(report) if report.exists() else Tally(errors=int(code != NO_TESTS))
        self.codes.append(code)
        self.counted.append((title, tally))

    def expect(self, least: int) -> None:
        """Let the run fail when fewer tests passed in its last part."""
        title, tally = self.counted[-1]
        if tally.passed < least:
            tally.errors += 1
            tally.wrong.append(f"ERROR {title} - {tally.passed} tests passed, at least {least} were expected")
            self.codes.append(1)

    def left_out(self, title: str, reason: str) -> None:
        """Count a part that could not run as one skipped test."""
        print(f"\n{title}: left out, {reason}", flush=True)
        self.counted.append((f"{title}: left out, {reason}", Tally(skipped=1)))

    def broke_off(self, problem: StackError) -> None:
        """Say why the rest cannot run; the closing line must not look as if all had been well."""
        print(f"registry: {problem}", file=sys.stderr)
        self.counted.append(("what could not be started", Tally(errors=1)))
        self.codes.append(1)

    def close(self, seconds: float) -> int:
        """Print what each part counted, what went wrong and the closing line; return the exit code."""
        whole = Tally()
        for _title, tally in self.counted:
            whole.add(tally)
        if len(self.counted) > 1:
            print("\n" + " all parts ".center(80, "="))
            for title, tally in self.counted:
                print(f"{title}: {tally.words()}")
            print(*whole.wrong, sep="\n", end="\n" if whole.wrong else "")
        print(whole.line(seconds), flush=True)
        return int(any(code not in {0, NO_TESTS} for code in self.codes) or not whole.passed)


def everything(places: Places, *, fast: bool = False) -> int:
    """Run all tests, or only those without services; the exit code is 0 only when all ended well."""
    places.prepare()
    begun = time.monotonic()
    run = Run(places)
    count = lanes.wanted()
    words = [*WITHOUT_CKAN, *ALWAYS, *(["-m", "not slow"] if fast else []), *_laned(count)]
    run.pytest("Tests without services", [*words, *_folders(places, PURE)], ckan.environment(), "unit")
    if not fast:
        try:
            with services.session(places, any_port=True) as addresses:
                _with_services(run, addresses, count)
        except StackError as problem:
            run.broke_off(problem)
    return run.close(time.monotonic() - begun)


def selection(places: Places, words: Sequence[str]) -> int:
    """Run what a developer names, in one process, so that its output and `--pdb` are there."""
    places.prepare()
    begun = time.monotonic()
    run = Run(places)
    folders = {Path(word.partition("::")[0]).parts[1:2] for word in words if word.startswith("tests/")}
    if folders and folders <= {(name,) for name in PURE}:
        run.pytest("Selection", [*WITHOUT_CKAN, *ALWAYS, *words], ckan.environment(), "selection")
        return run.close(time.monotonic() - begun)
    if ("browser",) in folders or not folders:
        browser(places)
    with services.session(places, any_port=True) as addresses:
        base = places.project / "tests" / "test.ini"
        with lanes.opened(places, addresses, base, 1, keep=True) as opened:
            options = [*ALWAYS, f"--ckan-ini={opened[0].ini}"]
            run.pytest("Selection", [*options, *words], ckan.environment(), "selection")
    return run.close(time.monotonic() - begun)


def others(places: Places, name: str, words: Sequence[str]) -> int:
    """Run the suites of others alone, or one of them by name, narrowed by words for pytest."""
    chosen = [suite for suite in suites.ALL if name in {"", suite.name}]
    if not chosen:
        known = ", ".join(suite.name for suite in suites.ALL)
        raise StackError(f"There is no suite {name}", f"name one of {known}")
    places.prepare()
    begun = time.monotonic()
    run = Run(places)
    with services.session(places, any_port=True) as addresses:
        for suite in chosen:
            _judged(run, addresses, suite, lanes.wanted(), words)
    return run.close(time.monotonic() - begun)


def _with_services(run: Run, addresses: settings.Addresses, count: int) -> None:
    """Run what needs CKAN and the servers, never on the demonstration's data."""
    found = _folders(run.places, WITH_SERVICES)
    if not found:
        return
    browser(run.places)
    base = run.places.project / "tests" / "test.ini"
    with lanes.opened(run.places, addresses, base, count) as opened:
        words = [*ALWAYS, *_laned(count), *found]
        run.pytest("Tests with services", words, _environment(opened), "integration")
    for suite in suites.SEARCHING:
        _judged(run, addresses, suite, count)


def _judged(
    run: Run, addresses: settings.Addresses, suite: suites.Suite, count: int, words: Sequence[str] = ()
) -> None:
    """Run a suite of others; only failures that were named beforehand are let pass."""
    beside = suites.beside(run.places, suite)
    if suite.needs and beside is None:
        run.left_out(
            suite.title, f"{', '.join(suite.needs)} cannot be installed: see .registry/logs/suites.log"
        )
        return
    folder = run.places.project / "tests" / "external" / "suites"
    path = {"PYTHONPATH": os.pathsep.join(str(part) for part in (folder, beside) if part)}
    count = min(count, suite.most_lanes)
    base = folder / f"{suite.name}.ini"
    with lanes.opened(run.places, addresses, base, count, variables=path, storage=False) as opened:
        options = ["-c", str(folder / "pytest.ini"), f"--rootdir={run.places.project}", "--durations=10"]
        options += ["-p", "judge", f"--judged-suite={suite.name}", *_laned(count)]
        found = suites.words(words, suite, beside)
        run.pytest(suite.title, [*options, *found], {**_environment(opened), **path}, suite.name)
    if not words:
        run.expect(suite.least)


def _laned(count: int) -> list[str]:
    return ["-p", "migration_stack.lane_plugin", "-n", str(count), *IN_LANES]


def _environment(opened: Sequence[lanes.Lane]) -> dict[str, str]:
    return {
        **ckan.environment(),
        lane_plugin.VARIABLE: os.pathsep.join(str(lane.ini) for lane in opened),
    }


def _folders(places: Places, names: Sequence[str]) -> list[str]:
    """Return those folders of tests/ in which there are tests."""
    tests = places.project / "tests"
    return [f"tests/{name}" for name in names if any((tests / name).rglob("test_*.py"))]
