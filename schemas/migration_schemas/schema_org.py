"""A record as schema.org/Dataset, the way search engines for datasets read it.

https://developers.google.com/search/docs/appearance/structured-data/dataset asks for a name, a
description of 50 to 5000 characters, and rewards distribution, licence and catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_vocabularies import get

from .fields import load
from .record import NOTES, Record, text_in

LONGEST = 5000


def dataset(
    record: Record, *, url: str, catalogue_url: str, catalogue_name: str, lang: str = "en"
) -> dict[str, Any]:
    """Return JSON-LD for a dataset's page; only what is known is stated."""
    fields = record.fields
    found = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": url,
        "url": url,
        "name": record.title(lang),
        "description": text_in(fields.get(NOTES), lang)[:LONGEST],
        "identifier": record.identifier,
        "sameAs": fields.get("url"),
        "alternateName": list(fields.get("alternative_title") or ()),
        "keywords": _keywords(record, lang),
        "inLanguage": list(fields.get("language") or ()),
        "creator": [_organization(node) for node in fields.get("publisher") or ()],
        "datePublished": fields.get("issued"),
        "dateModified": fields.get("modified"),
        "temporalCoverage": [_period(node) for node in fields.get("temporal_coverage") or ()],
        "spatialCoverage": _places(record, lang),
        "measurementTechnique": _labels(record, "collection_method", lang),
        "variableMeasured": _labels(record, "disaggregation", lang),
        "isAccessibleForFree": True if fields.get("access_rights") == "PUBLIC" else None,
        "conditionsOfAccess": text_in(fields.get("access_procedure_translated"), lang),
        "license": next(iter(_licences(record)), None),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": catalogue_name, "url": catalogue_url},
        "distribution": [_download(resource) for resource in record.resources],
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _labels(record: Record, name: str, lang: str) -> list[str]:
    vocabulary = get(str(load().field(name).vocabulary))
    return [vocabulary.label(code, lang) for code in record.fields.get(name) or ()]


def _keywords(record: Record, lang: str) -> list[str]:
    tags = record.fields.get("tags_translated") or {}
    words: list[str] = tags.get(lang) or tags.get("en") or next(iter(tags.values()), [])
    return list(
        dict.fromkeys(
            [*words, *_labels(record, "migration_theme", lang), *_labels(record, "population_group", lang)]
        )
    )


def _organization(node: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "@type": "Organization",
        "name": node.get("name"),
        "url": node.get("homepage") or node.get("uri"),
        "sameAs": node.get("ror"),
        "identifier": node.get("iati"),
    }
    return {key: value for key, value in found.items() if value}


def _period(node: Mapping[str, Any]) -> str:
    return f"{node.get('start', '..')}/{node.get('end', '..')}"


def _places(record: Record, lang: str) -> list[dict[str, Any]]:
    names = ("spatial_coverage", "country_of_origin", "country_of_destination", "country_of_transit")
    codes = dict.fromkeys(code for name in names for code in record.fields.get(name) or ())
    return [
        {"@type": "Place", "name": get("country").label(code, lang), "identifier": code} for code in codes
    ]


def _licences(record: Record) -> list[str]:
    known = get("licence")
    codes = dict.fromkeys(str(resource.get("license", "")) for resource in record.resources)
    return [known[code].iri for code in codes if code in known]


def _download(resource: Mapping[str, Any]) -> dict[str, Any]:
    formats = get("file-type")
    code = str(resource.get("format", ""))
    found = {
        "@type": "DataDownload",
        "name": resource.get("name"),
        "description": resource.get("description"),
        "contentUrl": resource.get("download_url") or resource.get("url"),
        "encodingFormat": resource.get("mimetype") or (formats.label(code, "en") if code else None),
        "contentSize": f"{resource['size']} B" if isinstance(resource.get("size"), int) else None,
    }
    return {key: value for key, value in found.items() if value}
