"""The definition passport in the reader's words: one row an aspect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.units import format_unit

import migration_schemas
from ckanext.migration import shared
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import words
from migration_schemas.passport import Aspect, load, passport
from migration_vocabularies import get as vocabulary

UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
LENGTH = {"day": 10, "month": 7}
FIRST = ("kind", "criterion", "minimum-stay", "population", "source")
"""What the dataset page shows even where it is not stated: what a reader must ask before comparing."""


def rows(package: Mapping[str, Any], lang: str = "") -> list[dict[str, Any]]:
    """Return every aspect with ``aspect``, ``label`` and ``values`` (``code``, ``label``, ``help``)."""
    lang = lang or language()
    found = passport(shared.as_record(package))
    return [
        {
            "aspect": aspect.name,
            "label": aspect.label(lang),
            "values": [_value(aspect, code, lang) for code in found.of(aspect.name)],
        }
        for aspect in load().aspects
    ]


def card(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the dataset page: what matters for comparing, and of the rest what is stated."""
    return [
        row
        for row in rows(package)
        if row["aspect"] in FIRST or (row["values"] and not load().aspect(row["aspect"]).shown_only)
    ]


def _value(aspect: Aspect, code: str, lang: str) -> dict[str, str]:
    field = migration_schemas.load().field(aspect.field)
    if field.vocabulary:
        concept = vocabulary(field.vocabulary).get(code)
        label = concept.label(lang) if concept else code
        return {
            "code": code,
            "label": words.capital(label),
            "help": concept.definition(lang) if concept else "",
        }
    if field.rdf_value == "duration":
        return {"code": code, "label": duration(code, lang), "help": ""}
    if "start" in {part.name for part in field.subfields}:
        return {"code": code, "label": period(code, lang), "help": ""}
    return {"code": code, "label": code, "help": ""}


def period(code: str, lang: str) -> str:
    """Write ``start/end`` as days, months or years of a language; an open end stays open."""
    start, _, end = (_day(bound, lang) for bound in code.partition("/"))
    return start if start == end else f"{start} – {end}".strip()


def _day(text: str, lang: str) -> str:
    try:
        locale = Locale.parse(lang)
        if len(text) >= LENGTH["day"]:
            return str(format_date(date.fromisoformat(text[: LENGTH["day"]]), "long", locale=locale))
        if len(text) == LENGTH["month"]:
            return str(format_date(date.fromisoformat(f"{text}-01"), "LLLL y", locale=locale))
    except (UnknownLocaleError, ValueError):
        return text
    return text


def duration(code: str, lang: str) -> str:
    """Write a length of stay in words: ``P12M`` is twelve months; what is none stays as it is."""
    parts = re.findall(r"(\d+)([YMWD])", code)
    if not re.fullmatch(r"P(?:\d+[YMWD])+", code):
        return code
    counted = [(int(number), UNITS[letter]) for number, letter in parts if int(number)]
    if not counted:
        return tk._("None: everybody counts")
    try:
        locale = Locale.parse(lang)
        return " ".join(format_unit(number, f"duration-{unit}", locale=locale) for number, unit in counted)
    except (UnknownLocaleError, ValueError):
        return code
