"""Loopback servers with the faults of real ones: tests talk to sockets, not to a stand-in for the client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, "Request"], None]


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


@dataclass
class Server:
    """One listening socket; `handler` writes the raw bytes of the answer."""

    handler: Handler
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                text = b""
                while b"\r\n\r\n" not in text:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    text += piece
                line, *rest = text.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, value in (header.split(": ", 1) for header in rest)}
                body = text.partition(b"\r\n\r\n")[2]
                while len(body) < int(headers.get("content-length", 0)):
                    body += connection.recv(65536)
                request = Request(line, headers, body)
                self.requests.append(request)
                self.handler(connection, request)
            except OSError:
                return


@contextmanager
def serving(handler: Handler) -> Iterator[Server]:
    """A server for the length of a test."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(handler, port=listener.getsockname()[1])
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A well-formed reply."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def always(reply: bytes) -> Handler:
    """The same bytes for every request."""
    return lambda connection, request: connection.sendall(reply)


def in_turn(*replies: bytes) -> Handler:
    """One reply after the other; the last one for ever."""
    waiting = list(replies)
    return lambda connection, request: connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])
