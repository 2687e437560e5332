"""A file of any number of records, record by record: what it begins with, each record's part, its end.

Each part is written by the same serialiser as the record alone (`rdf.serialize`), so memory holds one
record at a time. Names of blank nodes are made of the subject's IRI, so parts cannot be mixed up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rdflib import Graph

from . import rdf
from .errors import SchemaError
from .namespaces import PREFIXES

__all__ = ["SYNTAXES", "Syntax"]

_ROOT = re.compile(r"<rdf:RDF\b([^>]*)>(.*)</rdf:RDF>", re.DOTALL)
_XMLNS = re.compile(r'xmlns:([\w.-]+)="([^"]*)"')
_PREFIX = re.compile(r"@prefix ([\w.-]*): <([^>]*)> \.\n")
_NAMESPACES = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Syntax:
    """One RDF syntax, as a name of `rdf.FORMATS`."""

    name: str
    head: str
    between: str
    tail: str

    def part(self, graph: Graph) -> str:
        """Return the statements of one record without what the whole file says once.

        Raises SchemaError for a namespace that the head of the file does not name.
        """
        text = rdf.serialize(graph, self.name)
        return _PARTS[self.name](text)


def _turtle(text: str) -> str:
    position = 0
    while found := _PREFIX.match(text, position):
        _known(found[1], found[2])
        position = found.end()
    return text[position:].strip("\n") + "\n"


def _xml(text: str) -> str:
    found = _ROOT.search(text)
    if found is None:
        raise SchemaError("The RDF/XML of a record has no rdf:RDF element.")
    for prefix, namespace in _XMLNS.findall(found[1]):
        _known(prefix, namespace)
    return found[2].strip("\n") + "\n"


def _jsonld(text: str) -> str:
    return text.strip().removeprefix("[").removesuffix("]").strip("\n") + "\n"


def _known(prefix: str, namespace: str) -> None:
    if _NAMESPACES.get(prefix) != namespace:
        raise SchemaError(f"The prefix {prefix} stands for {namespace}, which the file does not name.")


_PARTS: dict[str, Callable[[str], str]] = {"ttl": _turtle, "rdf": _xml, "jsonld": _jsonld, "nt": str}
_XML_HEAD = "".join(f'\n  xmlns:{prefix}="{namespace}"' for prefix, namespace in _NAMESPACES.items())
_TURTLE_HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in _NAMESPACES.items())

SYNTAXES = {
    "ttl": Syntax("ttl", f"{_TURTLE_HEAD}\n", "\n", ""),
    "rdf": Syntax(
        "rdf", f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{_XML_HEAD}>\n', "", "</rdf:RDF>\n"
    ),
    "jsonld": Syntax("jsonld", "[\n", ",\n", "]\n"),
    "nt": Syntax("nt", "", "", ""),
}
"""The syntaxes in which a file can be written bit by bit."""
