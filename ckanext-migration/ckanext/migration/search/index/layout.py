"""How an index lies in the cluster: number of shards, number of copies, time between refreshes.

The settings say what is wanted. Shards are fixed when an index is made (a rebuild makes another one); copies
and refresh are changed on the living one. `auto` copies: one as soon as there is a second data node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.migration.search import config
from ckanext.migration.search.client import Engine

_AUTO = "0-1"
SHARDS = "shards"
"""What only a rebuild changes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Primary shards; copies of each (`auto` or a number); time between two refreshes."""

    shards: int
    replicas: str
    refresh: str

    def settings(self) -> dict[str, Any]:
        """Return it as settings of a new index."""
        return {"number_of_shards": self.shards, **self.changeable()}

    def changeable(self) -> dict[str, Any]:
        """Return the part that a living index takes."""
        copies: dict[str, Any] = {"auto_expand_replicas": _AUTO}
        if self.replicas != config.AUTO:
            copies = {"auto_expand_replicas": "false", "number_of_replicas": int(self.replicas)}
        return {**copies, "refresh_interval": self.refresh}

    def differences(self, living: Layout) -> dict[str, tuple[str, str]]:
        """Return ``{what: (as it is, as it is wanted)}`` where a living index differs."""
        pairs = {
            SHARDS: (str(living.shards), str(self.shards)),
            "replicas": (living.replicas, self.replicas),
            "refresh_interval": (living.refresh, self.refresh),
        }
        return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}


def wanted() -> Layout:
    """Return what the settings ask for. Raises ``SettingInvalid``."""
    return Layout(config.shards(), config.replicas(), config.refresh_interval())


def living(engine: Engine, index: str) -> Layout:
    """Return how an index lies now. Raises ``IndexMissing`` and what else the engine refuses."""
    found: Mapping[str, str] = engine.index_settings(index)
    automatic = found.get("index.auto_expand_replicas", "false") != "false"
    return Layout(
        int(found["index.number_of_shards"]),
        config.AUTO if automatic else found["index.number_of_replicas"],
        found.get("index.refresh_interval", "1s"),
    )


def apply(engine: Engine, index: str) -> dict[str, tuple[str, str]]:
    """Bring a living index where the settings want it; returns what differed (shards stay different)."""
    target = wanted()
    found = target.differences(living(engine, index))
    if set(found) - {SHARDS}:
        engine.settings(index, target.changeable())
    return found
