"""A record of DataCite in JSON (metadata schema 4) → record. https://datacite-metadata-schema.readthedocs.io."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import access, crosswalk, extents, people, plain, strict_json, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers.schemaorg import size
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas import dois

NOTES = ("Abstract", "SeriesInformation", "Other", "")
METHODS = ("Methods", "TechnicalInfo")
# relationType → field of the profile; what is related in other ways is not taken over.
RELATIONS = {
    "IsDocumentedBy": "documentation",
    "IsDescribedBy": "documentation",
    "IsCitedBy": "is_referenced_by",
    "IsReferencedBy": "is_referenced_by",
    "IsSupplementTo": "is_referenced_by",
    "IsDerivedFrom": "derived_from",
}


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one record and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    if not isinstance(row, dict):
        raise MappingError("The record is not a JSON object.")
    about, notebook = plain.entry(row.get("attributes")) or row, Notebook()
    links = [word for word in plain.words(about.get("contentUrl")) if urls.web_link(word)]
    sizes, formats = plain.words(about.get("sizes")), plain.words(about.get("formats"))
    single = len(links) == 1
    files = [
        {
            "url": link,
            "download_url": link,
            "format": formats[:1] if single else None,
            "size": size(sizes[0]) if single and len(sizes) == 1 else None,
        }
        for link in links
    ]
    return crosswalk.record(raw, config, _said(about, notebook), files, notebook=notebook)


def _said(about: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    doi = plain.word(about.get("doi"))
    page = plain.word(about.get("url"))
    rights = plain.entries(about.get("rightsList"))
    subjects = plain.entries(about.get("subjects"))
    names, areas = _places(about)
    issued = _date(about, "Issued", "Available") or plain.word(about.get("publicationYear"))
    return {
        "lang": plain.word(about.get("language")),
        "title_translated": _texts(about.get("titles"), "title", titles=True),
        "alternative_title": [
            plain.word(one.get("title")) for one in plain.entries(about.get("titles")) if one.get("titleType")
        ],
        "notes_translated": _texts(about.get("descriptions"), "description", kinds=NOTES),
        "provenance_translated": _texts(about.get("descriptions"), "description", kinds=METHODS),
        "identifier": dois.link(doi),
        "tags_translated": [plain.word(one.get("subject")) for one in subjects],
        "publisher": [{"name": plain.word(about.get("publisher"), "name")}],
        "creator": [_agent(one) for one in plain.entries(about.get("creators"))],
        "qualified_attribution": people.attribution(_contributors(about)),
        "url": page,
        "version": about.get("version"),
        "language": plain.words(about.get("language")),
        "spatial_coverage": names,
        "places": areas,
        "temporal_coverage": [
            plain.word(one.get("date"))
            for one in plain.entries(about.get("dates"))
            if one.get("dateType") in ("Collected", "Coverage", "Valid")
        ],
        "issued": issued,
        "modified": _date(about, "Updated") or plain.word(about.get("updated")),
        **_related(plain.entries(about.get("relatedIdentifiers"))),
        "license": [
            word
            for one in rights
            for word in (plain.word(one.get("rightsUri")), plain.word(one.get("rights")))
            if word
        ],
        **access.fields(
            [word for one in rights for word in plain.words([one.get("rightsUri"), one.get("rights")])],
            notebook,
            page=page,
        ),
    }


def _texts(value: Any, key: str, *, kinds: tuple[str, ...] = (), titles: bool = False) -> dict[str, Any]:
    """Give texts by language: of titles the main one, of descriptions those of some types."""
    found: dict[str, list[str]] = {}
    for one in plain.entries(value):
        kind = plain.word(one.get("titleType" if titles else "descriptionType"))
        if (titles and kind not in ("", "TranslatedTitle")) or (not titles and kind not in kinds):
            continue
        if word := plain.word(one.get(key)):
            found.setdefault(plain.word(one.get("lang")), []).append(word)
    return {lang: words[0] if titles else words for lang, words in found.items()}


def _agent(value: Mapping[str, Any]) -> dict[str, Any]:
    link = next(
        (word for word in plain.words(value.get("nameIdentifiers"), "nameIdentifier") if urls.web_link(word)),
        None,
    )
    return {"name": plain.word(value.get("name")), "uri": link}


def _contributors(about: Mapping[str, Any]) -> list[Party]:
    return [
        Party(
            plain.word(one.get("name")),
            plain.word(one.get("contributorType")),
            person=one.get("nameType") == "Personal",
        )
        for one in plain.entries(about.get("contributors"))
    ]


def _date(about: Mapping[str, Any], *kinds: str) -> str:
    dates = {
        plain.word(one.get("dateType")): plain.word(one.get("date"))
        for one in plain.entries(about.get("dates"))
    }
    return next((dates[kind] for kind in kinds if dates.get(kind)), "")


def _related(related: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in related:
        name, word = (
            RELATIONS.get(plain.word(one.get("relationType"))),
            plain.word(one.get("relatedIdentifier")),
        )
        link = urls.web_link(dois.link(word) or word)
        if name and link:
            found.setdefault(name, []).append(link)
    return found


def _places(about: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    names: list[str] = []
    areas: list[dict[str, Any]] = []
    for one in plain.entries(about.get("geoLocations")):
        name, box, point = (
            plain.word(one.get("geoLocationPlace")),
            plain.entry(one.get("geoLocationBox")),
            plain.entry(one.get("geoLocationPoint")),
        )
        sides = [
            box.get(f"{side}Bound{what}")
            for side, what in (
                ("west", "Longitude"),
                ("south", "Latitude"),
                ("east", "Longitude"),
                ("north", "Latitude"),
            )
        ]
        found = extents.boxes(*sides) if box else []
        if point:
            east, north = point.get("pointLongitude"), point.get("pointLatitude")
            found = extents.boxes(east, north, east, north)
        if name:
            names.append(name)
        areas.extend({"box": area, **({"name": name} if name else {})} for area in found)
    return names, areas
