"""Servers named from outside: what is said when they cannot be used."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from migration_stack import external, settings
from migration_stack.errors import StackError


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in settings.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def old_engine() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"version": {"number": "7.17.9"}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_nothing_named_means_nothing_asked() -> None:
    external.check()


@pytest.mark.parametrize(
    ("variable", "address", "title"),
    [
        ("DATABASE_URL", "postgresql://me:hush@127.0.0.1:9/registry", "PostgreSQL"),
        ("REDIS_URL", "redis://:hush@127.0.0.1:9/0", "Redis"),
        ("ELASTICSEARCH_URL", "http://me:hush@127.0.0.1:9", "Elasticsearch"),
    ],
)
def test_a_server_that_does_not_answer_is_one_sentence_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str, title: str
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(
        StackError, match=f"{title} at 127.0.0.1:9 cannot be used .*check {variable}"
    ) as caught:
        external.check()
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_old_elasticsearch_is_refused(monkeypatch: pytest.MonkeyPatch, old_engine: str) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", old_engine)
    with pytest.raises(StackError, match=r"Elasticsearch 7\.17\.9 .* too old"):
        external.check()
