"""Datasets and records side by side: put in a form in which only a person's changes differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_schemas import Record
from migration_schemas import record as records

# What CKAN and the root plugin fill in by themselves; nobody edited it.
GUESSED = ("mimetype", "size")
FILLED_IN = frozenset({"identifier", "publisher"})


def comparable(record: Record) -> dict[str, Any]:
    """Put a record as a person's changes can be seen in it, without what CKAN guesses about files."""
    resources = [
        {name: value for name, value in resource.items() if name not in GUESSED}
        for resource in record.resources
    ]
    return {**record.fields, "resources": resources}


def held_fields(base: Record, current: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what the last run wrote and what the dataset holds now, both as the dataset's form stores them."""
    wrote = comparable(records.from_package(records.to_package(base)))
    here = comparable(records.from_package(current))
    for name in FILLED_IN.difference(wrote):
        here.pop(name, None)
    return wrote, here
