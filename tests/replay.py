"""Portals on the loopback: recorded replies, or records in the form of a portal, served over real HTTP.

`Portal.resolver` makes every host name lead to the portal, so that recorded pages can keep the addresses that
they name; `Portal.asked` says who was asked for what.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Answer:
    """One recorded reply."""

    body: bytes
    media_type: str = "application/octet-stream"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[str, Mapping[str, str]], Answer | None]
MISSING = Answer(b"not here", "text/plain", 404)


@dataclass
class Portal:
    """A running portal; `answering` gets path and query and may be exchanged while it runs."""

    answering: Answering
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resolver(self, host: str, port: int, **_: Any) -> list[Any]:
        """Lead every name here, and note which was looked up."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.port))]

    @property
    def hosts(self) -> set[str]:
        return {host for host, _ in self.asked}


@contextmanager
def serving(answering: Answering) -> Iterator[Portal]:
    """A portal for the length of a test."""
    portal = Portal(answering)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET({"body": self.rfile.read(int(self.headers["Content-Length"])).decode()})

        def do_GET(self, more: Mapping[str, str] = {}) -> None:
            portal.asked.append((self.headers["Host"], self.path))
            parts = urlsplit(self.path)
            answer = portal.answering(parts.path, {**dict(parse_qsl(parts.query)), **more}) or MISSING
            etag = answer.headers.get("ETag")
            if etag and self.headers["If-None-Match"] == etag:
                answer = Answer(b"", answer.media_type, 304, {"ETag": etag})
            portal.statuses.append(answer.status)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    portal.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


def pages(recorded: Mapping[str, Answer]) -> Answering:
    """Replies by path, or by path with its query."""

    def answering(path: str, query: Mapping[str, str]) -> Answer | None:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return recorded.get(f"{path}?{text}" if text else path)

    return answering


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), "application/json;charset=utf-8", status)


def action(result: Any) -> Answer:
    """CKAN's envelope of a success."""
    return json_answer({"help": "", "success": True, "result": result})


def ckan(
    packages: Sequence[Mapping[str, Any]], *, without: Sequence[str] = (), most: int = 1000
) -> Answering:
    """A CKAN portal with these packages; `without` names actions that it does not know."""
    stored = sorted(packages, key=lambda package: str(package.get("id")))

    def answering(path: str, query: Mapping[str, str]) -> Answer | None:  # noqa: PLR0911 - one an action
        name = path.rpartition("/api/3/action/")[2]
        if name in without:
            return json_answer(f"Bad request - Action name not known: {name}", 400)
        if name == "package_search":
            start, rows = int(query.get("start", 0)), min(int(query.get("rows", 10)), most)
            return action({"count": len(stored), "results": stored[start : start + rows]})
        if name == "package_list":
            return action([package["name"] for package in stored])
        if name == "package_show":
            found = [package for package in stored if query["id"] in (package["id"], package["name"])]
            if not found:
                return json_answer({"success": False, "error": {"message": "Not found"}}, 404)
            return action(found[0])
        if name == "current_package_list_with_resources":
            offset, limit = int(query.get("offset", 0)), int(query.get("limit", 1000))
            return action(stored[offset : offset + limit])
        return None

    return answering
