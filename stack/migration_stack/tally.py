"""What the test runs counted, read from the reports that pytest writes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

EXPECTED = "pytest.xfail"


@dataclass(slots=True)
class Tally:
    """Numbers of tests, and the names of those that went wrong."""

    failed: int = 0
    passed: int = 0
    skipped: int = 0
    xfailed: int = 0
    errors: int = 0
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, report: Path) -> Tally:
        """Count a JUnit report; a test that went wrong in itself and again in its clearing away is two."""
        found = cls()
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
            kinds = [part.tag for part in case if part.tag in {"failure", "error", "skipped"}]
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            for kind in kinds:
                if kind == "skipped":
                    found._leave_out(case.find("skipped"))
                    continue
                found.failed += kind == "failure"
                found.errors += kind == "error"
                found.wrong.append(f"{'FAILED' if kind == 'failure' else 'ERROR'} {name}{_first(case, kind)}")
            found.passed += not kinds
        return found

    def _leave_out(self, mark: ET.Element | None) -> None:
        if mark is not None and mark.get("type") == EXPECTED:
            self.xfailed += 1
        else:
            self.skipped += 1

    def add(self, other: Tally) -> None:
        """Add the numbers of another run."""
        for name in ("failed", "passed", "skipped", "xfailed", "errors"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong

    def words(self) -> str:
        """Return the counts as pytest says them."""
        counts = (
            (self.failed, "failed"),
            (self.passed, "passed"),
            (self.skipped, "skipped"),
            (self.xfailed, "xfailed"),
            (self.errors, "error" if self.errors == 1 else "errors"),
        )
        return ", ".join(f"{number} {word}" for number, word in counts if number) or "no tests ran"

    def line(self, seconds: float) -> str:
        """Return the closing line in pytest's form."""
        return f" {self.words()} in {seconds:.2f}s ".center(80, "=")


def _first(case: ET.Element, kind: str) -> str:
    """Return the first line of what went wrong, short."""
    part = case.find(kind)
    lines = ((part.get("message") or "") if part is not None else "").splitlines()
    return f" - {lines[0][:160]}" if lines else ""
