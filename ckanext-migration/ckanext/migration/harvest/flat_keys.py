"""Flat keys, as CKAN's validators know a dataset: `("resources", 0, "url")` and the like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Key = tuple[Any, ...]
Flat = dict[Key, Any]


def flattened(row: Mapping[str, Any], way: Key, schema: Mapping[str, Any]) -> Iterator[tuple[Key, Any]]:
    """Yield flat keys with their values; rows are opened where the schema has a level for them."""
    for name, value in row.items():
        inner = schema.get(name)
        if isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(inner, dict):
            for place, each in enumerate(value):
                yield from flattened(each, (*way, name, place), inner)
        else:
            yield (*way, name), value


def nested(flat: Flat) -> dict[str, Any]:
    """Put flat keys back into rows; places that nothing is left of are closed."""
    found: dict[Key, dict[str, Any]] = {(): {}}
    for key in sorted(flat, key=lambda key: (len(key), *key)):
        for end in range(2, len(key), 2):
            row = key[:end]
            if row not in found:
                found[row] = {}
                found[row[:-2]].setdefault(row[-2], []).append(found[row])
        found[key[:-1]][key[-1]] = flat[key]
    return found[()]
