"""Dublin Core's fifteen elements (oai_dc, nsdl_dc, the records of CSW) → record.

Everything is optional, repeatable and untyped here: a coverage may be a country or a decade, an identifier an
address or a shelf mark. What something is, is read off its own form, and what has none is left out and noted.
"""

from __future__ import annotations

from typing import Any

from migration_harvesters import (
    access,
    elements,
    extents,
    files,
    languages,
    mapping,
    people,
    text,
    topics,
    urls,
    xml,
)
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig
from migration_harvesters.xml import Element
from migration_schemas import dois


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one record and say what was assumed and what was left out."""
    reader = _Reader(xml.parse(raw.body), raw, config)
    return mapping.finished(
        reader.fields(), reader.resources(), config.options.get("defaults"), reader.notebook
    )


class _Reader:
    """One record and the notes made while it is read."""

    def __init__(self, root: Element, raw: RawRecord, config: SourceConfig) -> None:
        self.root = root
        self.raw = raw
        self.notebook = Notebook()
        self.languages = languages.codes(self.all("language"))
        self.lang = languages.chosen(config.options.get("language"), self.languages)
        self.links = list(
            dict.fromkeys(
                link for value in self.all("identifier", "URI", "references") if (link := _link(value))
            )
        )

    def all(self, *names: str) -> list[str]:
        """Give the texts of all elements of these names, in either namespace of Dublin Core."""
        return elements.words(self.root, *names)

    def spoken(self, *names: str) -> list[tuple[str, str]]:
        """Give the texts with their languages."""
        return elements.spoken(self.root, *names)

    def fields(self) -> dict[str, Any]:
        """Read everything but the files."""
        countries, places, periods = self._coverage()
        page = next((link for link in self.links if files.of_address(link) is None), None)
        days = sorted(
            {day for value in self.all("issued", "available", "date", "created") if (day := text.day(value))}
        )
        publishers = self.all("publisher") or self.all("creator")
        found = {
            "title_translated": languages.texts(self.spoken("title"), self.lang),
            "notes_translated": languages.paragraphs(self.spoken("abstract", "description"), self.lang),
            "alternative_title": [text.line(value) for value in self.all("alternative")],
            "identifier": self._identifier(),
            **topics.fields(languages.lists(self._subjects(), self.lang), self.notebook),
            "language": self.languages,
            "publisher": people.agents((name, None) for name in publishers[:1]),
            "creator": people.agents((name, None) for name in self.all("creator")),
            "spatial_coverage": countries,
            "places": places,
            "temporal_coverage": periods,
            "issued": days[0] if days else None,
            "modified": next((day for value in self.all("modified") if (day := text.day(value))), None),
            "provenance_translated": languages.paragraphs(self.spoken("provenance", "source"), self.lang),
            "url": page,
            "contact": people.contacts([], self.notebook, page),
            "conforms_to": [link for value in self.all("conformsTo") if (link := urls.web_link(value))],
        }
        return {**found, **access.fields(self.all("rights", "accessRights"), self.notebook, page=page)}

    def resources(self) -> list[dict[str, Any]]:
        """Read the files: the addresses that end like one."""
        licence = files.licence([*self.all("license"), *self._terms()], self.notebook)
        return [
            {"url": link, "download_url": link, "format": kind, "license": licence}
            for link in self.links
            if (kind := files.of_address(link))
        ]

    def _identifier(self) -> str:
        """Prefer a DOI, in its short form; else the name that the repository gives."""
        for value in self.all("identifier"):
            if name := dois.short(value):
                return name
        return self.raw.ref.id

    def _subjects(self) -> list[tuple[str, str]]:
        return [
            (lang, part)
            for lang, words in self.spoken("subject")
            for part in (words.split(";") if ";" in words else [words])
        ]

    def _terms(self) -> list[str]:
        """Statements of rights that are no words about access."""
        return [value for value in self.all("rights") if access.read([value])[0] is None]

    def _coverage(self) -> tuple[list[str], list[dict[str, str]], list[dict[str, str]]]:
        countries: dict[str, None] = {}
        places: list[dict[str, str]] = []
        periods: list[dict[str, str]] = []
        for value in self.all("coverage", "spatial", "temporal"):
            known = Notebook().concept("spatial_coverage", "country", value, self.lang)
            span = text.period(_dcmi_period(value)) if known is None else {}
            if known:
                countries[known] = None
            elif span:
                periods.append(span)
            elif value.lower().startswith("http"):
                self.notebook.left_out("spatial_coverage", value)
            else:
                places.extend(extents.places(text.line(value, 300), []))
        for box in elements.find(self.root, "BoundingBox|WGS84BoundingBox"):
            places.extend(extents.places("", _corners(box)))
        return list(countries), places[: extents.MAX_PLACES], periods


def _dcmi_period(value: str) -> str:
    """Give `start=1990; end=1999` of the DCMI Period Encoding Scheme in the form that is read."""
    parts = [part.strip() for part in value.split(";")]
    return " ".join(part for part in parts if part.lower().startswith(("start", "end"))) or value


def _corners(box: Element) -> list[str]:
    """Read a bounding box of OWS: two corners, longitude first (or latitude first in EPSG:4326)."""
    corners = [elements.word(box, name).split() for name in ("LowerCorner", "UpperCorner")]
    if any(len(corner) != 2 for corner in corners):
        return []
    (west, south), (east, north) = corners
    if elements.attribute(box, "crs").endswith("4326"):
        west, south, east, north = south, west, north, east
    return extents.boxes(west, south, east, north)


def _link(value: str) -> str | None:
    if value.lower().startswith("doi:10."):
        value = f"https://doi.org/{value[4:]}"
    return urls.web_link(value)
