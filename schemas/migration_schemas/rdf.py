"""The public face of the binder between records and RDF.

One binder writes and reads every term of the profile, DCAT-AP's and ours, driven by the field
list, so that the graph that is validated is the graph that is published.
"""

from __future__ import annotations

from rdflib import BNode, Graph, URIRef

from . import reading, writing
from .reading import Reading, Unread, distributions, needs, subjects
from .record import Record
from .writing import Dropped, Written

__all__ = [
    "FORMATS",
    "Dropped",
    "Reading",
    "Unread",
    "Written",
    "bind",
    "distributions",
    "interpret",
    "needs",
    "read",
    "serialize",
    "subjects",
    "write",
]

FORMATS = {"ttl": "turtle", "rdf": "xml", "xml": "xml", "jsonld": "json-ld", "nt": "nt"}
"""Names of the syntaxes (also the suffixes of addresses) and rdflib's names for them."""


def write(record: Record, *, subject: str | None = None, visibility: str = "public") -> Graph:
    """Write a record as a graph; see `bind` for what had to be left out."""
    return bind(record, subject=subject, visibility=visibility).graph


def bind(record: Record, *, subject: str | None = None, visibility: str = "public") -> Written:
    """Write a record and say which values could not be written."""
    return writing.write(record, subject=subject, visibility=visibility)


def read(graph: Graph, subject: URIRef | BNode | str) -> Record:
    """Read the record of one dataset, or of one need; see `interpret` for what was not understood."""
    return interpret(graph, subject).record


def interpret(graph: Graph, subject: URIRef | BNode | str) -> Reading:
    """Read the record of one dataset, or of one need, and say which values were not understood."""
    return reading.read(graph, subject)


def serialize(graph: Graph, fmt: str) -> str:
    """Return the text of a graph in one of FORMATS."""
    return graph.serialize(format=FORMATS[fmt])
