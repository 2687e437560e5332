"""The same answer from one shard and from several, from one copy and from another.

Scores: the engine gathers the frequencies of words from all shards first (one request more; where there is
one shard it leaves that out by itself). Counts: each shard tells all its terms, not only its most frequent
ones. Pages: one search always asks the same copy, because copies differ by what was deleted in them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

SCORES = "dfs_query_then_fetch"
ALL_TERMS = 65_000


def counting(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request whose `terms` aggregations, at any depth, are exact over several shards."""
    return {**body, "aggs": {name: _exact(each) for name, each in body["aggs"].items()}}


def same_copy(body: Mapping[str, Any]) -> str:
    """Return the engine's `preference` of a search: the same on each of its pages."""
    asked = {name: body.get(name) for name in ("query", "post_filter", "sort")}
    return f"{zlib.crc32(json.dumps(asked, sort_keys=True, default=str).encode()):08x}"


def _exact(aggregation: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(aggregation)
    if "terms" in found:
        found["terms"] = {**found["terms"], "shard_size": ALL_TERMS}
    if "aggs" in found:
        found["aggs"] = {name: _exact(each) for name, each in found["aggs"].items()}
    return found
