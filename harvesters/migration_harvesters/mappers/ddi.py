"""DDI Codebook 1.2 to 2.6 (oai_ddi25, oai_ddi, the exports of NADA and Dataverse) → record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migration_harvesters import elements, extents, files, languages, mapping, studies, text, urls, xml
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
from migration_harvesters.records import RawRecord, SourceConfig
from migration_harvesters.studies import Study
from migration_harvesters.xml import Element

CITATION = "citation"
CONCEPT = "concept"
METHODS = (
    "timeMeth", "sources", "srcChar", "collMode", "resInstru", "collSitu", "actMin", "conOps", "weight",
    "cleanOps",
)  # fmt: skip
CONDITIONS = ("confDec", "specPerm", "restrctn", "conditions")


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one study and say what was assumed and what was left out."""
    root = xml.parse(raw.body)
    described = elements.find(root, "stdyDscr")
    if not described:
        raise MappingError("The codebook describes no study.", code="no-study")
    titles = elements.find(described[0], "citation/titlStmt/titl")
    default = languages.chosen(config.options.get("language"), map(elements.language, titles))
    reader = _Reader(root, described[0], default)
    notebook = Notebook()
    study = reader.study()
    study.page = study.page or raw.ref.url or ""
    return mapping.finished(
        studies.fields(study, notebook, default, raw.ref.id),
        reader.files(studies.licence(study, notebook)),
        config.options.get("defaults"),
        notebook,
    )


