"""A file with HXL hashtags → record: what its data prove goes before what the mapping says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import crosswalk, plain, row_mapping, strict_json
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped
from migration_harvesters.records import RawRecord, SourceConfig


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one file and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    rules = row_mapping.read(config.options.get("mapping") or {})
    proven = {name: value for name, value in _proven(plain.entry(row.get("proven"))).items() if value}
    said = {"title_translated": row.get("@title"), **rules.said(row), **proven}
    file = {"url": row.get("@url"), "download_url": row.get("@url"), "name": row.get("@file")}
    shared = {name: value for one in rules.resources(row)[:1] for name, value in one.items() if value}
    conforms = ["https://hxlstandard.org/standard/1-1final/"]
    entry = {**file, **shared, "columns": row.get("columns"), "conforms_to": conforms}
    return crosswalk.record(raw, config, said, [entry])


def _proven(about: Mapping[str, Any]) -> dict[str, Any]:
    dates = plain.words(about.get("dates"))
    return {
        "disaggregation": plain.words(about.get("features")),
        "population_group": plain.words(about.get("groups")),
        "spatial_coverage": plain.words(about.get("countries")) or plain.words(about.get("destinations")),
        "country_of_origin": plain.words(about.get("origins")),
        "country_of_destination": plain.words(about.get("destinations")),
        "temporal_coverage": [{"start": dates[0], "end": dates[-1]}] if dates else [],
        "admin_level": about.get("level"),
        "number_of_records": about.get("rows"),
    }
