"""What the engine's words about an index mean: its colour, its blocks, the release that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ckanext.migration.search.client import Engine

RED, YELLOW, GREEN = "red", "yellow", "green"
MEANINGS: Mapping[str, str] = {
    RED: "part of the index is on no node: searches are refused until it is back",
    YELLOW: "everything can be found, but a copy is missing: one more lost node may take searches away",
    GREEN: "every part of the index and every copy is there",
}
REMEDIES: Mapping[str, str] = {
    RED: "Bring the lost nodes back, or rebuild the index.",
    YELLOW: "Look at the nodes; where no more of them are to come, lower ckanext.migration.search.replicas.",
}
DISK_FULL = "read_only_allow_delete"
"""The block that the engine sets above the flood stage of a disk, and lifts below the high watermark."""
_RELEASE = 1_000_000
"""The engine counts versions of index formats so: 8 536 000 is one of 8.x."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``status``: red, yellow or green; shards on nodes and on none; what is refused; which major made it."""

    status: str
    active: int
    unassigned: int
    blocks: tuple[str, ...]
    made_by: int

    def said(self) -> str:
        """For people."""
        return f"{self.status}: {MEANINGS.get(self.status, 'unknown')}"


def read(engine: Engine, index: str) -> Condition:
    """Look at one index. Raises what the engine refuses."""
    health = engine.health(index)
    return Condition(
        str(health["status"]),
        int(health["active_shards"]),
        int(health["unassigned_shards"]),
        tuple(engine.blocks(index)),
        made_by(engine, index),
    )


def made_by(engine: Engine, index: str) -> int:
    """Return the major release of the engine that made an index; a later major opens only the one before."""
    return int(engine.index_settings(index)["index.version.created"]) // _RELEASE


def refused(blocks: Sequence[str]) -> tuple[str, str]:
    """Say that an index takes no documents, and what to do."""
    if DISK_FULL in blocks:
        return (
            f"the engine takes no documents, because a disk is full ({DISK_FULL}): "
            "searches go on, changes wait",
            "Free disk space or add a node; the engine then lifts the block by itself.",
        )
    return (
        f"the engine refuses writes ({', '.join(blocks)})",
        "Somebody set this block: lift it with PUT <index>/_settings.",
    )
