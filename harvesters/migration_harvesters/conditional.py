"""Asking again only for what has changed: `If-None-Match` and `If-Modified-Since` (RFC 9110, section 13).

A list that came with one request, whole, may be asked for on the condition that it has changed since. Where
it came with more, an unchanged first page says nothing about the others, and they are all read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from migration_harvesters.errors import SourceRefused
from migration_harvesters.records import Asks
from migration_harvesters.replies import Reply

NOT_MODIFIED = 304
SETTLED = timedelta(seconds=60)
"""A date of change is in seconds: what changed just before it was asked for may change again within them."""
LONGEST = 1000


class NotModified(Exception):  # noqa: N818 - an answer, not a fault
    """The partner says that the list is what it was when the condition was noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How to ask for the same again; `request` names the question that was answered."""

    request: str
    etag: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, request: str, reply: Reply) -> Condition | None:
        """Take what a reply says about its version; None where it says nothing that proves anything."""
        etag, modified = (_line(reply.headers.get(name)) for name in ("etag", "last-modified"))
        if not etag and not _settled(modified, reply.headers.get("date")):
            return None
        return cls(request=request, etag=etag, modified=modified)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that ask on this condition."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if value}

    def as_dict(self) -> dict[str, str | None]:
        """Put it as it is stored."""
        return asdict(self)


class Conditional:
    """Asks for a partner as `Asks` does, with a condition on the first request if one is known."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._known: Condition | None = None
        self._first: Condition | None = None
        self._requests = 0

    def begin(self, known: Condition | None) -> None:
        """Begin a listing; `known` is what the last whole one noted."""
        self._known, self._first, self._requests = known, None, 0

    @property
    def condition(self) -> Condition | None:
        """What to note of a listing that has ended: nothing if it took more than one request."""
        return self._first if self._requests == 1 else None

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Fetch one address. Raises NotModified where the partner says that nothing changed."""
        self._requests += 1
        if self._requests > 1:
            return self._asks.get(url, params=params, accept=accept, headers=headers)
        request = _named(url, params, accept)
        known = self._known if self._known and self._known.request == request else None
        asked = {**(headers or {}), **(known.headers if known else {})}
        try:
            reply = self._asks.get(url, params=params, accept=accept, headers=asked)
        except SourceRefused as error:
            if known and error.status == NOT_MODIFIED:
                raise NotModified from error
            raise
        self._first = Condition.of(request, reply)
        return reply

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
        """Ask by POST, which has no conditions (RFC 9110, 13.1)."""
        self._requests += 1
        return self._asks.post(
            url, body, media_type=media_type, params=params, accept=accept, headers=headers
        )


def _named(url: str, params: Mapping[str, str] | None, accept: str | None) -> str:
    whole = repr((url, sorted((params or {}).items()), accept))
    return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _line(value: str | None) -> str | None:
    """Return a header that may be sent back as it is: short, printable, in ASCII."""
    text = (value or "").strip()
    return text if text and len(text) <= LONGEST and text.isascii() and text.isprintable() else None


def _settled(modified: str | None, date: str | None) -> bool:
    try:
        return parsedate_to_datetime(date or "") - parsedate_to_datetime(modified or "") >= SETTLED
    except (TypeError, ValueError):
        return False
