"""Prefixes of the profile (section 2 of its specification) and CURIEs."""

from __future__ import annotations

from functools import cache

from rdflib import Graph, Namespace, URIRef

from migration_vocabularies import iris

from .errors import AnnotationError
from .terms import Iri


class Vocabulary(Namespace):
    """A namespace whose terms are made once: rdflib makes one each time that it is named."""

    def __getattr__(self, name: str) -> URIRef:
        term = super().__getattr__(name)
        self.__dict__[name] = term
        return term


DCAT = Vocabulary("http://www.w3.org/ns/dcat#")
DCT = Vocabulary("http://purl.org/dc/terms/")
FOAF = Vocabulary("http://xmlns.com/foaf/0.1/")
MIG = Vocabulary(iris.NAMESPACE)
MS = Vocabulary(iris.SHAPES)
PROV = Vocabulary("http://www.w3.org/ns/prov#")
RDF = Vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Vocabulary("http://www.w3.org/2000/01/rdf-schema#")
SH = Vocabulary("http://www.w3.org/ns/shacl#")
SKOS = Vocabulary("http://www.w3.org/2004/02/skos/core#")
VCARD = Vocabulary("http://www.w3.org/2006/vcard/ns#")
XSD = Vocabulary("http://www.w3.org/2001/XMLSchema#")

PREFIXES: dict[str, Namespace] = {
    "adms": Namespace("http://www.w3.org/ns/adms#"),
    "csvw": Namespace("http://www.w3.org/ns/csvw#"),
    "dcat": DCAT,
    "dcatap": Namespace("http://data.europa.eu/r5r/"),
    "dct": DCT,
    "dpv": Namespace("https://w3id.org/dpv#"),
    "dqv": Namespace("http://www.w3.org/ns/dqv#"),
    "foaf": FOAF,
    "geo": Namespace("http://www.opengis.net/ont/geosparql#"),
    "healthdcatap": Namespace("http://healthdataportal.eu/ns/health#"),
    "mig": MIG,
    "odrl": Namespace("http://www.w3.org/ns/odrl/2/"),
    "owl": Namespace("http://www.w3.org/2002/07/owl#"),
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": Namespace("http://spdx.org/rdf/terms#"),
    "stat": Namespace("http://data.europa.eu/m8g/"),
    "vcard": VCARD,
    "xsd": XSD,
}


@cache
def iri(curie: str) -> URIRef:
    """Expand a CURIE such as `dct:title`."""
    prefix, _, local = curie.partition(":")
    if prefix not in PREFIXES or not local:
        raise AnnotationError(f"{curie!r} is not a CURIE with a known prefix ({', '.join(PREFIXES)}).")
    return URIRef(PREFIXES[prefix] + local)


@cache
def plain(curie: str) -> Iri:
    """Expand a CURIE to a plain IRI, for triples that do not leave as a graph."""
    return Iri(str(iri(curie)))


def curie(node: URIRef) -> str:
    """Shorten an IRI where a prefix is known, for messages."""
    for prefix, namespace in PREFIXES.items():
        if node.startswith(namespace):
            return f"{prefix}:{node[len(namespace) :]}"
    return f"<{node}>"


def graph(store: str = "default") -> Graph:
    """Return an empty graph with the prefixes of the profile bound.

    The store `SimpleMemory` knows no contexts and is a third faster to fill and to read.
    """
    empty = Graph(store=store, bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        empty.bind(prefix, namespace)
    return empty
