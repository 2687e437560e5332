"""What a partner's reply says: whole and good, come back later, or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from migration_harvesters.errors import SourceRefused, SourceUnavailable

COME_BACK = frozenset({429, 500, 502, 503, 504})
EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: nothing of it is still on the wire. Header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type that the partner claims, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def utc_now() -> datetime:
    """Tell the time, where the caller brings none."""
    return datetime.now(UTC)


def judged(reply: Reply, host: str, now: Callable[[], datetime] = utc_now) -> Reply:
    """Give a good reply back; turn any other into the error that says what to do (HT-19, HT-20)."""
    if 200 <= reply.status < 300:
        return reply
    excerpt = reply.body[:EXCERPT].decode("utf-8", "replace")
    if reply.status in COME_BACK:
        after = retry_after(reply.headers.get("retry-after"), now)
        told = f" and asks to come back in {after:.0f} seconds" if after else ""
        raise SourceUnavailable(
            f"{host} answers with status {reply.status}{told}.",
            status=reply.status,
            retry_after=after,
            detail=excerpt,
        )
    if reply.status in (401, 403):
        raise SourceRefused(
            f"{host} refuses access (status {reply.status}).",
            code="credentials-refused",
            status=reply.status,
            detail=excerpt,
            remedy="Check the credential of the source, or ask the partner for access.",
        )
    raise SourceRefused(
        f"{host} answers with status {reply.status}.",
        code="unexpected-status",
        status=reply.status,
        detail=excerpt,
        remedy="Check the address of the source.",
        body=reply.body,
    )


def refusal(
    code: str, message: str, remedy: str = "Check the address of the source, or tell the partner."
) -> SourceRefused:
    """Make the error for what we do not ask for or do not accept."""
    return SourceRefused(message, code=code, remedy=remedy)


def unexpected(reply: Reply, expected: str) -> SourceRefused:
    """Make the error for a reply that is not what was asked for, such as a page for people (HT-21)."""
    head = reply.body[:EXCERPT].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    page = head.startswith((b"<!doctype html", b"<html")) or b"<html" in head
    what = "a web page for people (perhaps a log-in or maintenance page)" if page else "something else"
    return SourceRefused(
        f"Where {expected} was expected, the partner sent {what}.",
        code="unexpected-content",
        status=reply.status,
        detail=reply.body[:EXCERPT].decode("utf-8", "replace"),
        remedy="Open the address of the source in a browser and compare; nothing was removed.",
    )


def retry_after(value: str | None, now: Callable[[], datetime] = utc_now) -> float | None:
    """Seconds to wait: a number or a date (RFC 9110, 10.2.3); what cannot be read counts as not said."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now()).total_seconds(), 0.0)
