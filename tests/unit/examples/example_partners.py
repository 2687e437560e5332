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
