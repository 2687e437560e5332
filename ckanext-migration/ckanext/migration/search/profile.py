"""What the migration profile adds to an index document and to the mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ckanext.migration.search import mapping
from migration_schemas import indexing
from migration_schemas import record as records


@cache
def own_properties() -> Mapping[str, Any]:
    """Return the mapping of the profile's fields."""
    return indexing.properties()


@cache
def properties() -> Mapping[str, Any]:
    """Return every field of the index."""
    return mapping.properties(own_properties())


@cache
def own_names() -> frozenset[str]:
    """Return the fields that only the profile may fill: a raw extra of that name would not fit."""
    return frozenset(own_properties()) - frozenset(mapping.properties({}))


@cache
def query_fields() -> str:
    """Return the profile's word fields with their weights, to be joined to CKAN's query fields."""
    return " ".join(f"{name}^{weight}" for name, weight in indexing.weights().items())


def fields_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the profile's part of a document, from the dataset as CKAN shows it."""
    text = document.get("validated_data_dict") or document.get("data_dict")
    if not isinstance(text, str):
        return {}
    return indexing.document(records.from_package(json.loads(text)))
