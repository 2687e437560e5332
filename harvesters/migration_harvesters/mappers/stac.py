"""A collection of STAC → record. https://github.com/radiantearth/stac-spec, collection-spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import migration_vocabularies
from migration_harvesters import boxes, crosswalk, plain, strict_json
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers.schemaorg import resolved
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import ROLES
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas import dois

PUBLISHING = ("producer", "licensor", "host", "processor")
NO_LICENCE = frozenset({"various", "proprietary", "other"})


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one collection and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    base = plain.word(row.get("@base")) or config.url
    assets = row.get("assets")
    files = (
        [_asset(name, one, base) for name, one in sorted(assets.items())] if isinstance(assets, dict) else []
    )
    items = [
        {"url": resolved(plain.word(one.get("href")), base), "name": "Items", "format": "API"}
        for one in plain.entries(row.get("links"))
        if one.get("rel") == "items"
    ]
    return crosswalk.record(raw, config, _said(row, base), [*files, *items], notebook=Notebook())


def _said(row: Mapping[str, Any], base: str) -> dict[str, Any]:
    providers, countries = plain.entries(row.get("providers")), migration_vocabularies.get("country")
    roles = {
        role: one
        for role in reversed(PUBLISHING)
        for one in reversed(providers)
        if role in plain.words(one.get("roles"))
    }
    publisher = next((roles[role] for role in PUBLISHING if role in roles), next(iter(providers), {}))
    spaces = plain.dug(row, "extent.spatial.bbox")
    # The first box holds all others (STAC 1.0, extent object).
    area = (
        boxes.of_numbers(spaces[0])
        if isinstance(spaces, list) and spaces and isinstance(spaces[0], list)
        else []
    )
    spans = plain.listed(plain.dug(row, "extent.temporal.interval"))
    ends = [span for span in spans[:1] if isinstance(span, list) and len(span) == 2]
    licences = [
        resolved(plain.word(one.get("href")), base)
        for one in plain.entries(row.get("links"))
        if one.get("rel") == "license"
    ]
    named = plain.word(row.get("license"))
    keywords = plain.words(row.get("keywords"))
    return {
        "title_translated": plain.word(row.get("title")) or plain.word(row.get("id")),
        "notes_translated": row.get("description"),
        "tags_translated": keywords,
        # A collection has a box and no country; its keywords may name one.
        "spatial_coverage": [word for word in keywords if len(word) > 3 and countries.match(word, "en")],
        "publisher": [
            {"name": plain.word(publisher.get("name")), "uri": plain.word(publisher.get("url")) or None}
        ],
        "qualified_attribution": [
            {"name": plain.word(one.get("name")), "role": ROLES[role]}
            for one in providers
            for role in plain.words(one.get("roles"))
            if role in ROLES
        ],
        "places": [{"box": box} for box in area],
        "temporal_coverage": [{"start": start, "end": end} for start, end in ends],
        "issued": row.get("created") or row.get("published"),
        "modified": row.get("updated"),
        "version": row.get("version"),
        "statistic_type": ["geospatial"],
        "is_referenced_by": [dois.link(word) for word in plain.words(row.get("sci:doi"))],
        "license": [*([] if named.lower() in NO_LICENCE and licences else [named]), *licences],
    }


def _asset(name: str, value: Any, base: str) -> dict[str, Any]:
    said = plain.entry(value)
    link = resolved(plain.word(said.get("href")), base)
    return {
        "url": link,
        "download_url": link,
        "name": plain.word(said.get("title")) or name,
        "description": said.get("description"),
        "mimetype": said.get("type"),
        "size": said.get("file:size"),
    }
