"""A Frictionless data package (version 1 or 2) → record. https://datapackage.org/standard/data-package/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import crosswalk, plain, strict_json
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers.schemaorg import links, resolved
from migration_harvesters.mapping import Mapped
from migration_harvesters.records import RawRecord, SourceConfig

PUBLISHERS = ("publisher", "author", "maintainer", "")
MAX_COLUMNS = 500


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one package and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    base = plain.word(row.get("@base")) or config.url
    files = [file for one in plain.entries(row.get("resources")) for file in _files(one, base)]
    return crosswalk.record(raw, config, _said(row), files)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    people = plain.entries(row.get("contributors"))
    by_role = [(plain.words(one.get("roles")) or plain.words(one.get("role")) or [""], one) for one in people]
    publisher = next((one for role in PUBLISHERS for roles, one in by_role if role in roles), {})
    return {
        "lang": plain.word(row.get("languages")),
        "title_translated": plain.word(row.get("title")) or plain.word(row.get("name")),
        "notes_translated": row.get("description") or row.get("readme"),
        "identifier": plain.word(row.get("id")),
        "tags_translated": plain.words(row.get("keywords")),
        "publisher": [{"name": _name(publisher), "uri": plain.word(publisher.get("path")) or None}],
        "creator": [{"name": _name(one)} for roles, one in by_role if "author" in roles],
        "contact": [
            {"name": _name(one), "email": plain.word(one.get("email"))} for one in people if one.get("email")
        ],
        "url": plain.word(row.get("homepage")),
        "version": row.get("version"),
        "language": plain.words(row.get("languages")),
        "spatial_coverage": plain.words(row.get("spatial") or row.get("countries")),
        "temporal_coverage": _period(row),
        "issued": row.get("created"),
        "modified": row.get("updated") or row.get("last_updated"),
        "derived_from": links(row.get("sources"), "path"),
        "license": _licences(row),
    }


def _name(value: Mapping[str, Any]) -> str:
    return (
        plain.word(value.get("organization"))
        or plain.word(value.get("title"))
        or plain.word(value.get("name"))
    )


def _period(row: Mapping[str, Any]) -> Any:
    span = plain.entry(row.get("temporal"))
    return {"start": span.get("start"), "end": span.get("end")} if span else row.get("temporal")


def _licences(value: Mapping[str, Any]) -> list[str]:
    said = plain.entries(value.get("licenses"))
    return [word for one in said for key in ("name", "path", "title") if (word := plain.word(one.get(key)))]


def _files(value: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """Give the files of a resource: it may have several paths, relative to its package."""
    checksum = plain.word(value.get("hash"))
    algorithm, _, digest = checksum.rpartition(":")
    schema = plain.entry(value.get("schema"))
    shared = {
        "name": plain.word(value.get("title")) or plain.word(value.get("name")),
        "description": value.get("description"),
        "format": value.get("format"),
        "mimetype": value.get("mediatype"),
        "size": value.get("bytes"),
        "license": _licences(value),
        "hash": digest,
        "hash_algorithm": (algorithm or "md5") if digest else None,
        "columns": [_column(one) for one in plain.entries(schema.get("fields"))[:MAX_COLUMNS]],
    }
    paths = [resolved(path, base) for path in plain.words(value.get("path") or value.get("url"))]
    return [{**shared, "url": path, "download_url": path} for path in paths]


def _column(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": value.get("name"),
        "title": plain.word(value.get("title")) or plain.word(value.get("description")),
        "datatype": value.get("type"),
        "hxl": value.get("hxl") or value.get("rdfType")
        if str(value.get("hxl") or "").startswith("#")
        else None,
    }
