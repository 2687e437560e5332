"""How the engine is reached: addresses, credentials, certificates. Its library's exceptions end here.

Messages of faults never hold an address, a credential or a query.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import elastic_transport
import elasticsearch
import orjson
from elasticsearch import serializer

from ckanext.migration.search import privileges
from ckanext.migration.search.config import Address
from ckanext.migration.search.errors import (
    IndexBusy,
    IndexForbidden,
    IndexMissing,
    IndexTooSlow,
    IndexUnavailable,
    IndexUntrusted,
    QuerySyntaxError,
    RequestTooLarge,
    SearchFault,
)

log = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}
_UNANSWERED = "The search engine does not answer"
_BAD_ADDRESS = "The address of the search engine is not valid"
_UNTRUSTED = "The certificate of the search engine is not accepted"
_WHY_UNTRUSTED = re.compile(r"certificate verify failed: ([A-Za-z -]{3,60})")
_OTHER_NODE_MAY_ANSWER = (502, 503)
_REFUSALS: tuple[tuple[int, str, Callable[..., SearchFault], str], ...] = (
    (400, "", QuerySyntaxError, "The search engine did not accept the query"),
    (401, "", IndexForbidden, "The search engine does not accept this portal's account"),
    (403, "security", IndexForbidden, "This portal's account may not do that in the search engine"),
    (404, "index_not_found", IndexMissing, "The search index is missing"),
    (413, "", RequestTooLarge, "The document is too large for the search engine"),
    (429, "circuit", IndexBusy, "The search engine is overloaded"),
    (429, "rejected", IndexBusy, "The search engine is overloaded"),
)
"""HTTP status, what the engine's name for the error has in it, and what it is to us."""


class _AnswerSerializer(serializer.JsonSerializer):
    """Answers, which hold whole datasets, are read by orjson; what is sent is written as ever.

    orjson refuses to read or write half of a surrogate pair, which a partner's record may hold.
    """

    def json_loads(self, data: bytes) -> Any:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return super().json_loads(data)


class Transport:
    """Calls one engine, be it one node or several."""

    def __init__(self, client: elasticsearch.Elasticsearch) -> None:
        self._client = client

    def call(self, method: str, /, **arguments: Any) -> Any:
        """Call a method of the client, ``indices.create`` for example; raise faults of ours only."""
        target: Any = self._client
        for part in method.split("."):
            target = getattr(target, part)
        try:
            return target(**arguments)
        except elasticsearch.ApiError as error:
            raise _refusal(error) from None
        except elastic_transport.ConnectionTimeout as error:
            log.warning("search.engine.too_slow call=%s", method)
            raise IndexTooSlow(_UNANSWERED, detail=type(error).__name__) from None
        except elastic_transport.TlsError as error:
            log.warning("search.engine.untrusted call=%s", method)
            raise _untrusted(error) from None
        except elastic_transport.TransportError as error:
            log.warning("search.engine.unreachable call=%s error=%s", method, type(error).__name__)
            raise IndexUnavailable(_UNANSWERED, detail=type(error).__name__) from None


def connect(address: Address) -> Transport:
    """Return the way to the engine at an address; it must not be shared across a fork."""
    _, user, password = _parts(address.url)
    hosts = [_parts(url)[0] for url in (address.url, *address.nodes)]
    options: dict[str, Any] = {
        "serializer": _AnswerSerializer(),
        "request_timeout": address.timeout,
        # a node that is gone is passed over; all our requests may be repeated without harm
        "max_retries": len(hosts) - 1,
        "retry_on_timeout": False,
        "retry_on_status": _OTHER_NODE_MAY_ANSWER if len(hosts) > 1 else (),
    }
    user, password = user or address.user, password or address.password
    if address.api_key:
        options["api_key"] = address.api_key
    elif user:
        options["basic_auth"] = (user, password or "")
    if address.ca_certs and any(host.startswith("https:") for host in hosts):
        options["ca_certs"] = _readable(address.ca_certs)
    try:
        return Transport(elasticsearch.Elasticsearch(hosts, **options))
    except (ValueError, OSError) as error:
        raise IndexUnavailable(_BAD_ADDRESS, detail=type(error).__name__) from None


def _readable(place: str) -> str:
    """Tell now that the certificates cannot be read; the library would call it a fault of the line."""
    try:
        Path(place).read_bytes()
    except OSError as error:
        raise IndexUntrusted(
            "The file with the search engine's certificate authority cannot be read",
            detail=type(error).__name__,
        ) from None
    return place


def _parts(url: str) -> tuple[str, str | None, str | None]:
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
        return _parts(url)[0]
    except IndexUnavailable:
        return "(not an address)"


def _untrusted(error: elastic_transport.TlsError) -> IndexUntrusted:
    """Say why, in the words of the TLS library: expired, self-signed, another host."""
    said = str(error.message)
    found = _WHY_UNTRUSTED.search(said)
    why = found.group(1).strip().rstrip(",") if found else ""
    if "doesn't match" in said:  # urllib3 compares the names itself and has words of its own
        why = "host name mismatch: it was made for another host"
    return IndexUntrusted(f"{_UNTRUSTED} ({why})" if why else _UNTRUSTED, detail=type(error).__name__)


def _refusal(error: elasticsearch.ApiError) -> SearchFault:
    """Tell our own mistakes and the caller's from the engine's bad days."""
    kind = _kind(error)
    log.warning("search.engine.refused status=%s kind=%s", error.status_code, kind)
    if isinstance(error, elasticsearch.UnsupportedProductError):
        return IndexUnavailable("What answers in the place of the search engine is not Elasticsearch")
    for code, sign, fault, message in _REFUSALS:
        if error.status_code == code and sign in kind:
            lacking = privileges.missing(_reason(error)) if fault is IndexForbidden else ""
            return fault(f"{message}: {lacking}" if lacking else message, detail=kind)
    return IndexUnavailable("The search engine cannot serve the request now", detail=kind)


def _kind(error: elasticsearch.ApiError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    cause = body.get("error")
    if error.status_code == 403 and not body:
        return "security_exception"  # the reply to HEAD has no body, and nothing else refuses that
    if not isinstance(cause, dict):
        return str(error.status_code)
    roots = cause.get("root_cause") or [{}]
    return f"{cause.get('type')}/{roots[0].get('type')}"


def _reason(error: elasticsearch.ApiError) -> str:
    """Return the engine's own words. They name indices and keys: never show them."""
    cause = error.body.get("error") if isinstance(error.body, dict) else None
    return str(cause.get("reason", "")) if isinstance(cause, dict) else ""
