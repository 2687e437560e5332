"""ISO 19115 in its two syntaxes, ISO 19139 (2007) and ISO 19115-3, → record.

OWSLib's parser of these records keeps one language of each text and leaves anchors, locales and several
constraints out; what is read here is named path by path instead, on the tree of our own XML parser.
"""

from __future__ import annotations

import re
from typing import Any

import migration_vocabularies
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
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers import iso_online
from migration_harvesters.mappers.iso_texts import Texts, address, code, codes, parties, plain
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig
from migration_harvesters.xml import Element
from migration_schemas import coverage, dois

CITATION = "citation/CI_Citation"
LINEAGE = ("dataQualityInfo/*/lineage/*/statement", "resourceLineage/*/statement")
# Who publishes, by role: the first of these that a body has.
PUBLISHING = (
    "publisher",
    "owner",
    "custodian",
    "resourceProvider",
    "pointOfContact",
    "distributor",
    "author",
    "",
)
# MD_TopicCategoryCode → themes of the European Union.
TOPICS = {
    "farming": "AGRI", "biota": "ENVI", "boundaries": "REGI", "climatologyMeteorologyAtmosphere": "ENVI",
    "economy": "ECON", "environment": "ENVI", "geoscientificInformation": "TECH", "health": "HEAL",
    "inlandWaters": "ENVI", "location": "REGI", "oceans": "ENVI", "planningCadastre": "REGI",
    "society": "SOCI", "structure": "REGI", "transportation": "TRAN", "utilitiesCommunication": "ENER",
}  # fmt: skip
STATUS = {
    "completed": "COMPLETED", "obsolete": "DEPRECATED", "retired": "DEPRECATED",
    "underDevelopment": "DEVELOP",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# MD_ClassificationCode → the lowest sensitivity that such data can have (CS-06).
SENSITIVE = {
    "restricted": "moderate", "limitedDistribution": "moderate", "sensitiveButUnclassified": "moderate",
    "forOfficialUseOnly": "moderate", "protected": "high", "confidential": "high", "secret": "severe",
    "topSecret": "severe",
}  # fmt: skip


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one record and say what was assumed and what was left out."""
    root = xml.parse(raw.body)
    found = elements.find(root, "identificationInfo/*")
    if not found:
        raise MappingError("The record identifies nothing (no identificationInfo).", code="no-identification")
    reader = _Reader(root, found[0], raw, config)
    return mapping.finished(
        reader.fields(), reader.resources(), config.options.get("defaults"), reader.notebook
    )


def identifier(root: Element) -> str:
    """Give the name of a record: the file identifier, or the metadata identifier of ISO 19115-3."""
    found = elements.find(root, "fileIdentifier", "metadataIdentifier/MD_Identifier/code")
    return next((words for one in found if (words := text.line(plain(one), 500))), "")


class _Reader:
    """One record and the notes made while it is read."""

    def __init__(self, root: Element, node: Element, raw: RawRecord, config: SourceConfig) -> None:
        self.root = root
        self.node = node
        self.raw = raw
        self.notebook = Notebook()
        self.texts = Texts(root)
        self.lang = languages.chosen(config.options.get("language"), [self.texts.default])
        self.links = [
            *iso_online.links(root, "distributionInfo/*/transferOptions/*/onLine"),
            *iso_online.links(root, "distributionInfo/*/distributor/*/distributorTransferOptions/*/onLine"),
        ]
        self.parties = list(parties(node, "pointOfContact", f"{CITATION}/citedResponsibleParty"))

    def fields(self) -> dict[str, Any]:
        """Read everything but the files."""
        node, spoken = self.node, self.texts.all
        words, countries, names = self._keywords()
        page = self._page()
        about = spoken(node, "abstract", "supplementalInformation")
        found = {
            "title_translated": languages.texts(spoken(node, f"{CITATION}/title"), self.lang),
            "alternative_title": self._other_titles(),
            "notes_translated": languages.paragraphs(about, self.lang),
            "identifier": self._identifier(),
            **topics.fields(languages.lists(words, self.lang), self.notebook),
            "theme": self._themes(),
            "language": languages.codes(codes(node, "language", "defaultLocale/PT_Locale/language")),
            "publisher": self._publisher(),
            "qualified_attribution": people.attribution(self.parties),
            "contact": people.contacts([*self.parties, *parties(self.root, "contact")], self.notebook, page),
            "provenance_translated": languages.paragraphs(spoken(self.root, *LINEAGE), self.lang),
            "frequency": self._frequency(),
            "lifecycle_status": STATUS.get(code(node, "status")),
            "url": page,
            "documentation": [one.url for one in self.links if one.document],
            "spatial_resolution_in_meters": self._resolution(),
            **self._dates(),
            **self._extent(countries, names),
        }
        return {**found, **self._statistic(found), **self._access(page)}

    def resources(self) -> list[dict[str, Any]]:
        """Read the files and services."""
        licence = files.licence(self._terms(), self.notebook)
        named = elements.find(
            self.root,
            "distributionInfo/*/distributionFormat/MD_Format/name",
            "distributionInfo/*/distributionFormat/MD_Format/formatSpecificationCitation/*/title",
            "distributionInfo/*/distributor/*/distributorFormat/MD_Format/name",
        )
        formats = list(dict.fromkeys(words for one in named if (words := plain(one))))
        return iso_online.resources(self.links, formats, licence, self.texts, self.lang)

    # Names and words

    def _identifier(self) -> str:
        """Prefer the identifier of the data, if it is a DOI; else the name of the record."""
        for one in elements.find(self.node, f"{CITATION}/identifier/*/code"):
            if name := dois.short(plain(one)):
                return name
        return self.raw.ref.id

    def _other_titles(self) -> list[str]:
        """Give other titles that are not the title itself in one of its languages."""
        titles, others = (
            {text.line(words) for _, words in self.texts.all(self.node, f"{CITATION}/{name}")}
            for name in ("title", "alternateTitle")
        )
        return sorted(others - titles)

    def _keywords(self) -> tuple[list[tuple[str, str]], list[str], list[str]]:
        """Sort keywords into words, countries and names of other places."""
        words: list[tuple[str, str]] = []
        places: list[str] = []
        for group in elements.find(self.node, "descriptiveKeywords/MD_Keywords"):
            said = self.texts.all(group, "keyword")
            kind = code(group, "type")
            if kind == "place":
                places.extend(name for _, name in said)
            elif kind != "temporal":
                words.extend(said)
        known = {name: Notebook().concept("spatial_coverage", "country", name, self.lang) for name in places}
        countries = [found for found in known.values() if found]
        others = [name for name, found in known.items() if not found]
        return words, list(dict.fromkeys(countries)), others

    def _themes(self) -> list[str]:
        said = elements.words(self.node, "topicCategory/MD_TopicCategoryCode")
        return list(dict.fromkeys(TOPICS[name] for name in said if name in TOPICS))

    def _frequency(self) -> str | None:
        """Read `asNeeded` as the words that it is made of."""
        said = code(self.node, "resourceMaintenance/*/maintenanceAndUpdateFrequency")
        return self.notebook.concept("frequency", "frequency", _CAMEL.sub(" ", said))

    def _statistic(self, found: dict[str, Any]) -> dict[str, Any]:
        kind = code(self.node, "spatialRepresentationType")
        if kind not in ("vector", "grid", "tin") or found["statistic_type"]:
            return {}
        self.notebook.assumed("statistic_type", kind, "geospatial", "type of spatial representation")
        return {"statistic_type": ["geospatial"]}

    # People and pages

    def _publisher(self) -> list[dict[str, str]]:
        """Choose the body that publishes; who only keeps the metadata is the last resort."""
        bodies = [*self.parties, *parties(self.root, "contact")]
        for role in PUBLISHING:
            for one in bodies:
                if one.role == role and one.name and not one.person:
                    return people.agent(one.name)
        return people.agent(next((one.name for one in bodies if one.name), ""))

    def _page(self) -> str | None:
        said = [
            address(self.root, "metadataLinkage/CI_OnlineResource/linkage"),
            address(self.root, "dataSetURI"),
            *(one.url for one in self.links if one.page),
        ]
        return next((link for value in said if (link := urls.web_link(value))), None)

    # Time and place

    def _dates(self) -> dict[str, str | None]:
        said: dict[str, str] = {}
        for one in elements.find(self.node, f"{CITATION}/date/CI_Date"):
            day = text.day(next(iter(elements.words(one, "date")), ""))
            if day:
                said.setdefault(code(one, "dateType"), day)
        issued = said.get("publication") or said.get("released") or said.get("creation")
        return {"issued": issued, "modified": said.get("revision") or said.get("lastUpdate")}

    def _extent(self, countries: list[str], names: list[str]) -> dict[str, Any]:
        extent = elements.find(self.node, "extent/EX_Extent")
        sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        places = [entry for name in names for entry in extents.places(text.line(name, 300), [])]
        periods: list[dict[str, str]] = []
        for one in extent:
            for box in elements.find(one, "geographicElement/EX_GeographicBoundingBox"):
                found = extents.boxes(*(elements.word(box, side) for side in sides))
                if not found:
                    self.notebook.left_out("places", elements.said(box), "no extent on the globe")
                places.extend(extents.places("", found))
            for time in elements.find(one, "temporalElement/*/extent/*"):
                span = text.span(
                    elements.word(time, "beginPosition", "begin/TimeInstant/timePosition", "timePosition"),
                    elements.word(time, "endPosition", "end/TimeInstant/timePosition", "timePosition"),
                )
                periods.extend([span] if span else [])
        return {
            "spatial_coverage": _within(countries, places),
            "places": places[: extents.MAX_PLACES],
            "temporal_coverage": periods,
        }

    def _resolution(self) -> str | None:
        for one in elements.find(self.node, "spatialResolution/MD_Resolution/distance/Distance"):
            metres = elements.attribute(one, "uom").rpartition("#")[2] in ("m", "metre", "meter")
            if metres and elements.said(one).replace(".", "", 1).isdigit():
                return elements.said(one)
        return None

    # Access

    def _access(self, page: str | None) -> dict[str, Any]:
        """Read who may have the data; what classifies data or record counts at its strictest (CS-06)."""
        secret = codes(self.node, "resourceConstraints/MD_SecurityConstraints/classification")
        secret += codes(self.root, "metadataConstraints/MD_SecurityConstraints/classification")
        limits = "resourceConstraints/MD_LegalConstraints"
        said = [*secret, *codes(self.node, f"{limits}/accessConstraints"), *self._conditions()]
        terms = (f"{limits}/otherConstraints", "resourceConstraints/*/useLimitation")
        procedure = languages.paragraphs(self.texts.all(self.node, *terms), self.lang)
        found = access.fields(said, self.notebook, page=page, procedure=procedure)
        levels = [concept.code for concept in migration_vocabularies.get("sensitivity-level")]
        worst = max((SENSITIVE[name] for name in secret if name in SENSITIVE), key=levels.index, default=None)
        if worst:
            self.notebook.assumed("sensitivity_level", ", ".join(secret), worst, "classification")
            found["sensitivity_level"] = worst
        return found

    def _conditions(self) -> list[str]:
        """Give addresses and texts of constraints, such as INSPIRE's list of limitations."""
        rows = elements.find(self.node, "resourceConstraints/MD_LegalConstraints/otherConstraints")
        links = [elements.attribute(one, "href") for row in rows for one in elements.find(row, "Anchor")]
        return [*links, *(plain(row) for row in rows)]

    def _terms(self) -> list[str]:
        """Give the statements about use that may name a licence."""
        rows = elements.find(
            self.node, "resourceConstraints/*/otherConstraints", "resourceConstraints/*/useLimitation"
        )
        links = [elements.attribute(one, "href") for row in rows for one in elements.find(row, "Anchor")]
        said = [*links, *(plain(row) for row in rows)]
        return [words for words in said if words and access.read([words])[0] is None]


def _within(countries: list[str], places: list[dict[str, str]]) -> list[str]:
    """Leave out countries that no extent touches: `Georgia` beside a box over America is a state."""
    boxes = [[float(side) for side in place["box"].split()] for place in places if "box" in place]
    touched = {code for box in boxes for code in coverage.touching(*box)}
    known = migration_vocabularies.get("country")
    return [code for code in countries if not boxes or not known[code].extent or code in touched]
