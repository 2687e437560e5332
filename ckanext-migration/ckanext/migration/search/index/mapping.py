"""The index's fields: CKAN's ``schema.xml`` as a fixed mapping (search-contract §5.3, §5.4).

The mapping never grows with the data. What Solr took by dynamic fields goes to four places of fixed
shape, so that a catalogue with 5,000 different extras keys stays as small as one with five:

* any other key, exact values: the ``flattened`` field ``x``;
* the words of ``extras_*`` and ``res_extras_*``: nested pairs ``extras.key`` and ``extras.value``.
  The extras of the profile have fields of their own, because every pair is a document of the engine: with
  them it would keep and pass over twenty-five for each dataset;
* ``*_date``: nested pairs ``dates.key`` and ``dates.at``;
* ``vocab_*``: the ``flattened`` field ``vocab``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ckanext.migration.search.index.analysis import OWN, SETTINGS

MAPPING_VERSION = 1
"""Raise it when older documents can no longer be served: nodes with the older number then stop writing."""

CKAN_SCHEMA = "ckan-2.12"
KEYWORD_LIMIT = 8000
TEXT: dict[str, Any] = {"type": "text", "analyzer": "text_index", "search_analyzer": "text_query"}
GENERAL: dict[str, Any] = {"type": "text", "analyzer": "general_index", "search_analyzer": "general_query"}
NGRAM: dict[str, Any] = {"type": "text", "analyzer": "ngram_index", "search_analyzer": "ngram_query"}
KEYWORD: dict[str, Any] = {
    "type": "keyword",
    "ignore_above": KEYWORD_LIMIT,
    "split_queries_on_whitespace": True,
}
SPELLED = ("ar", "en", "es", "fr", "ru", "other")
"""Languages whose words are kept for spelling; Chinese is not written in words of letters."""
BEGINNINGS: dict[str, Any] = {
    "type": "text",
    "analyzer": "beginnings_index",
    "search_analyzer": "beginnings_query",
    "norms": False,
}
"""Titles by the beginnings of their words."""
SPELLING: dict[str, Any] = {"type": "text", "analyzer": "spelling", "index_options": "docs", "norms": False}
"""Words as they are written, of one language."""
HIGHLIGHTED = ("title", "notes")
"""What is shown with marks, in each language: with the places of words, so that texts are not read anew."""
_PLACES = {"index_options": "offsets"}
EXTRA: dict[str, Any] = {**TEXT, "norms": False, "copy_to": ["text"]}
"""The words of one extra of the profile."""
DATE: dict[str, Any] = {"type": "date", "ignore_malformed": True}
INTEGER: dict[str, Any] = {"type": "integer", "ignore_malformed": True}
STORED_ONLY: dict[str, Any] = {"type": "keyword", "index": False, "doc_values": False, "ignore_above": 1}
FLATTENED: dict[str, Any] = {"type": "flattened", "ignore_above": KEYWORD_LIMIT}
RAW = {"raw": {"type": "keyword", "ignore_above": 1000}}

RELATIONSHIPS = (
    "depends_on",
    "dependency_of",
    "derives_from",
    "has_derivation",
    "links_to",
    "linked_from",
    "child_of",
    "parent_of",
)
COUNTERS = ("views_total", "views_recent", "resources_accessed_total", "resources_accessed_recent")
PRIVATE_FIELDS = frozenset({"permission_labels"})
"""Never returned, and never reachable by a query that a caller wrote (threats SR-06)."""
JSON_FIELDS = ("data_dict", "validated_data_dict")
ORIGIN = "made_from"
"""What a document was made from (see ``reading.origin``)."""
UNRETURNED = PRIVATE_FIELDS | {
    ORIGIN,
    "title_string",
    "text",
    "urls",
    "owner_org",
    "creator_user_id",
    "private",
    "type",
    "mapping_version",
    "meaning_vector",
    "entry",
    *RELATIONSHIPS,
    *COUNTERS,
}
"""Searchable but never returned, as in Solr's schema."""
LISTS = frozenset({"tags", "groups", "res_name", "res_description", "res_format", "res_url", "res_type"})
DATES = frozenset({"metadata_created", "metadata_modified", "indexed_ts"})
CONTAINERS = frozenset({"x", "extras", "dates", "vocab"})


