"""Do the addresses in the records answer? Tried politely, kept with time and history.

The harvesters' guarded HTTP asks: no inner address, no endless reply, a pause between two requests to one
host. Only addresses of public datasets are tried: a request tells the host that somebody knows the address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckanext.migration.quality.model import CHECK
from migration_harvesters.errors import HarvestError
from migration_harvesters.http import Http, Limits

FIELDS = ("url", "download_url")
KEPT = 20
"""Checks kept of each address, the newest."""

LIMITS = Limits(connect=10, read=20, total=30, body=65536, attempts=1, gap=1.0)
"""One small request; who sends more than this answers, which is all that is asked."""

_PUBLIC = """
SELECT DISTINCT address FROM (
    SELECT r.url AS address FROM resource r JOIN package p ON p.id = r.package_id
    WHERE r.state = 'active' AND p.state = 'active' AND NOT p.private AND p.type = 'dataset'
    UNION ALL
    SELECT r.extras::jsonb ->> 'download_url' FROM resource r JOIN package p ON p.id = r.package_id
    WHERE r.state = 'active' AND p.state = 'active' AND NOT p.private AND p.type = 'dataset'
) AS every WHERE address ~ '^https?://' ORDER BY address
"""
_CONCERNED = """
SELECT DISTINCT r.package_id FROM resource r JOIN package p ON p.id = r.package_id
WHERE r.state = 'active' AND p.state = 'active' AND p.type = 'dataset'
  AND (r.url = ANY(:urls) OR r.extras::jsonb ->> 'download_url' = ANY(:urls)) ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Check:
    """What one try said."""

    url: str
    answers: bool
    status: int | None = None
    problem: str | None = None


def addresses(package: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a dataset's resources, each once."""
    found = (str(entry.get(name) or "") for entry in package.get("resources") or () for name in FIELDS)
    return list(dict.fromkeys(address for address in found if address))


def due(connection: sa.Connection, older_than: float) -> list[str]:
    """Return the addresses of public datasets that were not tried for so many hours."""
    every = [row.address for row in connection.execute(sa.text(_PUBLIC))]
    age = sa.func.now() - sa.cast(f"{older_than} hours", sa.Interval)
    tried = set(connection.scalars(sa.select(CHECK.c.url).where(CHECK.c.checked_at > age)))
    return [address for address in every if address not in tried]


def ask(http: Http, url: str) -> Check:
    """Try one address; never raises."""
    try:
        reply = http.get(url)
    except HarvestError as error:
        if error.code == "reply-too-large":
            return Check(url, answers=True)
        return Check(url, answers=False, status=getattr(error, "status", None), problem=error.message)
    return Check(url, answers=True, status=reply.status)


def client(*, allow_private: bool) -> Http:
    """Return what asks."""
    return Http(allow_private=allow_private, limits=LIMITS)


def keep(connection: sa.Connection, check: Check) -> None:
    """Keep a check, and the last few before it."""
    values = {"url": check.url, "answers": check.answers, "status": check.status, "problem": check.problem}
    connection.execute(sa.insert(CHECK).values(values))
    same = _digest(CHECK.c.url) == _digest(check.url)
    newest = sa.select(CHECK.c.id).where(same).order_by(CHECK.c.id.desc()).limit(KEPT)
    connection.execute(sa.delete(CHECK).where(same, CHECK.c.id.not_in(newest)))


def answers(connection: sa.Connection, urls: Sequence[str]) -> dict[str, bool]:
    """Return, for the addresses that were tried, whether they answered the last time."""
    return {url: checks[0]["answers"] for url, checks in history(connection, urls).items()}


def datasets(connection: sa.Connection, urls: Sequence[str]) -> list[str]:
    """Return the ids of the active datasets in which some addresses stand."""
    found = connection.execute(sa.text(_CONCERNED), {"urls": list(urls)})
    return [row.package_id for row in found]


def history(connection: sa.Connection, urls: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the checks of some addresses, the newest first."""
    if not urls:
        return {}
    rows = connection.execute(
        sa.select(CHECK)
        .where(_digest(CHECK.c.url).in_([_digest(url) for url in urls]))
        .order_by(CHECK.c.id.desc())
    ).mappings()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["url"], []).append(
            {
                "checked_at": row["checked_at"].isoformat(),
                "answers": row["answers"],
                "status": row["status"],
                "problem": row["problem"],
            }
        )
    return found


def check_all(
    urls: Iterable[str], http: Http, kept: Callable[[Check], None], progress: Callable[[int], None]
) -> int:
    """Try addresses one by one; return how many did not answer. What was tried is kept at once."""
    silent = 0
    for number, url in enumerate(urls, 1):
        check = ask(http, url)
        kept(check)
        silent += not check.answers
        progress(number)
    return silent


def _digest(url: Any) -> sa.ColumnElement[str]:
    return sa.func.md5(url)
