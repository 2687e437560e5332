"""For each rule across fields a record that breaks it and one that keeps it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from migration_vocabularies import get

from .errors import UnknownFieldError
from .fields import Field, load
from .report import RESOURCES

FILES_KEY = "resources"


@dataclass(frozen=True, slots=True)
class Sample:
    """What two records have differently from the base record; None takes a field away."""

    field: str
    fails: Mapping[str, Any]
    passes: Mapping[str, Any]

    def told(self, changes: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
        """Return the fields that the two records differ in, as ``label`` and ``value`` (empty: not given)."""
        names = dict.fromkeys((*self.fails, *self.passes))
        return [
            {"label": _label(name, lang), "value": words(name, changes.get(name, base().get(name)), lang)}
            for name in names
        ]


@cache
def _read() -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files(__package__) / "samples.yaml").read_text(encoding="utf-8"))
    return loaded


def base() -> Mapping[str, Any]:
    """Return the values of a record that is just complete enough to be public, with its ``resources``."""
    found: Mapping[str, Any] = _read()["base"]
    return found


@cache
def samples() -> Mapping[str, Sample]:
    """Return the samples by the id of their rule."""
    return {name: Sample(**entry) for name, entry in _read()["rules"].items()}


def words(name: str, value: Any, lang: str) -> str:
    """Write the value of a field as people read it: names of terms, texts with their language."""
    if name == FILES_KEY:
        schema = load()
        return "; ".join(
            ", ".join(_text(schema.resource_field(key), said, lang) for key, said in entry.items())
            for entry in value or ()
        )
    return _text(load().field(name), value, lang)


def _label(name: str, lang: str) -> str:
    try:
        return load().field(name).label(lang)
    except UnknownFieldError:
        return RESOURCES.get(lang, RESOURCES["en"])


def _text(field: Field, value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        parts = {part.name: part for part in field.subfields}
        if not parts:
            return "; ".join(f"{key}: {_text(field, said, lang)}" for key, said in value.items())
        return ", ".join(
            f"{parts[key].label(lang)}: {_text(parts[key], said, lang)}" for key, said in value.items()
        )
    if isinstance(value, list | tuple):
        return "; ".join(_text(field, each, lang) for each in value)
    if field.vocabulary and value in get(field.vocabulary):
        return get(field.vocabulary).label(str(value), lang)
    return "" if value is None else str(value)
