"""Values of a stranger's JSON, taken apart without trusting their shape.

The same thing is a text in one portal, an object in the next and a list of both in a third.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import text

NAMES = ("prefLabel", "name", "title", "label", "fn", "value", "@value", "notation", "@id")
MOST = 10_000


def listed(value: Any) -> list[Any]:
    """Give a list: a list as it is, nothing for what is empty, anything else as its one member."""
    if value in (None, "", [], {}):
        return []
    return value[:MOST] if isinstance(value, list) else [value]


def first(value: Any) -> Any:
    """Give the first member of a list, or the value itself."""
    return next(iter(listed(value)), None)


def entry(value: Any) -> Mapping[str, Any]:
    """Give an object: the value itself, or the first object in a list, else an empty one."""
    return next((one for one in listed(value) if isinstance(one, Mapping)), {})


def entries(value: Any) -> list[Mapping[str, Any]]:
    """Give the objects among the values."""
    return [one for one in listed(value) if isinstance(one, Mapping)]


def words(value: Any, *keys: str) -> list[str]:
    """Give the texts of a value: what is a text, and of each object the first of `keys` that holds one."""
    found: list[str] = []
    for one in listed(value):
        if isinstance(one, Mapping):
            said = (word for key in keys or NAMES for word in words(one.get(key), "@value", "@id"))
            found.extend([word for word in (next(said, ""),) if word])
        elif word := text.cleaned(one):
            found.append(word)
    return found


def word(value: Any, *keys: str) -> str:
    """Give the first text of a value, or an empty one."""
    return next(iter(words(value, *keys)), "")


def parted(value: Any, *, marks: str = ",;") -> list[str]:
    """Give texts; one text that holds several, parted by commas or semicolons, is taken apart."""
    found = words(value)
    if len(found) != 1:
        return found
    for mark in marks:
        found = [part for one in found for part in one.split(mark)]
    return [part.strip() for part in found if part.strip()]


def dug(value: Any, path: str) -> Any:
    """Follow a path of keys and positions (`fields.country.0.iso3`); of a list, what all its members hold.

    An empty path is the value itself; what is not there is None.
    """
    for step in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, list):
            inner = [one.get(step) for one in value if isinstance(one, Mapping)]
            value = [part for one in inner for part in listed(one)]
        else:
            return None
    return value
