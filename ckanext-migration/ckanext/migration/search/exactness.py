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


def scored(body: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give each hit the score by which it was put in order; changes the answer in place.

    `track_scores` would tell it too, but then the engine computes the score of every hit a second time,
    with all clauses of the query, which takes it as long as finding them.
    """
    place = next((at for at, each in enumerate(body.get("sort", ())) if "_score" in each), None)
    if place is not None and not body.get("track_scores"):
        for hit in answer["hits"]["hits"]:
            hit["_score"] = hit["sort"][place]
    return answer


def _exact(aggregation: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(aggregation)
    if "terms" in found:
        found["terms"] = {**found["terms"], "shard_size": ALL_TERMS}
    if "aggs" in found:
        found["aggs"] = {name: _exact(each) for name, each in found["aggs"].items()}
    return found
