"""DataCite Metadata Schema, kernels 2 to 4, in XML → record."""

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
from migration_harvesters.mappers import datacite
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
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
        self.languages = languages.codes(elements.words(root, "language"))
        self.lang = languages.chosen(config.options.get("language"), self.languages)
        self.doi = self._doi()
        self.page = urls.web_link(dois.link(self.doi)) if self.doi else self._page()

    def fields(self) -> dict[str, Any]:
        """Read everything but the files."""
        root = self.root
        countries, places = self._places()
        found: dict[str, Any] = {
            "title_translated": languages.texts(self._titles(alternative=False), self.lang),
            "alternative_title": [text.line(words) for _, words in self._titles(alternative=True)],
            "notes_translated": languages.paragraphs(self._descriptions("Abstract", "Other", ""), self.lang),
            "provenance_translated": languages.paragraphs(
                self._descriptions("Methods", "TechnicalInfo"), self.lang
            ),
            "identifier": self.doi or self.raw.ref.id,
            "alternate_identifier": self._other_names(),
            **topics.fields(
                languages.lists(elements.spoken(root, "subjects/subject"), self.lang), self.notebook
            ),
            "language": self.languages,
            "publisher": people.agent(
                elements.word(root, "publisher"),
                elements.attribute(elements.first(root, "publisher"), "publisherIdentifier"),
            ),
            "creator": people.agents(self._named("creators/creator", "creatorName")),
            "qualified_attribution": people.attribution(self._parties()),
            "version": text.line(elements.word(root, "version"), 100),
            "spatial_coverage": countries,
            "places": places,
            "url": self.page,
            "contact": people.contacts([], self.notebook, self.page),
            **self._dates(),
            **self._related(),
        }
        return {**found, **access.fields(self._rights(), self.notebook, page=self.page)}

    def resources(self) -> list[dict[str, Any]]:
        """Read the file, if the address of the record is one: DataCite describes no files of its own."""
        links = [urls.web_link(value) for value in elements.words(self.root, "**/alternateIdentifier")]
        licence = files.licence(
            [value for value in self._rights() if access.read([value])[0] is None], self.notebook
        )
        return [
            {"url": link, "download_url": link, "format": kind, "license": licence}
            for link in dict.fromkeys(links)
            if link and (kind := files.of_address(link))
        ]

    # Names

    def _doi(self) -> str:
        return dois.short(text.line(elements.word(self.root, "identifier"), 500))

    def _page(self) -> str | None:
        said = elements.words(self.root, "identifier", "alternateIdentifiers/alternateIdentifier")
        return next((link for value in said if (link := urls.web_link(value))), None)

    def _other_names(self) -> list[dict[str, str]]:
        rows = []
        for node in elements.find(self.root, "alternateIdentifiers/alternateIdentifier"):
            words = text.line(elements.said(node), 500)
            if words:
                rows.append(
                    {"notation": words, "agency": elements.attribute(node, "alternateIdentifierType")}
                )
        return rows

    def _titles(self, *, alternative: bool) -> list[tuple[str, str]]:
        """Give titles or other titles; one that is a translation is the title in its language."""
        rows = []
        for node in elements.find(self.root, "titles/title"):
            kind = elements.attribute(node, "titleType")
            if (kind in ("", "TranslatedTitle")) != alternative and elements.said(node):
                rows.append((elements.language(node), elements.said(node)))
        return rows

    def _descriptions(self, *wanted: str) -> list[tuple[str, str]]:
        nodes = elements.find(self.root, "descriptions/description")
        return [
            (elements.language(node), elements.said(node))
            for kind in wanted
            for node in nodes
            if elements.attribute(node, "descriptionType") == kind
        ]

    # People

    def _named(self, path: str, name: str) -> list[tuple[object, object]]:
        rows: list[tuple[object, object]] = []
        for node in elements.find(self.root, path):
            identifier = elements.word(node, "nameIdentifier")
            rows.append((elements.word(node, name), urls.web_link(identifier)))
        return rows

    def _parties(self) -> list[Party]:
        found = [
            Party(elements.word(node, "contributorName"), elements.attribute(node, "contributorType"))
            for node in elements.find(self.root, "contributors/contributor")
        ]
        funders = elements.words(self.root, "fundingReferences/fundingReference/funderName")
        return [*found, *(Party(name, "funder") for name in funders)]

    # Place, time, rights, relations

    def _places(self) -> tuple[list[str], list[dict[str, str]]]:
        countries: dict[str, None] = {}
        places: list[dict[str, str]] = []
        for node in elements.find(self.root, "geoLocations/geoLocation"):
            name = text.line(elements.word(node, "geoLocationPlace"), 300)
            code = Notebook().concept("spatial_coverage", "country", name, self.lang)
            found = [box for part in elements.find(node, "geoLocationBox") for box in _box(part)]
            if code:
                countries[code] = None
            else:
                places.extend(extents.places(name, found))
        return list(countries), places[: extents.MAX_PLACES]

    def _dates(self) -> dict[str, Any]:
        said: dict[str, list[str]] = {}
        for node in elements.find(self.root, "dates/date"):
            said.setdefault(elements.attribute(node, "dateType"), []).append(elements.said(node))
        issued = [
            *said.get("Issued", ()),
            *said.get("Available", ()),
            elements.word(self.root, "publicationYear"),
        ]
        collected = [span for value in said.get("Collected", ()) if (span := text.period(value))]
        periods = [span for value in said.get("Coverage", ()) if (span := text.period(value))] or collected
        return {
            "issued": next((day for value in issued if (day := text.day(value))), None),
            "modified": next((day for value in said.get("Updated", ()) if (day := text.day(value))), None),
            "temporal_coverage": periods,
            "collection_start": collected[0].get("start") if collected else None,
            "collection_end": collected[0].get("end") if collected else None,
        }

    def _rights(self) -> list[str]:
        nodes = elements.find(self.root, "rightsList/rights", "rights")
        said = [
            value
            for node in nodes
            for value in (
                elements.attribute(node, "rightsURI"),
                elements.attribute(node, "rightsIdentifier"),
                elements.said(node),
            )
        ]
        return list(dict.fromkeys(value for value in said if value))

    def _related(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in elements.find(self.root, "relatedIdentifiers/relatedIdentifier"):
            name = datacite.RELATIONS.get(elements.attribute(node, "relationType"))
            value = elements.said(node)
            link = urls.web_link(dois.link(value) or value)
            if name and link:
                found.setdefault(name, []).append(link)
        return {name: list(dict.fromkeys(links))[:100] for name, links in found.items()}


def _box(node: Element) -> list[str]:
    """Read a box: named bounds (kernel 4), or four numbers, south first (kernels 2 and 3)."""
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    named = [elements.word(node, name) for name in names]
    if any(named):
        return extents.boxes(*named)
    numbers = elements.said(node).split()
    if len(numbers) != 4:
        return []
    south, west, north, east = numbers
    return extents.boxes(west, south, east, north)
