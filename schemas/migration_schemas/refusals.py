"""Why a document cannot be read, in the six languages; the words are in `refusals.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

import yaml

from .errors import ReadError

THOUSANDS = {"fr": "\u202f", "ru": "\u00a0", "es": "."}
Kind = TypeVar("Kind", bound=ReadError)


@cache
def words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what is said: reason → message and remedy → language → text."""
    text = (files(__package__) / "refusals.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return found


def refusal(kind: type[Kind], reason: str, *, detail: str = "", **given: str | int) -> Kind:
    """Return an error that can be told in each language."""
    message, remedy = (
        {lang: text.format(**_written(given, lang)) for lang, text in words()[reason][part].items()}
        for part in ("message", "remedy")
    )
    error = kind(message["en"], detail=detail, remedy=remedy["en"])
    error.texts = {lang: f"{message[lang]} {remedy[lang]}" for lang in message}
    return error


def _written(given: Mapping[str, str | int], lang: str) -> dict[str, str]:
    """Write numbers with what separates thousands in a language."""
    between = THOUSANDS.get(lang, ",")
    return {
        name: f"{value:,}".replace(",", between) if isinstance(value, int) else value
        for name, value in given.items()
    }
