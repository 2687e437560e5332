"""A dataset of `data.json` (DCAT-US 1.1 or 3.0, Argentina's profile of it) → record.

1.1 keeps texts where 3.0 keeps objects; both are read wherever either stands. Notation of the crosswalk:
https://resources.data.gov/resources/dcat-us/ and https://doi-do.github.io/dcat-us/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from migration_harvesters import boxes, crosswalk, plain, strict_json, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig

ACCESS = {"public": "PUBLIC", "restricted public": "RESTRICTED", "non-public": "NON_PUBLIC"}
_REPEATS = re.compile(r"R\d*/P[\w.]+")
_TOPICS = ("theme", "superTheme")


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataset and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    files = [file for one in plain.entries(row.get("distribution")) for file in _files(one)]
    notebook = Notebook()
    return crosswalk.record(raw, config, _said(row, notebook), files, notebook=notebook)


def _said(row: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    modified = plain.word(row.get("modified"))
    repeats = modified if _REPEATS.fullmatch(modified) else None
    places, areas = _places(row.get("spatial"), notebook)
    topics = [word for key in _TOPICS for word in plain.words(row.get(key))]
    return {
        "title_translated": _texts(row.get("title")),
        "notes_translated": _texts(row.get("description")),
        "identifier": _identifier(row.get("identifier")),
        "alternate_identifier": [
            {"notation": word} for word in plain.words(row.get("otherIdentifier"), "notation", "@id")
        ],
        "tags_translated": [*plain.parted(row.get("keyword")), *topics],
        "topics": topics,
        "publisher": _agents(row.get("publisher")),
        "contact": [_contact(one) for one in plain.listed(row.get("contactPoint"))],
        "creator": _agents(row.get("creator")),
        "url": plain.word(row.get("landingPage"), "accessURL", "@id"),
        "version": row.get("version"),
        "in_series": [_series(one) for one in plain.entries(row.get("inSeries"))],
        "language": plain.listed(row.get("language")),
        "spatial_coverage": places,
        "places": areas,
        "temporal_coverage": [_period(one) for one in plain.listed(row.get("temporal"))],
        "frequency": plain.first(row.get("accrualPeriodicity")) or repeats,
        "issued": row.get("issued"),
        "modified": None if repeats else modified,
        "conforms_to": plain.words(row.get("conformsTo"), "@id"),
        "documentation": [
            *plain.words(row.get("describedBy"), "accessURL", "@id"),
            *plain.words(row.get("references")),
        ],
        "provenance_translated": plain.words(row.get("provenance")),
        "license": row.get("license"),
        **_access(row, notebook),
    }


def _texts(value: Any) -> Any:
    """Give a text, or texts by language."""
    if isinstance(value, Mapping) and "@value" not in value:
        return {tag: words for tag, words in value.items() if re.fullmatch(r"[a-z]{2,3}(-\w+)*", tag, re.I)}
    if isinstance(value, list) and all(isinstance(one, Mapping) and "@value" in one for one in value):
        return {str(one.get("@language") or "en"): one["@value"] for one in value}
    return value


def _identifier(value: Any) -> str:
    return plain.word(value, "@id", "notation")


def _agents(value: Any) -> list[dict[str, Any]]:
    found = []
    for one in plain.listed(value):
        name = plain.word(one, "name", "prefLabel", "legalName", "fn")
        if name:
            found.append({"name": name, "uri": one.get("@id") if isinstance(one, Mapping) else None})
    return found


def _contact(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {"name": value, "email": value}
    page = plain.word(value.get("hasURL")) or plain.word(value.get("url"))
    return {
        "name": plain.word(value.get("fn") or value.get("organization-name") or value.get("name")),
        "email": plain.word(value.get("hasEmail") or value.get("email") or value.get("mbox")),
        "url": page if urls.web_link(page) else None,
    }


def _series(value: Mapping[str, Any]) -> dict[str, Any]:
    link = value.get("@id")
    return {
        "title": plain.word(value.get("title")),
        "description": plain.word(value.get("description")),
        "uri": link if urls.web_link(link) else None,
    }


def _places(value: Any, notebook: Notebook) -> tuple[list[Any], list[dict[str, Any]]]:
    """Sort what is said of the place into names and boxes (text, WKT or GeoJSON)."""
    names: list[Any] = []
    found: list[dict[str, Any]] = []
    for one in plain.listed(value):
        said = one if isinstance(one, Mapping) else {"name": one}
        name = plain.word(said.get("prefLabel") or said.get("name") or said.get("@id"))
        shapes = [said.get(key) for key in ("bbox", "geometry", "centroid", "name")]
        shapes += [said] if said.get("coordinates") else []
        area = next((area for shape in shapes if (area := _boxes(shape))), [])
        if name and not _boxes(name):
            names.append(said if len(said) > 1 else name)
            found.extend({"box": box, "name": name} for box in area)
        elif area:
            found.extend({"box": box} for box in area)
        else:
            notebook.left_out("spatial_coverage", str(one)[:100], "neither a name nor a box on the map")
    return names, found


def _boxes(shape: Any) -> list[str]:
    return boxes.of_geojson(shape) if isinstance(shape, Mapping) else boxes.of_text(plain.word(shape))


def _period(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        "start": plain.word(value.get("startDate") or value.get("start")),
        "end": plain.word(value.get("endDate") or value.get("end")),
    }


def _access(row: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Read who may have the data; what the partner holds back is never made more open here."""
    level = plain.word(row.get("accessLevel")).lower()
    said = ACCESS.get(level) or plain.word(row.get("accessRights"))
    rights = plain.words(row.get("rights"))
    fields: dict[str, Any] = {"access_rights": said}
    if level in ("restricted public", "non-public"):
        fields["access_procedure_translated"] = rights
        fields["access_mode"] = "on-request" if level == "restricted public" else "metadata-only"
    elif level and level not in ACCESS:
        notebook.left_out("access_rights", level)
    if row.get("cuiRestriction"):
        notebook.assumed(
            "access_rights", "cuiRestriction", "NON_PUBLIC", "controlled unclassified information"
        )
        fields["access_rights"] = "NON_PUBLIC"
    return fields


def _files(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    checksum = plain.entry(value.get("checksum"))
    download = plain.word(value.get("downloadURL"), "@id")
    page = plain.word(value.get("accessURL"), "@id")
    return (
        [
            {
                "url": page if urls.web_link(page) else download,
                "download_url": download,
                "name": plain.word(value.get("title")),
                "description": value.get("description"),
                "format": value.get("format"),
                "mimetype": value.get("mediaType"),
                "size": value.get("byteSize"),
                "license": value.get("license"),
                "language": plain.listed(value.get("language")),
                "conforms_to": plain.words(value.get("conformsTo"), "@id"),
                "hash": checksum.get("checksumValue"),
                "hash_algorithm": plain.word(checksum.get("algorithm")).rpartition("_")[2],
                "columns": [_column(one) for one in plain.entries(value.get("field"))],
            }
        ]
        if download or page
        else []
    )


def _column(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": value.get("title"), "title": value.get("description"), "datatype": value.get("type")}
