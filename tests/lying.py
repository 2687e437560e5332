"""Something between the registry and its engine that answers in the engine's place, truly or not."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

Change = Callable[[dict[str, Any]], dict[str, Any]]
PRODUCT = {"X-Elastic-Product": "Elasticsearch"}


@dataclass(frozen=True)
class Lie:
    """What is answered to requests whose path has ``part`` in it: ``body``, or the truth changed."""

    part: str
    status: int = 200
    body: Any = None
    change: Change | None = None
    headers: dict[str, str] = field(default_factory=lambda: PRODUCT)
    longest: int | None = None
    """Only requests with more bytes than this are lied to."""


@dataclass
class Between:
    """Passes requests on to ``engine`` unless there is a lie for them."""

    engine: str
    url: str = ""
    lie: Lie | None = None
    requests: list[tuple[str, int]] = field(default_factory=list)

    @contextlib.contextmanager
    def telling(self, lie: Lie) -> Iterator[None]:
        self.lie = lie
        self.requests.clear()
        try:
            yield
        finally:
            self.lie = None

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, Any]:
        self.requests.append((path, len(body)))
        lie = self.lie
        if lie and (lie.part not in path or len(body) <= (lie.longest or 0)):
            lie = None
        if lie and not lie.change:
            text = lie.body if isinstance(lie.body, str) else json.dumps(lie.body)
            return lie.status, text.encode(), {"Content-Type": "application/json", **lie.headers}
        found = requests.request(method, self.engine + path, data=body, headers=headers, timeout=30)
        content = found.content
        if lie and lie.change:
            content = json.dumps(lie.change(found.json())).encode()
        kept = {name: found.headers[name] for name in ("Content-Type", *PRODUCT) if name in found.headers}
        return found.status_code, content, kept


@contextlib.contextmanager
def between(engine: str) -> Iterator[Between]:
    made = Between(engine.rstrip("/"))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            wanted = ("content-type", "accept")
            kept = {name: value for name, value in self.headers.items() if name.lower() in wanted}
            status, content, headers = made.answer(self.command, self.path, body, kept)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 - names of the base class

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
