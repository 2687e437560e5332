"""What the migration profile adds to an index document and to the mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

try:
    from migration_schemas import indexing
except ImportError:
    indexing = None
from migration_schemas import record as records

from ckanext.migration.search import mapping


@cache
def own_properties() -> Mapping[str, Any]:
    """The mapping of the profile's fields."""
    return indexing.properties() if indexing else {}


@cache
def properties() -> Mapping[str, Any]:
    """Every field of the index."""
    return mapping.properties(own_properties())


@cache
def query_fields() -> str:
    """The profile's word fields with their weights, joined to CKAN's list of query fields."""
    names = []
    for name, field in own_properties().items():
        inner = field.get("properties", {})
        texts = [f"{name}.{part}" for part, sub in inner.items() if sub.get("type") == "text"]
        texts += [name] if field.get("type") == "text" else []
        names += [text + _weight(name) for text in texts]
    return " ".join(names)


def _weight(name: str) -> str:
    """Titles count as CKAN's title, labels of concepts as its tags."""
    if name.startswith("title"):
        return "^4"
    return "^2" if name.startswith(("concept_labels", "tags")) else ""


def fields_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The profile's part of a document, from the dataset as CKAN shows it."""
    if indexing is None:
        return {}
    text = document.get("validated_data_dict") or document.get("data_dict")
    if not isinstance(text, str):
        return {}
    return indexing.document(records.from_package(json.loads(text)))
