"""The values of a facet as links, in the tree of their code list where it has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import address
from migration_schemas.coverage import WORLD
from migration_vocabularies import get as vocabulary

Told = Mapping[str, Any]


@dataclass(slots=True)
class Value:
    """One value: what it is called, what a click on it does and how many datasets there are then.

    ``adds``: the count is how many datasets a click adds. ``open``: something below is chosen.
    """

    name: str
    label: str
    count: int
    url: str
    adds: bool = False
    active: bool = False
    open: bool = False
    children: list[Value] = field(default_factory=list)


def listed(name: str, items: Iterable[Mapping[str, Any]]) -> list[Value]:
    """Return the values of a facet from CKAN's items, with links that add or take away a filter."""
    lang, pairs, page = language(), address.pairs(), address.base()
    choice: Told | None = (getattr(tk.g, "migration_choices", None) or {}).get(name)
    found = []
    for item in items:
        value = str(item["name"])
        active = (name, value) in pairs
        # with a choice made, another value only adds what is not found yet
        adds = choice is not None and not active and name not in facets.ALL_OF
        changed = [pair for pair in pairs if pair != (name, value)] if active else [*pairs, (name, value)]
        count = choice["added"].get(value, 0) if choice and adds else item["count"]
        label = facets.label(name, value, lang) or item.get("display_name") or value
        found.append(Value(value, label, count, address.url(changed, page), adds, active))
    return _ordered(name, found)


def tree(name: str, values: list[Value]) -> list[Value]:
    """Put each value below the nearest one above it; the order among neighbours stays."""
    terms = vocabulary(facets.VOCABULARIES[name]) if name in facets.VOCABULARIES else None
    by_name = {value.name: value for value in values}
    tops = []
    for value in values:
        above = terms.ancestors(value.name) if terms else ()
        parent = next((by_name[code] for code in above if code in by_name and code != WORLD), None)
        (tops if parent is None else parent.children).append(value)
    for value in tops:
        _open(value)
    return sorted(tops, key=lambda value: not (value.active or value.open))


def _open(value: Value) -> bool:
    inside = [_open(child) for child in value.children]
    value.open = any(inside)
    return value.open or value.active


def _ordered(name: str, values: list[Value]) -> list[Value]:
    if name == "reference_year":
        return sorted(values, key=lambda value: -int(value.name) if value.name.isdigit() else 0)
    return sorted(values, key=lambda value: (-value.count, value.label))
