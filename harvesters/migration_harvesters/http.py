"""The one module that opens connections.

urllib3 speaks HTTP; what is added here is what a registry that asks strangers' servers needs and no client
has: the address is judged on the very result that is connected to, redirects are followed hop by hop, the
clock runs over the whole exchange, and a body is measured after it was unpacked. Proxies named in the
environment are not used and no cookie is kept, because neither is set anywhere in this module.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from migration_harvesters import addresses, http_limits, replies, urls
from migration_harvesters.errors import SourceUnavailable
from migration_harvesters.http_limits import ENCODINGS, REDIRECTS, REPEATS, Question
from migration_harvesters.replies import Reply

log = logging.getLogger(__name__)

AGENT = "ckanext-migration-harvester"
CHUNK = 65536

Resolver = Callable[..., list[Any]]
Limits = http_limits.Limits


class Http:
    """Asks one partner, politely and within limits (section A of the threat model, HT-01 to HT-23).

    `allow_private` opens the inner addresses of the host that is asked, not of one that it redirects to.
    """

    def __init__(  # noqa: PLR0913 - everything that tests and callers bring from outside
        self,
        *,
        allow_private: bool = False,
        limits: Limits | None = None,
        agent: str = AGENT,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = socket.getaddrinfo,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = replies.utc_now,
    ) -> None:
        self._allow_private = allow_private
        self._limits = limits or Limits()
        self._agent = agent
        self._tls = tls
        self._resolver = resolver
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._turns: dict[str, float] = {}
        self._turns_lock = threading.Lock()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Fetch one address; a reply with a status of 200 to 299, or a typed error."""
        return self._ask(urls.parse(url, params), Question("GET", None, accept or "*/*"), headers)

    def post(  # noqa: PLR0913 - keywords only
        self,
        url: str,
        body: bytes,
        *,
        media_type: str,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask by POST what changes nothing at the partner, so that it may be asked again; else as `get`."""
        question = Question("POST", body, accept or "*/*", {"Content-Type": media_type})
        return self._ask(urls.parse(url, params), question, headers)

    def _ask(self, target: urls.Target, question: Question, headers: Mapping[str, str] | None) -> Reply:
        attempt = 1
        while True:
            try:
                return self._follow(target, question, dict(headers or {}))
            except SourceUnavailable as error:
                wait = 2.0 ** (attempt - 1) if error.retry_after is None else error.retry_after
                if attempt >= self._limits.attempts or wait > self._limits.longest_wait:
                    raise
                log.info("partner asked again host=%s attempt=%s wait=%.1f", target.host, attempt + 1, wait)
                self._sleep(wait)
                attempt += 1

    def _follow(self, first: urls.Target, question: Question, secrets: dict[str, str]) -> Reply:
        """Follow redirects, judging each hop; secrets stay with their host (HT-04, HT-09, HT-10)."""
        deadline = self._clock() + self._limits.total
        target = first
        for _ in range(self._limits.redirects + 1):
            # Secrets first: a caller cannot change what every request says about itself.
            sent = {
                **secrets,
                "Accept": question.accept,
                **question.headers,
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": self._agent,
            }
            inner = self._allow_private and target.host == first.host
            reply = self._exchange(target, question, sent, inner, deadline)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTS or not location:
                return replies.judged(reply, first.host, self._now)
            if question.body is not None and reply.status not in REPEATS:
                raise replies.refusal(
                    "redirect-refused", f"{first.host} answers a question by POST with a redirect."
                )
            following = urls.follow(target, location)
            if target.scheme == "https" and following.scheme == "http":
                raise replies.refusal("redirect-refused", f"{first.host} redirects from https to http.")
            if following.origin != target.origin:
                secrets = {}
            target = following
        raise replies.refusal("redirect-refused", f"{first.host} redirects too often.")

    def _exchange(
        self, target: urls.Target, asked: Question, headers: Mapping[str, str], inner: bool, deadline: float
    ) -> Reply:
        self._wait_turn(target)
        connection = self._connection(target, inner)
        remaining = max(deadline - self._clock(), 0.001)
        with connection.deadline(remaining) as expired, _named(target.host, expired):
            try:
                connection.request(
                    asked.method,
                    target.path,
                    body=asked.body,
                    headers=headers,
                    preload_content=False,
                    decode_content=True,
                )
                response = connection.getresponse()
                names = {name.lower(): value for name, value in response.headers.items()}
                body = b"".join(self._body(response, target))
            finally:
                connection.close()
            if expired.is_set():
                raise TimeoutError
        return Reply(response.status, target.url, names, body)

    def _connection(self, target: urls.Target, inner: bool) -> GuardedConnection:
        wait = self._limits.read
        connection: GuardedConnection
        if target.scheme == "https":
            context = self._tls or _tls()
            connection = GuardedTLSConnection(target.host, target.port, timeout=wait, ssl_context=context)
        else:
            connection = GuardedConnection(target.host, target.port, timeout=wait)
        connection.arrange(self._resolver, inner, self._limits.connect)
        return connection

    def _body(self, response: urllib3.BaseHTTPResponse, target: urls.Target) -> Iterator[bytes]:
        """Read the unpacked body, piece by piece, up to the limit (HT-17, HT-18)."""
        if response.headers.get("content-encoding", "").strip().lower() not in ENCODINGS:
            raise replies.refusal(
                "content-encoding", f"{target.host} answers in a packing that was not asked for."
            )
        size = 0
        for piece in response.stream(CHUNK, decode_content=True):
            size += len(piece)
            if size > self._limits.body:
                raise replies.refusal(
                    "reply-too-large", f"A reply of {target.host} is larger than {self._limits.body:,} bytes."
                )
            yield piece

    def _wait_turn(self, target: urls.Target) -> None:
        """Keep a gap between two requests to one host (HT-22)."""
        with self._turns_lock:
            now = self._clock()
            turn = max(self._turns.get(target.host, now), now)
            self._turns[target.host] = turn + self._limits.gap
        if turn > now:
            self._sleep(turn - now)


class GuardedConnection(HTTPConnection):
    """A connection that judges the address it connects to, and that can be cut at any moment."""

    _resolver: Resolver
    _inner: bool
    _connect_timeout: float
    _wire: socket.socket | None = None

    def arrange(self, resolver: Resolver, inner: bool, connect_timeout: float) -> None:
        """Say how names are resolved and whether inner addresses are open."""
        self._resolver = resolver
        self._inner = inner
        self._connect_timeout = connect_timeout

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[threading.Event]:
        """Cut the wire after so many seconds, whatever the peer is dripping at that moment (HT-12, HT-13)."""
        expired = threading.Event()

        def cut() -> None:
            expired.set()
            if self._wire is not None:
                _shut(self._wire)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()
            if self._wire is not None:
                self._wire.close()

    def _new_conn(self) -> socket.socket:
        """Resolve once, keep the allowed addresses, connect to one of exactly these (HT-01 to HT-05)."""
        found = self._resolver(self.host, self.port, type=socket.SOCK_STREAM)
        good = [entry for entry in found if addresses.allowed(entry[4][0], allow_private=self._inner)]
        if not good:
            raise replies.refusal(
                "address-refused",
                f"The address of {self.host} is not one on the open internet.",
                "An administrator can allow inner addresses for this source.",
            )
        problem: OSError = OSError("no address")
        for family, kind, protocol, _, address in good:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._connect_timeout)
                sock.connect(address)
                sock.settimeout(float(self.timeout))  # type: ignore[arg-type]
            except OSError as exc:
                sock.close()
                problem = exc
                continue
            # TLS takes the socket over; a second handle of the same connection can still cut it.
            self._wire = sock.dup()
            return sock
        raise problem


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same with TLS: certificate and host name are always checked (HT-11)."""


@contextmanager
def _named(host: str, expired: threading.Event) -> Iterator[None]:
    """Turn what the network and urllib3 raise into errors of ours; nothing of theirs leaves here."""
    try:
        yield
    except ssl.SSLCertVerificationError as exc:
        raise replies.refusal(
            "certificate-refused", f"The certificate of {host} is not valid: {exc.verify_message}."
        ) from exc
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as exc:
        if expired.is_set():
            message = f"{host} sends too slowly: the time for one reply is over."
        elif isinstance(exc, (TimeoutError, urllib3.exceptions.TimeoutError)):
            message = f"{host} does not answer in time."
        elif isinstance(exc, socket.gaierror):
            message = f"The host name {host} is not known."
        elif isinstance(exc, (urllib3.exceptions.ProtocolError, http.client.HTTPException)):
            message = f"{host} broke off in the middle of a reply."
        else:
            message = f"The connection to {host} failed."
        raise SourceUnavailable(message, detail=f"{type(exc).__name__}: {exc}") from exc
    except ValueError as exc:
        raise replies.refusal(
            "request-refused", "The request cannot be sent: a header or address is not valid."
        ) from exc


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _shut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError as exc:
        log.debug("connection was closed already: %s", exc)
