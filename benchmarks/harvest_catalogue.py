"""A made-up DCAT catalogue in RDF/XML, in pages as ckanext-dcat serves them, over HTTP on this machine.

The records are those of `search_catalogue.py` (the same words, places and themes), written by the profile's
own binder. A page is made when it is asked for, so that a catalogue of any size needs no memory here.
"""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import RDF, Graph, Literal, Namespace, URIRef

from migration_schemas import rdf
from migration_schemas import record as records
from migration_schemas.namespaces import DCAT

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PAGE = 100
HOME = "https://partner.example"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """So many records; each `broken`-th has no title (0: none)."""

    mark: str
    number: int
    broken: int = 0

    def identifier(self, place: int) -> str:
        """Return the address of a record."""
        return f"{HOME}/{self.mark}/{place}"

    def package(self, place: int) -> dict[str, Any]:
        """Return one record as a package of ours; the same at each call."""
        from search_catalogue import change  # noqa: PLC0415 - needs CKAN

        from registry_site import COMPLETE  # noqa: PLC0415 - from tests/

        rng = random.Random(f"{self.mark} {place}")  # noqa: S311 - the same catalogue for everybody
        package = {**copy.deepcopy(COMPLETE), **change(rng), "identifier": self.identifier(place)}
        package["publisher"] = [{"name": "Partner", "uri": f"{HOME}/organization"}]
        first = package["resources"][0]
        package["resources"] = [
            {**first, "name": f"Part {part}", "url": f"{self.identifier(place)}/{part}.csv"}
            for part in range(1 + place % 3)
        ]
        if self.broken and place % self.broken == self.broken // 2:
            del package["title_translated"]
        return package

    def page(self, number: int, address: str) -> bytes:
        """Write one page; `address` is that of the catalogue."""
        graph = Graph()
        catalogue = URIRef(f"{HOME}/catalog")
        graph.add((catalogue, RDF.type, DCAT.Catalog))
        end = min(number * PAGE, self.number)
        for place in range((number - 1) * PAGE, end):
            subject = URIRef(self.identifier(place))
            graph += rdf.write(records.from_package(self.package(place)), subject=str(subject))
            graph.add((catalogue, DCAT.dataset, subject))
        if end < self.number:
            page = URIRef(f"{address}?page={number}")
            graph.add((page, RDF.type, HYDRA.PagedCollection))
            graph.add((page, HYDRA.nextPage, Literal(f"{address}?page={number + 1}")))
        return graph.serialize(format="xml").encode()


@contextmanager
def serving(catalogues: Mapping[str, Catalogue], *, keep: bool = True) -> Iterator[str]:
    """Serve catalogues at `/NAME`; with `keep` pages are made before they are asked for."""
    import replay  # noqa: PLC0415 - from tests/

    made: dict[tuple[str, int], bytes] = {}

    def answering(path: str, query: Mapping[str, str]) -> Any:
        name, number = path.strip("/"), int(query.get("page", 1))
        if name not in catalogues:
            return None
        body = made.get((name, number)) or catalogues[name].page(number, f"{portal.url}/{name}")
        return replay.Answer(body, "application/rdf+xml")

    with replay.serving(answering) as portal:
        for name, catalogue in catalogues.items() if keep else ():
            for number in range(1, -(-catalogue.number // PAGE) + 1):
                made[name, number] = catalogue.page(number, f"{portal.url}/{name}")
        yield portal.url
