"""A row of a list or of a service's reply → record, by the mapping of its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import crosswalk, row_mapping, strict_json
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas import load


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one row and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The row is not a JSON object.")
    rules = of(config, row)
    said = rules.said(row)
    return crosswalk.record(raw, config, said, rules.resources(row))


def of(config: SourceConfig, row: Mapping[str, Any]) -> row_mapping.RowMapping:
    """Give the mapping of a source: its own, the one of its service, else columns named as fields."""
    given = config.options.get("mapping")
    service = config.options.get("service")
    if given or service:
        shipped = row_mapping.shipped(str(service)) if service else {}
        return row_mapping.read({**shipped, **(given or {})})
    return row_mapping.read(by_name(row))


def by_name(row: Mapping[str, Any]) -> dict[str, Any]:
    """Make the mapping of a list whose columns have the names of the profile's fields; others are not read.

    Files are columns `resource_url`, `resource_format` and so on; several values stand with semicolons.
    """
    schema = load()
    found: dict[str, Any] = {"identifier": "{identifier}"}
    for one in schema.fields:
        for name in (one.name, one.name.removesuffix("_translated")):
            if name in row:
                found[one.name] = {"column": name, "separator": ";"} if one.multiple else f"{{{name}}}"
    files = {
        one.name: f"{{resource_{one.name}}}"
        for one in schema.resource_fields
        if f"resource_{one.name}" in row
    }
    return {**found, "files": [files]} if files else found
