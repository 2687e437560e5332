"""What the migration profile adds to an index document and to the mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ckanext.migration import shared
from ckanext.migration.search import config
from ckanext.migration.search.index import document, mapping
from ckanext.migration.search.vectors import embedding
from migration_schemas import indexing, load
from migration_schemas import record as records
from migration_schemas.fields import every


def own_properties() -> Mapping[str, Any]:
    """Return the mapping of the profile's fields, and of the vectors where they are on."""
    return _own(config.embeddings())


def properties() -> Mapping[str, Any]:
    """Return every field of the index."""
    return _every(config.embeddings())


@cache
def _own(_embeddings: str) -> Mapping[str, Any]:
    return {**indexing.properties(), **dict.fromkeys(_extras(), mapping.EXTRA), **embedding.properties()}


def _extras() -> list[str]:
    """Return under what names CKAN and ckanext-scheming hand over the profile's fields among the extras."""
    public = [field for field in every() if field.visibility == "public"]
    parts = [f"{field.name}__{part.name}" for field in public for part in field.subfields]
    return [f"extras_{name}" for name in (*(field.name for field in public), *parts)]


@cache
def _every(embeddings: str) -> Mapping[str, Any]:
    return mapping.properties(_own(embeddings))


def shape() -> document.Shape:
    """Return what a document may hold where.

    A code that a dataset without our profile keeps under one of our names is as good as ours; a date
    or a text there would not fit. What only an agency may see must not be findable.
    """
    return _shape(config.embeddings())


@cache
def _shape(_embeddings: str) -> document.Shape:
    core = mapping.properties({})
    own = {name for name, field in own_properties().items() if field.get("type") != "keyword"}
    own -= set(_extras())
    hidden = {field.name for field in load().fields if field.visibility != "public"}
    return document.Shape(
        properties=properties(),
        reserved=frozenset(own - set(core)),
        hidden=frozenset(hidden | {f"extras_{name}" for name in hidden}),
    )


@cache
def query_fields(language: str = "") -> str:
    """Return the profile's word fields with their weights, to be joined to CKAN's query fields.

    What is written in the reader's language counts half as much again.
    """
    own = (f"_{language}", f".{language}")
    return " ".join(
        f"{name}^{weight * (1.5 if language and name.endswith(own) else 1)}"
        for name, weight in indexing.weights().items()
    )


def fields_of(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the profile's part of a document, from the dataset as CKAN shows it."""
    text = given.get("validated_data_dict") or given.get("data_dict")
    if not isinstance(text, str):
        return {}
    package = json.loads(text)
    record = records.from_package(package)
    return indexing.document(record, shared.known_report(record), shared.publishers(package))
