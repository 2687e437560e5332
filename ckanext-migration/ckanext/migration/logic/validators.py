"""Validators of single values, named in ``migration_schemas/presets.yaml``.

They guard the form of a value (a known code, a real date, an address that a browser may open); whether a
record is complete enough to be published is the profile's business. Each accepts an empty value: a draft may
be incomplete.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk

from ckanext.migration.logic import publishing
from ckanext.migration.logic.multilingual import (
    migration_list_output,
    migration_translated,
    migration_translated_output,
    migration_translated_tags,
)
from ckanext.migration.logic.values import Field, several, single
from migration_schemas import agencies, measures
from migration_vocabularies import get as vocabulary

__all__ = [
    "migration_box",
    "migration_checksum",
    "migration_concept",
    "migration_concepts",
    "migration_date",
    "migration_decimal",
    "migration_duration",
    "migration_email",
    "migration_iati",
    "migration_integer",
    "migration_list_output",
    "migration_publishable",
    "migration_ror",
    "migration_text",
    "migration_texts",
    "migration_translated",
    "migration_translated_output",
    "migration_translated_tags",
    "migration_url",
    "migration_urls",
]

DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
EMAIL = re.compile(r"^[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+$")
SCHEMES = ("http", "https")

migration_publishable = publishing.publishable


def _concept(value: str, field: Field) -> str:
    """Return the code of a term; a label or IRI of the vocabulary is understood when it names exactly one."""
    terms = vocabulary(field["vocabulary"])
    if value in terms:
        return value
    found = terms.match(value)
    if found is not None and found.confidence >= 1:
        return str(found.concept.code)
    if field.get("open"):
        return value
    problem = tk._("“{value}” is not a term of the list “{list}”.").format(
        value=value[:80], list=terms.title(publishing.language())
    )
    raise tk.Invalid(f"{problem} {publishing.nearest(field['vocabulary'], value)}".strip())


def _text(value: str, field: Field) -> str:
    return value


def _date(value: str, field: Field) -> str:
    """Return a year, a month or a day; a time of day is dropped, because the profile keeps dates."""
    text = value[:10] if re.match(r"^\d{4}-\d{2}-\d{2}[T ]", value) else value
    match = DATE.match(text)
    problem = tk._("“{value}” is not a date. Write a year, a month or a day: 2024, 2024-03 or 2024-03-31.")
    if match is None:
        raise tk.Invalid(problem.format(value=value[:40]))
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError as error:
        raise tk.Invalid(problem.format(value=value[:40])) from error
    return text


def _integer(value: str, field: Field) -> int:
    try:
        number = int(value)
    except ValueError as error:
        raise tk.Invalid(tk._("“{value}” is not a whole number.").format(value=value[:40])) from error
    _bounded(number, field)
    return number


def _bounded(number: float, field: Field) -> None:
    low, high = field.get("minimum"), field.get("maximum")
    if (low is not None and number < low) or (high is not None and number > high):
        if high is None:
            raise tk.Invalid(tk._("The number must be {low} or more.").format(low=low))
        raise tk.Invalid(tk._("The number must lie between {low} and {high}.").format(low=low, high=high))


def _decimal(value: str, field: Field) -> int | float:
    """Return a number; a comma before the decimals is understood."""
    number = measures.number(value.replace(",", ".") if value.count(",") == 1 else value)
    if isinstance(number, str):
        raise tk.Invalid(tk._("“{value}” is not a number.").format(value=value[:40]))
    _bounded(number, field)
    return number


def _duration(value: str, field: Field) -> str:
    if not measures.DURATION.fullmatch(value.upper()):
        message = tk._(
            "“{value}” is not a duration. Write P3M for three months, P1Y for a year, P0D for none."
        )
        raise tk.Invalid(message.format(value=value[:40]))
    return value.upper()


def _checksum(value: str, field: Field) -> str:
    if not measures.HEX.fullmatch(value):
        raise tk.Invalid(tk._("“{value}” is not a checksum.").format(value=value[:40]))
    return value


def _box(value: str, field: Field) -> str:
    text = " ".join(value.replace(",", " ").split())
    if not measures.is_box(text):
        message = tk._("“{value}” is not an extent. Write west, south, east and north in degrees.")
        raise tk.Invalid(message.format(value=value[:80]))
    return text


def _url(value: str, field: Field) -> str:
    """Return an address that a link may carry: http or https, with a host (threats XS-01)."""
    try:
        parts = urlsplit(value)
        good = (
            parts.scheme.lower() in SCHEMES
            and bool(parts.hostname)
            and not re.search(r"[\s<>\"{}|\\^`]", value)
        )
    except ValueError:
        good = False
    if not good:
        raise tk.Invalid(
            tk._("“{value}” is not a web address. It begins with https:// or http://.").format(
                value=value[:80]
            )
        )
    return value


def _email(value: str, field: Field) -> str:
    address = value.removeprefix("mailto:")
    if not EMAIL.match(address):
        raise tk.Invalid(tk._("“{value}” is not an e-mail address.").format(value=value[:80]))
    return address


def _ror(value: str, field: Field) -> str:
    """Return the address in ROR, from the address or the bare nine characters."""
    found = agencies.ror(value)
    if found is None:
        message = tk._(
            "“{value}” is not a ROR identifier. It looks like https://ror.org/03yrm5c26; its last two digits"
            " check the others, so one wrong character is enough."
        )
        raise tk.Invalid(message.format(value=value[:80]))
    return found


def _iati(value: str, field: Field) -> str:
    found = agencies.iati(value)
    if found is None:
        message = tk._(
            "“{value}” is not an IATI organisation identifier. Write the list of registration, a hyphen and"
            " the code: XM-DAC-47066."
        )
        raise tk.Invalid(message.format(value=value[:80]))
    return found


migration_box = single(_box)
migration_checksum = single(_checksum)
migration_decimal = single(_decimal)
migration_duration = single(_duration)
migration_concept = single(_concept)
migration_text = single(_text)
migration_date = single(_date)
migration_integer = single(_integer)
migration_ror = single(_ror)
migration_iati = single(_iati)
migration_url = single(_url, keepable=False)
migration_email = single(_email)
migration_concepts = several(_concept)
migration_texts = several(_text)
migration_urls = several(_url, keepable=False)
