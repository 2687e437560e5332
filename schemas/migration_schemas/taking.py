"""The field list of a kind of record that takes fields of datasets: `need.yaml` beside `dataset.yaml`.

A field that both kinds have is declared once, in `dataset.yaml`. The merged list is written as a file of its
own (`derive.py`), because ckanext-scheming reads files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from .errors import SchemaError

TAKES = "takes"
WIDTH = 110
HEAD = "# Derived from need.yaml and dataset.yaml by `python -m migration_schemas.derive`; do not edit.\n"


def merged(document: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field list with the fields that it takes of another one.

    Raises SchemaError where it takes a field that the other list does not have.
    """
    known = {entry["field_name"]: entry for entry in source["dataset_fields"]}
    return {**document, "dataset_fields": list(_fields(document["dataset_fields"], known))}


def _fields(
    entries: list[dict[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    for entry in entries:
        if TAKES not in entry:
            yield entry
            continue
        own = dict(entry)
        name = own.pop(TAKES)
        if name not in known:
            raise SchemaError(f"The field {name} is taken of dataset.yaml, which has no field of that name.")
        yield {**known[name], **own}


def text(document: Mapping[str, Any]) -> str:
    """Return a field list as the text of its file."""
    return HEAD + yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=WIDTH)
