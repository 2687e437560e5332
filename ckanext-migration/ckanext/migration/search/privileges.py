"""The least privileges that our account needs in the engine, and which of them a refusal is about."""

from __future__ import annotations

import re

CLUSTER = ("monitor",)
INDEX = ("manage", "read", "write")
"""On the indices that begin with ``index_prefix`` (docs/operations/search.md)."""
_GRANTED_BY = re.compile(r"granted by the (cluster|index) privileges \[([a-z_,]+)\]")


def missing(reason: str) -> str:
    """Return what an account lacks, from what the engine says; empty where it does not say it."""
    for kind, granting in _GRANTED_BY.findall(reason):
        granted = granting.split(",")
        for name in CLUSTER if kind == "cluster" else INDEX:
            if name in granted:
                return f"the {kind} privilege {name} is missing"
    return ""