def _copied(field: dict[str, Any], *to: str, **more: Any) -> dict[str, Any]:
    return {**field, "copy_to": list(to), **more}


def _core() -> dict[str, Any]:
    exact = (
        "index_id id site_id entity_type dataset_type state version license_id capacity permission_labels "
        "owner_org creator_user_id res_format res_type revision_id private type"
    )
    fields: dict[str, Any] = dict.fromkeys(exact.split(), KEYWORD)
    fields.update({name: _copied(KEYWORD, "text") for name in ("license", "groups", "organization")})
    fields["tags"] = _copied(KEYWORD, "text", "spelling.other")
    fields.update(
        {name: _copied(KEYWORD, "urls", "text") for name in ("url", "ckan_url", "download_url", "res_url")}
    )
    fields.update({name: _copied(GENERAL, "text", fields=RAW) for name in ("author", "maintainer")})
    fields.update({f"{name}_email": {**GENERAL, "fields": RAW} for name in ("author", "maintainer")})
    fields.update({name: _copied(GENERAL, "text") for name in ("res_name", "res_description")})
    fields.update(dict.fromkeys(DATES, DATE))
    fields.update(dict.fromkeys(COUNTERS, INTEGER))
    fields.update(dict.fromkeys(RELATIONSHIPS, TEXT))
    fields.update(dict.fromkeys(JSON_FIELDS, STORED_ONLY))
    fields.update(
        entry={"type": "keyword"},
        **{ORIGIN: {"type": "keyword", "index": False}},
        name=_copied(KEYWORD, "text", "name_ngram"),
        title=_copied(TEXT, "text", "title_ngram", "beginnings", "spelling.other", fields=RAW, **_PLACES),
        title_string={"type": "keyword", "ignore_above": 1024, "normalizer": "sortable"},
        notes=_copied(TEXT, "text", "spelling.other", **_PLACES),
        text=TEXT,
        urls=TEXT,
        name_ngram=NGRAM,
        title_ngram=NGRAM,
        beginnings=BEGINNINGS,
        spelling={"properties": dict.fromkeys(SPELLED, SPELLING)},
    )
    return fields


def _containers() -> dict[str, Any]:
    key = {"type": "keyword", "ignore_above": 512}
    return {
        "x": FLATTENED,
        "vocab": FLATTENED,
        "vocab_words": {**TEXT, "copy_to": ["text"]},
        "extras": {
            "type": "nested",
            "dynamic": False,
            "properties": {"key": key, "value": _copied(TEXT, "text")},
        },
        "dates": {"type": "nested", "dynamic": False, "properties": {"key": key, "at": DATE}},
        "mapping_version": {"type": "integer"},
    }


def properties(ours: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the index; ``ours`` are the fields of the migration profile."""
    fields = {**_core(), **_containers()}
    for name, field in ours.items():
        if name in fields:
            continue
        fields[name] = _with_own_analyzers(field)
        if field.get("type") == "text" and name.rpartition("_")[0] in HIGHLIGHTED:
            fields[name] |= _PLACES
    return fields


def _with_own_analyzers(field: Mapping[str, Any]) -> dict[str, Any]:
    """Language analysers without stop words in the place of the engine's own."""
    found = dict(field)
    if "analyzer" in found:
        found["analyzer"] = OWN.get(found["analyzer"], found["analyzer"])
    if "properties" in found:
        found["properties"] = {name: _with_own_analyzers(part) for name, part in found["properties"].items()}
    return found


def fingerprint(fields: Mapping[str, Any]) -> str:
    """Tells whether two builds of the software would make the same index."""
    text = json.dumps([MAPPING_VERSION, SETTINGS, fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def body(ours: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings and mappings with which an index is made."""
    fields = properties(ours)
    return {
        "settings": SETTINGS,
        "mappings": {
            "dynamic": False,
            "date_detection": False,
            "numeric_detection": False,
            "_meta": {
                "ckan_schema": CKAN_SCHEMA,
                "mapping_version": MAPPING_VERSION,
                "fingerprint": fingerprint(fields),
            },
            "properties": fields,
        },
    }
