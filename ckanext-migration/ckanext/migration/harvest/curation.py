"""Who owns a field: what a person changed here stays, the rest follows the partner (ID-04). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The fields to write, and the names of those that a person keeps against the partner."""

    fields: dict[str, Any]
    kept: tuple[str, ...]


def merge(base: Mapping[str, Any], current: Mapping[str, Any], incoming: Mapping[str, Any]) -> Merged:
    """Three-way merge by field: `base` is what the last run wrote, `current` what the dataset holds now."""
    fields: dict[str, Any] = {}
    kept: list[str] = []
    for name in sorted({*base, *current, *incoming}):
        here, theirs = current.get(name), incoming.get(name)
        curated = not same(here, base.get(name)) and not same(here, theirs)
        value = here if curated else theirs
        if curated:
            kept.append(name)
        if value not in _EMPTY:
            fields[name] = value
    return Merged(fields=fields, kept=tuple(kept))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields that differ."""
    return tuple(name for name in sorted({*before, *after}) if not same(before.get(name), after.get(name)))


def same(one: Any, other: Any) -> bool:
    """Compare two values as people do: the order of a list of codes and an empty value mean nothing."""
    return _plain(one) == _plain(other)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item not in _EMPTY} or None
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        items = [_plain(item) for item in value if item not in _EMPTY]
        return sorted(items, key=repr) or None
    return str(value) if isinstance(value, (int, float)) else value or None
