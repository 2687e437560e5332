"""The only module that talks to Elasticsearch: its exceptions end here.

Clients are kept per process, because they must not be shared across a fork (rebuild-fast, web
workers and job workers fork). Messages of faults never hold an address, a credential or a query.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import elastic_transport
import elasticsearch

from ckanext.migration.search.config import Address
from ckanext.migration.search.errors import IndexMissing, IndexTooSlow, IndexUnavailable, QuerySyntaxError

log = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}
_UNANSWERED = "The search engine does not answer"
_INCOMPLETE = "The search engine answered in part only"
_BAD_ADDRESS = "The address of the search engine is not valid"
_CODE_BAD_REQUEST, _CODE_NOT_FOUND = 400, 404


class Engine:
    """One Elasticsearch as this project uses it."""

    def __init__(self, client: elasticsearch.Elasticsearch) -> None:
        self._client = client

    def _call(self, method: str, /, **arguments: Any) -> Any:
        target: Any = self._client
        for part in method.split("."):
            target = getattr(target, part)
        try:
            return target(**arguments)
        except elasticsearch.ApiError as error:
            raise _fault(error) from None
        except elastic_transport.ConnectionTimeout as error:
            log.warning("search.engine.too_slow call=%s", method)
            raise IndexTooSlow(_UNANSWERED, detail=type(error).__name__) from None
        except elastic_transport.TransportError as error:
            log.warning("search.engine.unreachable call=%s error=%s", method, type(error).__name__)
            raise IndexUnavailable(_UNANSWERED, detail=type(error).__name__) from None

    # -- searching ------------------------------------------------------------------------------

    def search(self, index: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Search an alias, or a point in time when ``index`` is None; a partial answer is no answer."""
        arguments = {"from_" if key == "from" else key: value for key, value in body.items()}
        if index is not None:
            arguments["index"] = index
        answer = self._call("search", **arguments)
        if answer.get("timed_out") or answer["_shards"]["failed"]:
            raise IndexUnavailable(_INCOMPLETE)
        return dict(answer)

    def searches(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Make several searches in one request; one that fails fails all."""
        parts = [part for body in bodies for part in ({}, body)]
        answers = self._call("msearch", index=index, searches=parts)["responses"]
        if any("error" in each or each.get("timed_out") or each["_shards"]["failed"] for each in answers):
            log.warning("search.engine.incomplete call=msearch")
            raise IndexUnavailable(_INCOMPLETE)
        return [dict(each) for each in answers]

    def open_point_in_time(self, index: str) -> str:
        """Return a frozen view for paging beyond the result window."""
        return str(self._call("open_point_in_time", index=index, keep_alive="2m")["id"])

    def close_point_in_time(self, point: str) -> None:
        """Give the view back; it would end by itself."""
        try:
            self._call("close_point_in_time", id=point)
        except IndexUnavailable:
            log.info("search.engine.point_in_time_left_open")

    # -- writing --------------------------------------------------------------------------------

    def bulk(
        self, operations: Iterable[Mapping[str, Any]], *, index: str, refresh: bool
    ) -> Sequence[Mapping[str, Any]]:
        """Send operations to an alias; the answers stand in their order. Puts never make an index."""
        answer = self._call(
            "bulk", operations=list(operations), index=index, refresh=refresh, require_alias=True
        )
        return [next(iter(item.values())) for item in answer["items"]]

    def delete_by_query(self, index: str, query: Mapping[str, Any], *, refresh: bool) -> int:
        """Remove what matches; refreshes first, because only what is searchable can be found."""
        self.refresh(index)
        answer = self._call(
            "delete_by_query", index=index, query=dict(query), refresh=refresh, conflicts="proceed"
        )
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

    def meta(self, index: str) -> Mapping[str, Any]:
        """Return the ``_meta`` part of an index's mapping."""
        answer = self._call("indices.get_mapping", index=index)
        return dict(next(iter(answer.values()))["mappings"].get("_meta", {})) if answer else {}

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


def engine(address: Address) -> Engine:
    """Return the engine at an address, with a client of this process."""
    return Engine(_client(os.getpid(), address))


@lru_cache(maxsize=16)
def _client(process: int, address: Address) -> elasticsearch.Elasticsearch:
    host, user, password = _host(address.url)
    user, password = user or address.user, password or address.password
    options: dict[str, Any] = {
        "request_timeout": address.timeout,
        "max_retries": 0,
        "retry_on_timeout": False,
    }
    if address.api_key:
        options["api_key"] = address.api_key
    elif user:
        options["basic_auth"] = (user, password or "")
    if address.ca_certs and host.startswith("https:"):
        options["ca_certs"] = address.ca_certs
    try:
        return elasticsearch.Elasticsearch(host, **options)
    except (ValueError, OSError) as error:
        raise IndexUnavailable(_BAD_ADDRESS, detail=type(error).__name__) from None


def _host(url: str) -> tuple[str, str | None, str | None]:
    """Address with its port, and the credentials that stood in it (CKAN puts them there quoted)."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise IndexUnavailable(_BAD_ADDRESS) from None
    if not parts.hostname:
        raise IndexUnavailable(_BAD_ADDRESS)
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user = unquote_plus(parts.username) if parts.username else None
    password = unquote_plus(parts.password) if parts.password else None
    return f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}", user, password


def shown(url: str) -> str:
    """Return an address for messages of CKAN that print it: without credentials."""
    try:
        return _host(url)[0]
    except IndexUnavailable:
        return "(not an address)"


def _fault(error: elasticsearch.ApiError) -> Exception:
    """Tell our own mistakes and the caller's from the engine's bad days."""
    kind = _kind(error)
    log.warning("search.engine.refused status=%s kind=%s", error.status_code, kind)
    if error.status_code == _CODE_NOT_FOUND and "index_not_found" in kind:
        return IndexMissing("The search index is missing", detail=kind)
    if error.status_code == _CODE_BAD_REQUEST:
        return QuerySyntaxError("The search engine did not accept the query")
    return IndexUnavailable("The search engine cannot serve the request now", detail=kind)


def _kind(error: elasticsearch.ApiError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    cause = body.get("error")
    if not isinstance(cause, dict):
        return str(error.status_code)
    roots = cause.get("root_cause") or [{}]
    return f"{cause.get('type')}/{roots[0].get('type')}"
