"""How the search is: for the command line and for health pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.index import layout, lifecycle
from ckanext.migration.search.upkeep import condition

LATE = 300
"""Seconds after which an undelivered change is a matter for an administrator."""


@dataclass(frozen=True, slots=True)
class State:
    """The engine, the index, the outbox."""

    alias: str
    engine: str | None = None
    index: str | None = None
    documents: int | None = None
    outdated: bool | None = None
    fault: str | None = None
    remedy: str | None = None
    waiting: int = 0
    oldest_seconds: int = 0
    set_aside: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    rebuilding: str | None = None
    shards: int | None = None
    replicas: str | None = None
    refresh_interval: str | None = None
    condition: str | None = None
    """red, yellow or green."""
    blocks: list[str] = field(default_factory=list)
    made_by: int | None = None
    """Major release of the engine that made the index."""
    mapping_version: int | None = None

    @property
    def healthy(self) -> bool:
        """Whether nobody needs to act."""
        calm = self.fault is None and self.set_aside == 0 and self.oldest_seconds < LATE
        return calm and not self.blocks and self.condition != condition.RED

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "healthy": self.healthy}

    def lines(self) -> Iterator[tuple[str, str]]:
        """For people."""
        yield "Elasticsearch", self.engine or "does not answer"
        yield "Index", f"{self.index or 'missing'} (alias {self.alias})"
        if self.documents is not None:
            yield "Documents", str(self.documents)
        if self.condition:
            yield "Condition", f"{self.condition}: {condition.MEANINGS.get(self.condition, '')}"
            yield (
                "Shards",
                f"{self.shards}, replicas {self.replicas}, refreshed every {self.refresh_interval}",
            )
        if self.blocks:
            said, remedy = condition.refused(self.blocks)
            yield "Blocked", f"{said}. {remedy}"
        if self.outdated:
            yield "Mapping", "older than this software: run `ckan migration search rebuild`"
        if self.fault:
            yield "Problem", f"{self.fault}. {self.remedy or ''}".strip()
        yield "Waiting changes", f"{self.waiting} (oldest {self.oldest_seconds} s)"
        yield "Set aside", str(self.set_aside)
        for dataset, problem in self.problems:
            yield f"  {dataset}", problem
        if self.rebuilding:
            yield "Rebuild under way", self.rebuilding


def read(database: sa.Engine, engine: Engine, alias: str) -> State:
    """Look at everything; an outage is a finding, not an error."""
    with database.connect() as connection:
        late = outbox.backlog(connection)
        found: dict[str, Any] = {
            "waiting": late.waiting,
            "oldest_seconds": int(late.oldest_seconds),
            "set_aside": late.set_aside,
            "problems": outbox.problems(connection),
            "rebuilding": outbox.rebuild_target(connection),
        }
    try:
        found["engine"] = engine.version()
        found |= _of_index(engine, alias)
        found["documents"] = engine.count(alias)
        lifecycle.check_writable(engine, alias)
    except SearchFault as fault:
        found["fault"], found["remedy"] = fault.message, fault.remedy
    return State(alias=alias, **found)


def _of_index(engine: Engine, alias: str) -> dict[str, Any]:
    """Look at the index behind the alias, also where it cannot be searched."""
    index, lies = lifecycle.current(engine, alias), layout.living(engine, alias)
    how = condition.read(engine, alias)
    return {
        "index": index,
        "outdated": lifecycle.is_outdated(engine, alias),
        "mapping_version": lifecycle.mapping_version(engine, alias),
        "shards": lies.shards,
        "replicas": lies.replicas,
        "refresh_interval": lies.refresh,
        "condition": how.status,
        "blocks": list(how.blocks),
        "made_by": how.made_by,
    }
