"""What the doctor finds: a thing looked at, how it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from ckanext.migration.search import config
from ckanext.migration.search.client import Engine

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: str
    subject: str
    found: str
    remedy: str = ""

    def line(self) -> str:
        """For people."""
        said = f"{self.level:<8} {self.subject}: {self.found}"
        return f"{said}. {self.remedy}" if self.remedy else said

    def as_dict(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    database: sa.Engine
    engine: Engine
    alias: str
    address: config.Address


Check = Callable[[Patient], Iterator[Finding]]
