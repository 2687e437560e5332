"""Reads the example portals for the tests: what each record says about itself, whatever the protocol."""

from __future__ import annotations

import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import DCAT, DCTERMS, Graph, URIRef

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
sys.path.insert(0, str(EXAMPLES))  # a folder of scripts, not a package

HYDRA = "http://www.w3.org/ns/hydra/core#"
FOAF_NAME = URIRef("http://xmlns.com/foaf/0.1/name")
RDF_PORTALS = {
    "protection": ("ttl", "turtle"),
    "statistics": ("rdf", "xml"),
    "regions": ("jsonld", "json-ld"),
}

# Where each publisher keeps its own pages.
HOSTS = {
    "IOM Displacement Tracking Matrix": {"dtm.iom.int"},
    "IOM Missing Migrants Project": {"missingmigrants.iom.int"},
    "International Organization for Migration": {"www.iom.int", "www.migrationdataportal.org"},
    "Counter Trafficking Data Collaborative": {"www.ctdatacollaborative.org"},
    "United Nations Department of Economic and Social Affairs, Population Division": {"www.un.org"},
    "United Nations Statistics Division": {"unstats.un.org"},
    "United Nations High Commissioner for Refugees": {
        "www.unhcr.org",
        "data.unhcr.org",
        "microdata.unhcr.org",
        "rsq.unhcr.org",
    },
    "International Labour Organization": {"www.ilo.org", "ilostat.ilo.org"},
    "World Bank": {
        "www.knomad.org",
        "remittanceprices.worldbank.org",
        "databank.worldbank.org",
        "data.worldbank.org",
        "microdata.worldbank.org",
    },
    "Internal Displacement Monitoring Centre": {"www.internal-displacement.org"},
    "United Nations Children's Fund": {"data.unicef.org", "mics.unicef.org"},
    "United Nations Office on Drugs and Crime": {"www.unodc.org", "dataunodc.un.org"},
    "Organisation for Economic Co-operation and Development": {"www.oecd.org"},
    "Eurostat": {"ec.europa.eu"},
    "United Nations Relief and Works Agency for Palestine Refugees in the Near East": {"www.unrwa.org"},
    "Mixed Migration Centre": {"mixedmigration.org"},
    "R4V Inter-Agency Coordination Platform for Refugees and Migrants from Venezuela": {"www.r4v.info"},
    "Economic Commission for Latin America and the Caribbean": {"celade.cepal.org"},
    "Institut national d'études démographiques": {"teo.site.ined.fr", "mafeproject.site.ined.fr"},
    "European Union Agency for Asylum": {"www.euaa.europa.eu"},
    "European Border and Coast Guard Agency (Frontex)": {"www.frontex.europa.eu"},
    "European Commission, Joint Research Centre": {"knowledge4policy.ec.europa.eu"},
    "El Colegio de la Frontera Norte": {"www.colef.mx"},
    "UNESCO Institute for Statistics": {"data.uis.unesco.org"},
}


@dataclass(frozen=True)
class Described:
    """What one record says about itself, whatever the portal's protocol."""

    portal: str
    id: str
    titles: tuple[tuple[str, str], ...]  # language, text
    publisher: str
    landing_page: str
    resources: int


def get(address: str, **headers: str) -> tuple[Any, bytes]:
    """Return the headers and the body of a reply."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as reply:
        return reply.headers, reply.read()


def walk(address: str | None, name: str) -> list[Graph]:
    found: list[Graph] = []
    while address is not None:
        _, body = get(address)
        graph = Graph().parse(data=body, format=RDF_PORTALS[name][1], publicID=address)
        found.append(graph)
        nexts = {
            str(value) for term in ("next", "nextPage") for value in graph.objects(None, URIRef(HYDRA + term))
        }
        assert len(nexts) <= 1
        address = nexts.pop() if nexts else None
        assert len(found) < 20, "the pages go round in a circle"
    return found


def from_package(package: dict[str, Any]) -> Described:
    titles = package.get("title_translated") or {package["language"][0]: str(package["title"])}
    return Described(
        "displacement",
        package["name"],
        tuple(titles.items()),
        package["dataset_source"],
        package["url"],
        len(package["resources"]),
    )


def from_graph(portal: str, graph: Graph, subject: Any) -> Described:
    publisher = next(graph.objects(subject, DCTERMS.publisher))
    return Described(
        portal,
        str(subject).rsplit("/", 1)[1],
        tuple((str(title.language), str(title)) for title in graph.objects(subject, DCTERMS.title)),
        str(next(graph.objects(publisher, FOAF_NAME))),
        str(next(graph.objects(subject, DCAT.landingPage))),
        len(list(graph.objects(subject, DCAT.distribution))),
    )


@dataclass(frozen=True)
class Flaw:
    """One row of IMPERFECT.md."""

    portal: str
    record: str
    outcome: str
    field: str
