"""A dataset in schema.org → record. Which properties portals use: https://schema.org/Dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from migration_harvesters import access, boxes, crosswalk, extents, plain, strict_json, text, urls
from migration_harvesters.errors import HarvestError, MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig

_SIZE = re.compile(r"([\d.,]+)\s*(b|bytes?|k(?:i?b)?|m(?:i?b)?|g(?:i?b)?)?", re.I)
_POWERS = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3}
NAMES = ("name", "legalName", "@id")


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataset and say what was assumed and what was left out."""
    row, notebook = read(raw), Notebook()
    base = raw.ref.url or config.url
    files = [file(one, base) for one in plain.entries(row.get("distribution"))]
    return crosswalk.record(raw, config, said(row, notebook), files, notebook=notebook)


def read(raw: RawRecord) -> Mapping[str, Any]:
    """Read the bytes of a record."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    return row


def said(row: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Sort what a dataset says under the names of the profile's fields."""
    names, areas = places(row.get("spatialCoverage"), notebook)
    measured = plain.words(row.get("variableMeasured"), "name")
    return {
        "lang": plain.word(plain.entry(row.get("@context")).get("@language")),
        "title_translated": texts(row.get("name") or row.get("headline")),
        "alternative_title": plain.words(row.get("alternateName")),
        "notes_translated": texts(row.get("description")),
        "identifier": plain.word(row.get("identifier"), "url", "value", "@id"),
        "tags_translated": plain.parted(row.get("keywords")),
        "topics": plain.words(row.get("about"), "name"),
        "publisher": agents(row.get("publisher") or row.get("provider") or row.get("sourceOrganization")),
        "creator": agents(row.get("creator") or row.get("author")),
        "contact": contacts(row),
        "url": plain.word(row.get("url")),
        "version": row.get("version"),
        "language": plain.words(row.get("inLanguage"), "alternateName", "name"),
        "spatial_coverage": names,
        "places": areas,
        "temporal_coverage": plain.words(row.get("temporalCoverage")),
        "issued": row.get("datePublished") or row.get("dateCreated"),
        "modified": row.get("dateModified"),
        "collection_method": plain.words(row.get("measurementTechnique"), "name"),
        "disaggregation": measured,
        "is_referenced_by": links(row.get("citation"), "url", "@id"),
        "derived_from": links(row.get("isBasedOn"), "url", "@id"),
        "license": plain.words(row.get("license"), "url", "@id", "name"),
        **access.fields(
            plain.words(row.get("conditionsOfAccess")), notebook, page=plain.word(row.get("url"))
        ),
    }


def texts(value: Any) -> Any:
    """Give a text, or texts by their language where each says its own."""
    tagged = [one for one in plain.entries(value) if one.get("@language")]
    return {str(one["@language"]): one.get("@value") for one in tagged} if tagged else plain.words(value)


def agents(value: Any) -> list[dict[str, Any]]:
    """Give people and bodies by name; an identifier that is an address (ORCID, ROR) is kept."""
    found = []
    for one in plain.listed(value):
        name = plain.word(one, *NAMES)
        link = plain.word(one.get("@id") or one.get("url")) if isinstance(one, Mapping) else ""
        if name and not urls.web_link(name):
            found.append({"name": name, "uri": link if urls.web_link(link) else None})
    return found


def contacts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the points of contact of the dataset, its publisher or makers, if they have a mailbox."""
    roles = ("publisher", "provider", "creator", "author")
    bodies = [entry for role in roles for entry in plain.entries(row.get(role))]
    points = [point for one in (row, *bodies) for point in plain.entries(one.get("contactPoint"))]
    return [
        {"name": plain.word(one.get("name")), "email": plain.word(one.get("email"))}
        for one in (*points, *bodies)
        if one.get("email")
    ]


def places(value: Any, notebook: Notebook) -> tuple[list[str], list[dict[str, Any]]]:
    """Sort where it holds into names and boxes; numbers of schema.org are latitude first."""
    names: list[str] = []
    areas: list[dict[str, Any]] = []
    for one in plain.listed(value):
        name = plain.word(one, "name", "address", "identifier")
        found = [box for shape in plain.entries(plain.entry(one).get("geo")) for box in _shape(shape)]
        if name:
            names.append(name)
        elif not found:
            notebook.left_out("spatial_coverage", str(one)[:100], "neither a name nor a box on the map")
        areas.extend({"box": box, **({"name": name} if name else {})} for box in found)
    return names, areas


def _shape(shape: Mapping[str, Any]) -> list[str]:
    if shape.get("latitude") is not None:
        north, east = shape.get("latitude"), shape.get("longitude")
        return extents.boxes(east, north, east, north)
    words = plain.word(shape.get("box") or shape.get("polygon") or shape.get("line"))
    numbers = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", words[: boxes.LONGEST])]
    return boxes.of_points(zip(numbers[1::2], numbers[::2], strict=False))


def file(value: Mapping[str, Any], base: str) -> dict[str, Any]:
    """Give one file; an address without a host is one beside the description."""
    link = plain.word(value.get("contentUrl")) or plain.word(value.get("url"))
    return {
        "url": resolved(link, base),
        "download_url": resolved(plain.word(value.get("contentUrl")), base),
        "name": plain.word(value.get("name")),
        "description": value.get("description"),
        "format": plain.words(value.get("encodingFormat") or value.get("fileFormat"), "name"),
        "mimetype": plain.word(value.get("encodingFormat") or value.get("fileFormat")),
        "size": size(plain.word(value.get("contentSize"))),
        "license": plain.words(value.get("license"), "url", "@id", "name"),
        "hash": plain.word(value.get("sha256")) or plain.word(value.get("md5")),
        "hash_algorithm": "sha256" if value.get("sha256") else "md5" if value.get("md5") else None,
    }


def resolved(link: str, base: str) -> str:
    """Resolve the address of a file against that of its description."""
    if not link or urls.web_link(link) or ":" in link.partition("/")[0]:
        return link
    try:
        return urls.follow(urls.parse(base), link).url
    except HarvestError:
        return link


def size(words: str) -> int | None:
    """Read a size such as `117743 B` or `1.2 MB` (of 1,000 kB) in bytes."""
    found = _SIZE.fullmatch(words)
    if not found:
        return None
    number = text.cleaned(found[1]).replace(",", "")
    power = _POWERS[(found[2] or "")[:1].lower()]
    base = 1024 if "i" in (found[2] or "").lower() else 1000
    try:
        return int(float(number) * base**power) or None
    except (ValueError, OverflowError):
        return None


def links(value: Any, *keys: str) -> list[str]:
    """Give the addresses among values that may be sentences."""
    return [word for word in plain.words(value, *keys) if urls.web_link(word)]
