"""A reply that should be JSON, and the names that a partner gives in it."""

from __future__ import annotations

from typing import Any

from migration_harvesters import replies, strict_json
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.replies import Reply

COMPARE = "Open the address of the source in a browser and compare; nothing was removed."
MOST = 500


def parsed(reply: Reply, expected: str) -> Any:
    """Read a reply, or raise SourceRefused: what is not JSON is not an empty list (HT-21)."""
    try:
        return strict_json.parse(reply.body)
    except PayloadError as error:
        refused = replies.unexpected(reply, expected)
        refused.detail = f"{error} {refused.detail}"
        raise refused from error


def not_expected(message: str, code: str = "unexpected-content", detail: str = "") -> SourceRefused:
    """Make the error for JSON that is not what the protocol promises (JS-01 to JS-03)."""
    return SourceRefused(message, code=code, detail=detail, remedy=COMPARE)


def identifier(value: Any) -> str | None:
    """Give an identifier that can be kept: a short text that can be printed, or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    name = value.strip()
    return name if name and name.isprintable() and len(name) <= MOST else None
