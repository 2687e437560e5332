"""Reads the SKOS files of this package (https://www.w3.org/TR/skos-reference/)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS
from rdflib.term import Node

from . import iris
from .errors import UnknownVocabularyError, VocabularyError
from .vocabulary import Box, Concept, Vocabulary

ORDER = URIRef(iris.NAMESPACE + "order")
EXTENT = URIRef(iris.NAMESPACE + "extent")


_further: list[Path] = []


def extend(folder: Path) -> None:
    """Read the files of a further folder too, for example the lists that one portal keeps for itself.

    A file there has a name of its own: what is shipped cannot be replaced, because the shapes list
    its terms.
    """
    if folder not in _further:
        _further.append(folder)
    forget()


def forget() -> None:
    """Read the files anew at the next call."""
    _files.cache_clear()
    get.cache_clear()


@cache
def _files() -> dict[str, Traversable]:
    """Return every file by the name of its vocabulary; the shipped ones come first."""
    found: dict[str, Traversable] = {}
    for folder in (files(__package__) / "skos", *_further):
        if folder.is_dir():
            for file in sorted(folder.iterdir(), key=lambda each: each.name):
                if file.name.endswith(".ttl"):
                    found.setdefault(file.name.removesuffix(".ttl"), file)
    return found


def names() -> tuple[str, ...]:
    """Return the names of all vocabularies."""
    return tuple(sorted(_files()))


def shipped(name: str) -> bool:
    """Whether a vocabulary comes with this package."""
    return name in _files() and (files(__package__) / "skos" / f"{name}.ttl").is_file()


@cache
def get(name: str) -> Vocabulary:
    """Return a vocabulary by its name; the first call reads its file."""
    return parse(name, text(name))


def graph(name: str) -> Graph:
    """Return a vocabulary as RDF, with everything that its file says."""
    return _graph(name, text(name))


def text(name: str) -> str:
    """Return the Turtle text of a vocabulary."""
    if name not in _files():
        raise UnknownVocabularyError(name, names())
    return _files()[name].read_text(encoding="utf-8")


def _graph(name: str, text: str) -> Graph:
    found = Graph()
    try:
        found.parse(data=text, format="turtle", publicID=iris.BASE)
    except Exception as exc:
        raise VocabularyError(f"The file of the vocabulary {name} is not valid Turtle: {exc}") from exc
    return found


def parse(name: str, text: str) -> Vocabulary:
    """Read one scheme from Turtle; relative IRIs are resolved against the base IRI."""
    graph = _graph(name, text)
    scheme = URIRef(iris.scheme(name))
    members = [node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef)]
    codes = {node: _code(graph, node, name) for node in members}
    concepts = tuple(_concept(graph, node, codes) for node in members)
    if len({concept.code for concept in concepts}) != len(concepts):
        raise VocabularyError(f"The vocabulary {name} uses a code twice.")
    return Vocabulary(
        name,
        str(scheme),
        _texts(graph, scheme, SKOS.prefLabel),
        concepts,
        version=str(graph.value(scheme, OWL.versionInfo) or ""),
        source=str(graph.value(scheme, DCTERMS.source) or ""),
        note=str(graph.value(scheme, SKOS.editorialNote) or ""),
    )


def _code(graph: Graph, node: URIRef, name: str) -> str:
    code = graph.value(node, DCTERMS.identifier)
    if code is None:
        raise VocabularyError(f"The concept {node} of the vocabulary {name} has no dct:identifier.")
    return str(code)


def _concept(graph: Graph, node: URIRef, codes: dict[URIRef, str]) -> Concept:
    def related(predicate: Node) -> tuple[str, ...]:
        return tuple(codes[o] for o in graph.objects(node, predicate) if isinstance(o, URIRef) and o in codes)

    alternatives: dict[str, tuple[str, ...]] = {}
    for label in graph.objects(node, SKOS.altLabel):
        lang = getattr(label, "language", None) or "und"
        alternatives[lang] = (*alternatives.get(lang, ()), str(label))
    order = graph.value(node, ORDER)
    return Concept(
        code=codes[node],
        iri=str(node),
        labels=_texts(graph, node, SKOS.prefLabel),
        definitions=_texts(graph, node, SKOS.definition),
        alt_labels=alternatives,
        notations=tuple(str(o) for o in graph.objects(node, SKOS.notation)),
        same_as=tuple(str(o) for o in graph.objects(node, SKOS.exactMatch)),
        broader=related(SKOS.broader),
        order=int(str(order)) if order is not None else None,
        extent=tuple(sorted(_box(str(o), codes[node]) for o in graph.objects(node, EXTENT))),
        deprecated=bool(graph.value(node, OWL.deprecated)),
        replaced_by=next(iter(related(DCTERMS.isReplacedBy)), None),
    )


def _box(text: str, code: str) -> Box:
    """Read "west south east north"; raises VocabularyError for what is no box on the globe."""
    try:
        west, south, east, north = (float(part) for part in text.split())
    except ValueError:
        raise VocabularyError(f"The extent {text!r} of {code} is not four numbers.") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise VocabularyError(f"The extent {text!r} of {code} is not a box: west south east north.")
    return west, south, east, north


def _texts(graph: Graph, node: Node, predicate: Node) -> dict[str, str]:
    return {
        literal.language: str(literal)  # type: ignore[attr-defined]
        for literal in graph.objects(node, predicate)
        if getattr(literal, "language", None)
    }
