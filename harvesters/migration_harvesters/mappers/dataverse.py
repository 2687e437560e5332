"""A dataset in Dataverse's native JSON → record. https://guides.dataverse.org, metadata references.

A file that is restricted there is described here without its address: access stays where it is granted
(DD-02).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import crosswalk, extents, people, plain, strict_json, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
from migration_harvesters.records import RawRecord, SourceConfig

BOX = ("westLongitude", "southLatitude", "eastLongitude", "northLatitude")
# Older versions of Dataverse wrote two of the names so.
OLD = {"southLatitude": "southLongitude", "northLatitude": "northLongitude"}


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataset and say what was assumed and what was left out."""
    row = strict_json.loads(raw.body)
    version = plain.entry(plain.dug(row, "datasetVersion"))
    if not version:
        raise MappingError("The record has no version of the dataset.")
    told, notebook = _Told(version), Notebook()
    files = plain.entries(version.get("files"))
    said = {**_said(row, version, told), **_access(version, files, raw)}
    host = urls.parse(config.url)
    base = f"{host.scheme}://{host.authority}"
    resources = [_file(one, base) for one in files if not one.get("restricted")]
    return crosswalk.record(raw, config, said, resources, notebook=notebook)


class _Told:
    """The values of all metadata blocks, by the names of their fields."""

    def __init__(self, version: Mapping[str, Any]) -> None:
        blocks = version.get("metadataBlocks")
        fields = [
            field
            for block in (blocks.values() if isinstance(blocks, Mapping) else ())
            for field in plain.entries(plain.entry(block).get("fields"))
        ]
        self._values = {plain.word(field.get("typeName")): field.get("value") for field in fields}

    def words(self, name: str, part: str = "") -> list[str]:
        """Give the texts of a field, or of one part of a field that has parts."""
        return (
            [word for one in self.rows(name) for word in plain.words(one.get(part))]
            if part
            else plain.words(self._values.get(name))
        )

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Give a field with parts as one object a value."""
        found = plain.entries(self._values.get(name))
        return [{part: plain.dug(one, "value") for part, one in row.items()} for row in found]


def _said(row: Mapping[str, Any], version: Mapping[str, Any], told: _Told) -> dict[str, Any]:
    licence = plain.entry(version.get("license"))
    terms = plain.word(version.get("termsOfUse"))
    return {
        "lang": plain.word(row.get("metadataLanguage")),
        "title_translated": told.words("title"),
        "alternative_title": told.words("alternativeTitle"),
        "notes_translated": told.words("dsDescription", "dsDescriptionValue"),
        "identifier": plain.word(row.get("persistentUrl")),
        "tags_translated": told.words("keyword", "keywordValue"),
        "topics": [*told.words("topicClassification", "topicClassValue"), *told.words("subject")],
        "publisher": [{"name": name} for name in _publishers(row, told)],
        "creator": [{"name": name} for name in told.words("author", "authorName")],
        "qualified_attribution": people.attribution(
            Party(plain.word(one.get("contributorName")), plain.word(one.get("contributorType")))
            for one in told.rows("contributor")
        ),
        "contact": [
            {
                "name": plain.word(one.get("datasetContactName")),
                "email": plain.word(one.get("datasetContactEmail")),
            }
            for one in told.rows("datasetContact")
        ],
        "version": f"{version.get('versionNumber')}.{version.get('versionMinorNumber')}"
        if version.get("versionNumber")
        else None,
        "language": told.words("language"),
        "spatial_coverage": [
            *told.words("geographicCoverage", "country"),
            *told.words("geographicCoverage", "otherGeographicCoverage"),
        ],
        "places": [{"box": box} for one in told.rows("geographicBoundingBox") for box in _boxes(one)],
        "temporal_coverage": _periods(told, "timePeriodCovered") or _periods(told, "dateOfCollection"),
        "frequency": told.words("frequencyOfDataCollection"),
        "unit_of_analysis": told.words("unitOfAnalysis"),
        "collection_method": told.words("collectionMode"),
        "sampling_translated": told.words("samplingProcedure"),
        "population_coverage_translated": told.words("universe"),
        "provenance_translated": [*told.words("originOfSources"), *told.words("dataCollectionSituation")],
        "issued": plain.word(row.get("publicationDate")) or plain.word(version.get("releaseTime")),
        "modified": plain.word(version.get("lastUpdateTime")),
        "is_referenced_by": [
            word for word in told.words("publication", "publicationURL") if urls.web_link(word)
        ],
        "license": [plain.word(licence.get("uri")), plain.word(licence.get("name")), terms],
    }


def _publishers(row: Mapping[str, Any], told: _Told) -> list[str]:
    named = [told.words("distributor", "distributorName"), told.words("producer", "producerName")]
    return next((words for words in named if words), plain.words(row.get("publisher")))[:1]


def _periods(told: _Told, name: str) -> list[dict[str, str]]:
    return [
        {"start": plain.word(one.get(f"{name}Start")), "end": plain.word(one.get(f"{name}End"))}
        for one in told.rows(name)
    ]


def _boxes(row: Mapping[str, Any]) -> list[str]:
    return extents.boxes(*(plain.word(row.get(side) or row.get(OLD.get(side, ""))) for side in BOX))


def _access(version: Mapping[str, Any], files: list[Mapping[str, Any]], raw: RawRecord) -> dict[str, Any]:
    """Read who may have the files: a single restricted one makes the whole dataset restricted."""
    terms = [plain.word(version.get(name)) for name in ("restrictions", "termsOfAccess", "dataAccessPlace")]
    said = [word for word in terms if word]
    if any(one.get("restricted") for one in files):
        how = said or ["The files are given on request, through the page of the dataset."]
        return {
            "access_rights": "RESTRICTED",
            "access_mode": "on-request",
            "access_procedure_translated": how,
            "access_url": raw.ref.url,
        }
    return {"access_rights": "PUBLIC"} if files and not said else {}


def _file(value: Mapping[str, Any], base: str) -> dict[str, Any]:
    data = plain.entry(value.get("dataFile"))
    number = plain.word(data.get("id"))
    link = f"{base}/api/access/datafile/{number}" if number.isdigit() else ""
    checksum = plain.entry(data.get("checksum"))
    return {
        "url": link,
        "download_url": link,
        "name": plain.word(value.get("label")) or plain.word(data.get("filename")),
        "description": plain.word(value.get("description")),
        "mimetype": data.get("originalFileFormat") or data.get("contentType"),
        "size": data.get("filesize"),
        "hash": plain.word(checksum.get("value")) or plain.word(data.get("md5")),
        "hash_algorithm": plain.word(checksum.get("type")) or ("md5" if data.get("md5") else None),
    }
