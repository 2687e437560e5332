"""Single values as partners write them, by the kind that the field list names (`rdf_value`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from migration_harvesters import people, text, urls
from migration_schemas import measures

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*")
_WHOLE = re.compile(r"\d{1,15}")

WORTH_A_NOTE = {
    "iri": "no web address",
    "self": "no web address",
    "date": "not a date that can be read for certain",
    "duration": "not a duration of ISO 8601",
}
"""Kinds whose loss a reader of the report should hear of, and how it is called there."""


def read(kind: str, words: str) -> Any:
    """Read a text as the kind of value; None, or an empty text, if it is none of that kind."""
    return READERS.get(kind, text.line)(words)


def whole(words: str) -> int | None:
    """Read a whole number that is not negative; `1,024` and `12.0` are written by spreadsheets."""
    digits = words.removesuffix(".0").replace(",", "")
    return int(digits) if _WHOLE.fullmatch(digits) else None


def decimal(words: str) -> int | float | None:
    """Read a number."""
    number = measures.number(words)
    return number if isinstance(number, int | float) else None


def media_type(words: str) -> str | None:
    """Read a media type, without its parameters."""
    kind = words.partition(";")[0].strip()
    return kind if _MEDIA_TYPE.fullmatch(kind) else None


READERS: dict[str, Callable[[str], Any]] = {
    "iri": urls.web_link,
    "self": urls.web_link,
    "date": text.day,
    "email": people.mail,
    "count": whole,
    "size": whole,
    "integer": whole,
    "decimal": decimal,
    "duration": lambda words: words if measures.DURATION.fullmatch(words) else None,
    "box": lambda words: words if measures.is_box(words) else None,
    "hex": lambda words: words.lower() if measures.HEX.fullmatch(words) else None,
    "media_type": media_type,
}
