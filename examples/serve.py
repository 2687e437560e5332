"""The example partners: four portals with true metadata of public migration datasets, over real HTTP.

One process, nothing but the standard library: ``python examples/serve.py --port 5050`` and look at
http://127.0.0.1:5050/. The records are files under ``portals/`` that a person can read and change while
the server runs; nothing is held in memory between two requests.
"""

from __future__ import annotations

import argparse
import email.utils
import hashlib
import html
import re
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ckan_api import CkanPortal
from dcat_pages import JsonLdPortal, RdfXmlPortal, TurtlePortal
from replies import Portal, Reply

PORTALS_FOLDER = Path(__file__).resolve().parent / "portals"
HOST_HEADER = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def portals(folder: Path = PORTALS_FOLDER) -> dict[str, Portal]:
    """Return the four portals by the name that stands in their address."""
    found: tuple[Portal, ...] = (
        CkanPortal("displacement", "Displacement Data Exchange (example)", folder),
        TurtlePortal("protection", "Protection Data Commons (example)", folder),
        RdfXmlPortal("statistics", "Migration Statistics Library (example)", folder),
        JsonLdPortal("regions", "Regional Migration Observatory (example)", folder),
    )
    return {portal.name: portal for portal in found}


class Handler(BaseHTTPRequestHandler):
    """Route a request to its portal and answer with validators for conditional requests."""

    protocol_version = "HTTP/1.1"
    server_version = "ExamplePartners/1"
    timeout = 30
    portals: dict[str, Portal]
    server: Server

    def do_GET(self) -> None:
        """Answer a GET request."""
        self._answer(self._route())

    def do_HEAD(self) -> None:
        """Answer with the headers that GET would have."""
        self._answer(self._route())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name given by the base class
        """Write the access log only when asked for."""
        if self.server.verbose:
            super().log_message(format, *args)

    def _route(self) -> Reply:
        try:
            address = urlsplit(self.path)
        except ValueError:
            return Reply.text(HTTPStatus.BAD_REQUEST, "This address cannot be read.")
        if address.path == "/":
            return self._index()
        match = re.fullmatch(r"/portal/([a-z-]+)(/.*)?", address.path)
        portal = self.portals.get(match[1]) if match else None
        if match is None or portal is None:
            return Reply.text(HTTPStatus.NOT_FOUND, "No portal here; the list of portals is at /.")
        query = {key: values[-1] for key, values in parse_qs(address.query).items()}
        return portal.answer(match[2] or "/", query, self._base() + "/portal/" + portal.name)

    def _base(self) -> str:
        """Return the address that the client used, so that links lead back through the same door."""
        host = self.headers.get("Host", "")
        if not HOST_HEADER.fullmatch(host):
            host = f"127.0.0.1:{self.server.server_port}"
        return "http://" + host

    def _index(self) -> Reply:
        rows = "".join(
            f'<li><a href="/portal/{portal.name}/">{html.escape(portal.title)}</a>: '
            f"{html.escape(portal.syntax)}, {portal.count()} records</li>"
            for portal in self.portals.values()
        )
        return Reply.page(
            "Example partners",
            "<p>Four portals to harvest from. They describe real public datasets; the portals are not run "
            f"by the publishers of the data, and some records are wrong on purpose.</p><ul>{rows}</ul>",
        )

    def _answer(self, reply: Reply) -> None:
        headers = dict(reply.headers)
        if reply.status == HTTPStatus.OK:
            headers["ETag"] = '"' + hashlib.sha256(reply.body).hexdigest()[:32] + '"'
            if reply.modified:
                headers["Last-Modified"] = email.utils.formatdate(reply.modified, usegmt=True)
            if self._unchanged(headers["ETag"], reply.modified):
                self._send(Reply(HTTPStatus.NOT_MODIFIED, b"", reply.media_type), headers)
                return
        self._send(reply, headers)

    def _unchanged(self, etag: str, modified: float | None) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            return (
                etag in {tag.strip().removeprefix("W/") for tag in known.split(",")} or known.strip() == "*"
            )
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            return int(modified) <= email.utils.parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def _send(self, reply: Reply, headers: dict[str, str]) -> None:
        self.send_response(reply.status)
        if reply.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-cache")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and reply.body:
            self.wfile.write(reply.body)


class Server(ThreadingHTTPServer):
    """A thread a connection; threads die with the process so that stopping never waits for a client."""

    daemon_threads = True
    allow_reuse_address = True
    verbose = False


def make_server(host: str = "127.0.0.1", port: int = 0, folder: Path = PORTALS_FOLDER) -> Server:
    """Return a bound server; port 0 takes a free one."""
    handler = type("PortalHandler", (Handler,), {"portals": portals(folder)})
    return Server((host, port), handler)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="Serve the four example partner portals.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=5050, help="port to listen on (default: 5050)")
    parser.add_argument("--verbose", action="store_true", help="write an access log")
    options = parser.parse_args(arguments)
    try:
        server = make_server(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(
            f"Cannot listen on {options.host}:{options.port} ({error}); choose another --port.",
            file=sys.stderr,
        )
        return 1
    server.verbose = options.verbose
    for number in (signal.SIGINT, signal.SIGTERM):
        # shutdown() waits for the loop to end, so it must not run in the thread of the loop itself.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Example partners: http://{options.host}:{server.server_address[1]}/", flush=True)
    with server:
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