class _Reader:
    """One codebook; the first description of a study counts, later ones say it in other languages."""

    def __init__(self, root: Element, study: Element, default: str) -> None:
        self.root = root
        self.node = study
        self.default = default
        _set_concepts_apart(root)

    def own(self, *paths: str) -> list[Element]:
        """Find elements that say one thing in several languages, in ours or in none if there are such."""
        found = [one for one in elements.find(self.node, *paths) if elements.said(one) or one.attrib]
        chosen = [one for one in found if elements.language(one) in ("", self.default)]
        return chosen or found

    def terms(self, *paths: str) -> list[str]:
        """Give the terms of controlled vocabularies, by their code where there is one beside the text."""
        return [elements.attribute(one, CONCEPT) or elements.said(one) for one in self.own(*paths)]

    def study(self) -> Study:
        """Read the description of the study."""
        node, cited = self.node, CITATION
        info = "stdyInfo"
        return Study(
            titles=self.spoken(f"{cited}/titlStmt/titl", f"{cited}/titlStmt/parTitl"),
            alternatives=elements.words(node, f"{cited}/titlStmt/altTitl", f"{cited}/titlStmt/subTitl"),
            identifiers=[
                (elements.attribute(one, "agency"), elements.said(one))
                for one in elements.find(node, f"{cited}/titlStmt/IDNo")
            ],
            abstract=self.prose(f"{info}/abstract"),
            universe=self.prose(f"{info}/sumDscr/universe"),
            sampling=self.prose("method/dataColl/sampProc", "method/dataColl/deviat"),
            methods=self.prose(*(f"method/dataColl/{name}" for name in METHODS)),
            quality=self.prose("method/anlyInfo/*", "method/notes"),
            keywords=self.spoken(f"{info}/subject/keyword", f"{info}/subject/topcClas"),
            authors=[Party(elements.said(one)) for one in self.own(f"{cited}/rspStmt/AuthEnty")],
            parties=list(self.parties()),
            distributors=[
                Party(elements.said(one), page=elements.attribute(one, "URI"))
                for one in self.own(f"{cited}/distStmt/distrbtr")
            ],
            contacts=list(self.contacts()),
            **self.coverage(),
            **self.use(),
        )

    def coverage(self) -> dict[str, Any]:
        """Read place, time, units and kinds."""
        summary = "stdyInfo/sumDscr"
        return {
            "nations": [
                elements.attribute(one, "abbr") or elements.said(one) for one in self.own(f"{summary}/nation")
            ],
            "regions": [elements.said(one) for one in self.own(f"{summary}/geogCover")],
            "boxes": [
                box
                for one in elements.find(self.node, f"{summary}/geoBndBox")
                for box in extents.boxes(
                    *(elements.word(one, name) for name in ("westBL", "southBL", "eastBL", "northBL"))
                )
            ],
            "collected": studies.spans(self.moments(f"{summary}/collDate")),
            "periods": studies.spans(self.moments(f"{summary}/timePrd")),
            "units": self.terms(f"{summary}/anlyUnit"),
            "kinds": self.terms(f"{summary}/dataKind", "method/dataColl/collMode"),
            "frequency": elements.word(self.node, "method/dataColl/frequenc"),
        }

    def use(self) -> dict[str, Any]:
        """Read access, licences, versions, what else there is."""
        node, cited = self.node, CITATION
        used = elements.find(node, "dataAccs/useStmt")
        places = elements.find(node, "dataAccs/setAvail")
        return {
            "access": [
                *(word for one in places for word in elements.words(one, "avlStatus")),
                *(
                    elements.attribute(one, "elementVersion", "type")
                    for one in elements.find(node, "dataAccs/*/restrctn")
                ),
            ],
            "conditions": [found for one in used for name in CONDITIONS for found in _prose(one, name)],
            "licences": [
                value
                for one in self.own(f"{cited}/prodStmt/copyright", "dataAccs/useStmt/conditions")
                for value in (elements.attribute(one, "URI"), elements.said(one))
                if studies.names_licence(value)
            ],
            "version": elements.word(node, f"{cited}/verStmt/version"),
            "series": next((elements.said(one) for one in self.own(f"{cited}/serStmt/serName")), ""),
            "series_about": next((elements.said(one) for one in self.own(f"{cited}/serStmt/serInfo")), ""),
            "publications": [
                elements.attribute(one, "URI") or elements.word(one, "**/holdings")
                for one in elements.find(node, "othrStdyMat/relPubl", "othrStdyMat/relPubl/citation/holdings")
            ],
            "variables": elements.words(self.root, "dataDscr/var/labl"),
            "issued": [
                elements.attribute(one, "date") or elements.said(one)
                for one in elements.find(
                    node,
                    f"{cited}/distStmt/distDate",
                    f"{cited}/verStmt/version",
                    f"{cited}/prodStmt/prodDate",
                )
            ],
            "page": next(
                (
                    link
                    for one in elements.find(
                        self.root,
                        "stdyDscr/citation/holdings",
                        "docDscr/citation/holdings",
                        "docDscr/citation/titlStmt/IDNo",
                    )
                    if (link := urls.web_link(elements.attribute(one, "URI") or elements.said(one)))
                ),
                "",
            ),
        }

    def files(self, licence: str | None) -> list[dict[str, Any]]:
        """Read the files that have an address, and documents beside them."""
        rows: list[dict[str, Any]] = []
        described = [
            *((one, "fileTxt/fileName", "fileTxt/fileType") for one in elements.find(self.root, "fileDscr")),
            *((one, "labl", "notes") for one in elements.find(self.root, "otherMat")),
            *((one, "", "") for one in self.own("dataAccs/setAvail/accsPlac") if _is_file(one)),
        ]
        for node, name, kind in described:
            link = urls.web_link(elements.attribute(node, "URI"))
            if link is None:
                continue
            title = elements.word(node, name)
            known = (
                files.file_type(elements.word(node, kind)) or files.of_address(link) or files.of_name(title)
            )
            rows.append({"url": link, "name": text.line(title), "format": known, "license": licence})
        return rows

    def parties(self) -> Iterator[Party]:
        """List those who took part, with their roles."""
        for path, role in (
            ("citation/prodStmt/producer", "producer"),
            ("citation/prodStmt/fundAg", "funder"),
            ("citation/distStmt/depositr", "depositor"),
            ("method/dataColl/dataCollector", "collector"),
        ):
            for one in self.own(path):
                if name := elements.said(one) or elements.attribute(one, "abbr"):
                    yield Party(name, role, page=elements.attribute(one, "URI"))

    def contacts(self) -> Iterator[Party]:
        """List those who answer; a contact with an affiliation is a person of that body."""
        for one in self.own("citation/distStmt/contact"):
            body = elements.attribute(one, "affiliation")
            yield Party(
                body or elements.said(one),
                mail=elements.attribute(one, "email"),
                page=elements.attribute(one, "URI"),
            )

    def moments(self, path: str) -> Iterator[tuple[str, str, str]]:
        """Give the dates of an element with their events, for `studies.spans`."""
        for one in elements.find(self.node, path):
            moment = elements.attribute(one, "date") or elements.said(one)
            yield elements.attribute(one, "cycle"), elements.attribute(one, "event").lower(), moment

    def spoken(self, *paths: str) -> list[tuple[str, str]]:
        """Give texts of one line with their languages."""
        return elements.spoken(self.node, *paths)

    def prose(self, *paths: str) -> list[tuple[str, str]]:
        """Give texts of paragraphs with their languages."""
        return _prose(self.node, *paths)


def _prose(node: Element, *paths: str) -> list[tuple[str, str]]:
    return [(elements.language(one), elements.prose(one)) for one in elements.find(node, *paths)]


def _is_file(node: Element) -> bool:
    return files.of_address(elements.attribute(node, "URI")) is not None


def _set_concepts_apart(root: Element) -> None:
    """Move the code of a controlled vocabulary, `concept` inside a text, into an attribute."""
    for node in elements.find(root, "**/concept"):
        around = node.getparent()
        if around is not None and elements.name(around) != "concept":
            around.set(CONCEPT, elements.said(node))
            around.remove(node)
