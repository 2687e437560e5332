"""Elasticsearch as this project uses it: what is asked of the engine, and what a whole answer is.

Engines are kept per process, because their clients must not be shared across a fork (rebuild-fast, web
workers and job workers fork).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from ckanext.migration.search import exactness, transport
from ckanext.migration.search.config import Address
from ckanext.migration.search.errors import IndexMissing, IndexUnavailable, QuerySyntaxError
from ckanext.migration.search.transport import shown

__all__ = ["Engine", "engine", "shown"]

log = logging.getLogger(__name__)

_INCOMPLETE = "The search engine answered in part only"
_COPIED = 200
"""Documents that the engine copies with one request to itself: some megabytes."""
_NO_INDEX = "index_not_found"


class Engine:
    """One Elasticsearch, of one node or several."""

    def __init__(self, way: transport.Transport) -> None:
        self._way = way
        self._shards: dict[str | None, int] = {}

    def _call(self, method: str, /, **arguments: Any) -> Any:
        return self._way.call(method, **arguments)

    # -- searching ------------------------------------------------------------------------------

    def search(self, index: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Search an alias, or a point in time when ``index`` is None; a partial answer is no answer."""
        arguments = {"from_" if key == "from" else key: value for key, value in body.items()}
        if index is not None:
            arguments |= {"index": index, "preference": exactness.same_copy(body)}
        ask = partial(self._call, "search", allow_partial_search_results=False, search_type=exactness.SCORES)
        answer = _whole(ask(**self._counting(index, arguments)))
        if self._learns(index, answer) and "aggs" in body:
            answer = _whole(ask(**self._counting(index, arguments)))
        return _scored(body, answer)

    def searches(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Make several searches in one request; one that fails fails all."""
        answers = self._searches(index, bodies)
        if self._learns(index, answers[0]) and any("aggs" in body for body in bodies):
            answers = self._searches(index, bodies)
        return [_scored(*pair) for pair in zip(bodies, answers, strict=True)]

    def _searches(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        head = {"allow_partial_search_results": False, "search_type": exactness.SCORES}
        parts = [
            part
            for body in bodies
            for part in ({**head, "preference": exactness.same_copy(body)}, self._counting(index, body))
        ]
        answers = self._call("msearch", index=index, searches=parts).get("responses") or []
        if not answers or len(answers) != len(bodies):
            raise IndexUnavailable(_INCOMPLETE)
        return [_whole(each) for each in answers]

    def _counting(self, index: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask each shard for all its terms, where there are several."""
        return exactness.counting(body) if "aggs" in body and self._shards.get(index, 1) > 1 else body

    def _learns(self, index: str | None, answer: Mapping[str, Any]) -> bool:
        """Remember of how many shards an answer came; True when there are several, unknown before."""
        known, found = self._shards.get(index, 1), int(answer["_shards"]["total"])
        self._shards[index] = found
        return known <= 1 < found

    def open_point_in_time(self, index: str) -> str:
        """Return a frozen view for paging beyond the result window."""
        return str(self._call("open_point_in_time", index=index, keep_alive="2m")["id"])

    def close_point_in_time(self, point: str) -> None:
        """Give the view back; it would end by itself."""
        try:
            self._call("close_point_in_time", id=point)
        except IndexUnavailable:
            log.info("search.engine.point_in_time_left_open")

    def documents(
        self, index: str, ids: Sequence[str], *, excludes: Sequence[str]
    ) -> dict[str, Mapping[str, Any]]:
        """Return ``{id: document}`` as written last, whether or not a search finds it yet.

        Documents that are not there are missing in the answer. Raises ``IndexMissing``.
        """
        answer = self._call("mget", index=index, ids=list(ids), source_excludes=list(excludes))
        found = answer.get("docs")
        if not isinstance(found, list) or len(found) != len(ids):
            raise IndexUnavailable(_INCOMPLETE)
        for problem in (each["error"] for each in found if "error" in each):
            if _NO_INDEX in str(problem.get("type")):
                raise IndexMissing("The search index is missing")
            raise IndexUnavailable(_INCOMPLETE, detail=str(problem.get("type")))
        return {each["_id"]: each["_source"] for each in found if each["found"]}

    # -- writing --------------------------------------------------------------------------------

    def bulk(
        self, operations: Sequence[Mapping[str, Any] | bytes], *, index: str, refresh: bool
    ) -> Sequence[Mapping[str, Any]]:
        """Send operations to an alias; the answers stand in their order. Puts never make an index."""
        answer = self._call("bulk", operations=operations, index=index, refresh=refresh, require_alias=True)
        items = answer.get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) and item for item in items):
            raise IndexUnavailable(_INCOMPLETE)
        return [next(iter(item.values())) for item in items]

    def copy(self, index: str, alias: str, query: Mapping[str, Any]) -> None:
        """Copy documents into the index behind another alias, with their versions; newer ones stay."""
        answer = self._call(
            "reindex",
            source={"index": index, "query": dict(query), "size": _COPIED},
            dest={"index": alias, "version_type": "external"},
            conflicts="proceed",
            require_alias=True,
        )
        if answer.get("failures") or answer.get("timed_out"):
            raise IndexUnavailable(_INCOMPLETE)

    def delete_by_query(self, index: str, query: Mapping[str, Any], *, refresh: bool) -> int:
        """Remove what matches; refreshes first, because only what is searchable can be found."""
        self.refresh(index)
        answer = self._call(
            "delete_by_query", index=index, query=dict(query), refresh=refresh, conflicts="proceed"
        )
        if answer.get("failures") or answer.get("timed_out"):
            raise IndexUnavailable(_INCOMPLETE)
        return int(answer["deleted"])

    def refresh(self, index: str) -> None:
        """Make everything written so far searchable."""
        self._call("indices.refresh", index=index)

    # -- indices --------------------------------------------------------------------------------

    def create(self, index: str, body: Mapping[str, Any], alias: str | None = None) -> bool:
        """Make an index, with its alias at once; False when it is there already."""
        aliases = {alias: {"is_write_index": True}} if alias else {}
        try:
            self._call(
                "indices.create",
                index=index,
                settings=body["settings"],
                mappings=body["mappings"],
                aliases=aliases,
            )
        except QuerySyntaxError:
            if self._call("indices.exists", index=index):
                return False
            raise
        return True

    def exists(self, index: str) -> bool:
        """Whether an index or alias is there."""
        return bool(self._call("indices.exists", index=index))

    def drop(self, index: str) -> None:
        """Delete an index; nothing to do when it is gone."""
        self._call("indices.delete", index=index, ignore_unavailable=True)

    def behind(self, alias: str) -> tuple[str, ...]:
        """Return the indices an alias stands for."""
        if not self._call("indices.exists_alias", name=alias):
            return ()
        return tuple(sorted(self._call("indices.get_alias", name=alias)))

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Return the indices whose names match."""
        return tuple(sorted(self._call("indices.get", index=pattern, features="aliases")))

    def update_aliases(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Change aliases in one step that nobody sees half done."""
        self._call("indices.update_aliases", actions=list(actions))

    def settings(self, index: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a living index."""
        self._call("indices.put_settings", index=index, settings=dict(settings))

    def merge(self, index: str) -> None:
        """Let the engine bring an index that was just filled into one piece a shard; it does so by itself."""
        self._call("indices.forcemerge", index=index, max_num_segments=1, wait_for_completion=False)

    def index_settings(self, index: str) -> Mapping[str, str]:
        """Return the settings of an index, by their full names. Raises ``IndexMissing``."""
        answer = self._call("indices.get_settings", index=index, flat_settings=True)
        return dict(next(iter(answer.values()))["settings"])

    def metas(self, index: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the ``_meta`` part of the mapping of every index that a name stands for."""
        answer = self._call(
            "indices.get",
            index=index,
            features=["aliases", "mappings"],
            filter_path=["*.aliases", "*.mappings._meta"],
        )
        return {name: found.get("mappings", {}).get("_meta", {}) for name, found in answer.items()}

    def fields(self, index: str) -> Mapping[str, Any]:
        """Return the fields of an index's mapping."""
        answer = self._call("indices.get_mapping", index=index)
        return dict(next(iter(answer.values()))["mappings"].get("properties", {})) if answer else {}

    def field_count(self, index: str) -> int:
        """Return how many fields the mapping has."""
        answer = self._call("field_caps", index=index, fields="*")
        return len(answer["fields"])

    def count(self, index: str, query: Mapping[str, Any] | None = None) -> int:
        """How many documents match."""
        return int(self._call("count", index=index, query=dict(query or {"match_all": {}}))["count"])

    def version(self) -> str:
        """Return the engine's own version."""
        return str(self._call("info")["version"]["number"])

    # -- condition ------------------------------------------------------------------------------

    def health(self, index: str) -> Mapping[str, Any]:
        """Return ``status`` (green, yellow, red) and the counts of shards of an index or alias."""
        return dict(self._call("cluster.health", index=index))

    def blocks(self, index: str) -> list[str]:
        """Return the blocks set on an index: what it refuses."""
        answer = self._call("indices.get_settings", index=index, flat_settings=True)
        return sorted(
            name.removeprefix("index.blocks.")
            for each in answer.values()
            for name, value in each["settings"].items()
            if name.startswith("index.blocks.") and value == "true"
        )

    def disks(self) -> dict[str, float]:
        """Return per cent of the disk used, by name of the data node."""
        answer = self._call("cat.allocation", format="json", h="node,disk.percent")
        return {each["node"]: float(each["disk.percent"]) for each in answer if each.get("disk.percent")}

    def lacking(self, cluster: Sequence[str], index: Sequence[str], names: str) -> list[str] | None:
        """Return the privileges that our account lacks; None where the engine has no security."""
        try:
            answer = self._call(
                "security.has_privileges",
                cluster=list(cluster),
                index=[{"names": [names], "privileges": list(index)}],
            )
        except QuerySyntaxError:  # the address exists only with security on
            return None
        held = {**answer["cluster"], **answer["index"][names]}
        return sorted(name for name, has in held.items() if not has)


def _scored(body: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give each hit the score by which it was put in order; changes the answer in place.

    `track_scores` would tell it too, but then the engine computes the score of every hit a second time,
    with all clauses of the query, which takes it as long as finding them.
    """
    place = next((at for at, each in enumerate(body.get("sort", ())) if "_score" in each), None)
    if place is not None and not body.get("track_scores"):
        for hit in answer["hits"]["hits"]:
            hit["_score"] = hit["sort"][place]
    return answer


def _whole(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an answer from every shard; one that tells of less would be taken for the truth."""
    shards = answer.get("_shards") or {}
    # shards that no node holds at the moment are not counted as failed
    incomplete = shards.get("failed") or shards.get("successful") != shards.get("total")
    if answer.get("timed_out") or incomplete or "hits" not in answer:
        log.warning("search.engine.incomplete")
        raise IndexUnavailable(_INCOMPLETE)
    return dict(answer)


def engine(address: Address) -> Engine:
    """Return the engine at an address; the same object as long as the process is the same."""
    return _engine(os.getpid(), address)


@lru_cache(maxsize=16)
def _engine(process: int, address: Address) -> Engine:
    return Engine(transport.connect(address))
