"""When a list was begun, by the partner's clock, and from when on its changes are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from migration_harvesters.errors import SourceRefused
from migration_harvesters.replies import Reply

OVERLAP = timedelta(days=1)
"""Of two lists of changes: no less than the coarsest unit of a partner's dates (a day), and a night, for many
portals show a record under the date of its change only after their nightly index run. What comes twice is
recognised by its content (OA-08)."""
DAY, SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


def begin(since: datetime, form: str = SECOND) -> str:
    """Write the moment from which on changes are asked for."""
    return (since.astimezone(UTC) - OVERLAP).strftime(form)


def told(reply: Reply) -> datetime | None:
    """Read when a reply was made: its `Date`, less the time that it lay in a cache (RFC 9110, RFC 9111)."""
    try:
        made = parsedate_to_datetime(reply.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    age = reply.headers.get("age", "").strip()
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return made - timedelta(seconds=int(age) if age.isascii() and age.isdigit() and len(age) < 9 else 0)


def check(dated: Iterable[str | None], since: datetime) -> None:
    """Refuse a list of changes in which something is older, or not dated: the question was not heeded.

    Raises SourceRefused.
    """
    first = begin(since, DAY)
    if any((said or "")[: len(first)] < first for said in dated):
        raise SourceRefused(
            "The partner was asked for what changed, and also sends what did not.",
            code="changes-not-told",
            remedy="Choose “Read the whole list each time” for this source.",
        )
