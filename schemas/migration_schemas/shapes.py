"""The shapes of the profile, loaded once, and what each of them says about fields and words."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF as RDF_NS
from rdflib.term import Node

from migration_vocabularies import iris

from . import namespaces
from .errors import SchemaError
from .fields import Field, Schema, load
from .namespaces import MIG, SH, SKOS, curie

FILES = {
    "core.ttl": "core",
    "core-rules.ttl": "core",
    "need-core.ttl": "core",
    "do-no-harm.ttl": "do-no-harm",
    "recommended.ttl": "recommended",
    "recommended-rules.ttl": "recommended",
    "need-recommended.ttl": "recommended",
    "need-rules.ttl": "recommended",
    "exemplary.ttl": "exemplary",
}
"""File → its layer. The first of each kind is derived from the field list, the rules are written by hand."""

LAYERS = tuple(dict.fromkeys(FILES.values()))
FORBIDDEN = (SH.sparql, SH.js, SH.rule, SH.target, URIRef("http://www.w3.org/2002/07/owl#imports"))
"""Nothing in our shapes may run code or fetch anything: SHACL Core says all that is needed (SH-02)."""


class ShapesText(Graph):
    """A graph that is read often and never changes once it is loaded: answers are kept.

    pySHACL asks the shapes graph the same questions again for every record (it reads a code list of
    280 countries each time). Remembering the answers makes checking one record several times faster.
    """

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[Any, list[Any]] | None = None

    def freeze(self) -> ShapesText:
        """Start to remember answers; the graph must not be changed any more."""
        self._answers = {}
        return self

    def triples(self, triple: Any) -> Generator[Any, None, None]:
        """Answer a pattern, from memory if it was asked before."""
        if self._answers is None:
            yield from super().triples(triple)
            return
        if triple not in self._answers:
            self._answers[triple] = list(super().triples(triple))
        yield from self._answers[triple]

    def items(self, list: Any) -> Generator[Node, None, None]:  # noqa: A002 - rdflib's name of the parameter
        """Answer with the members of an RDF list, from memory if they were asked for before."""
        if self._answers is None:
            yield from super().items(list)
            return
        if (key := ("items", list)) not in self._answers:
            self._answers[key] = [*super().items(list)]
        yield from self._answers[key]


@dataclass(frozen=True, slots=True)
class Meaning:
    """Where a form shows the results of a shape, and the words for them."""

    field: str | None
    resource: bool
    also: tuple[str, ...]
    messages: Mapping[str, str]
    path_text: str
    layer: str
    names: Mapping[str, str]
    reasons: Mapping[str, str]
    examples: Mapping[str, str]


@cache
def graph() -> Graph:
    """Return the shapes of the profile as one graph."""
    shapes = ShapesText()
    for layer in LAYERS:
        for triple in of_layer(layer):
            shapes.add(triple)
    lint(shapes)
    return shapes.freeze()


def whole() -> Graph:
    """Return all shapes as a graph with prefixes, to be written into a file."""
    found = namespaces.graph()
    found.bind("sh", SH)
    found.bind("ms", namespaces.MS)
    for layer in LAYERS:
        for triple in of_layer(layer):
            found.add(triple)
    return found


def public() -> Graph:
    """Return the shapes that the public view of a record is measured by.

    Of a record the public gets what everybody may see; that something is there which it does not get cannot
    be asked of it. What it does get is judged as always.
    """
    found = whole()
    for shape in unseen():
        waiting: list[Node] = [shape]
        while waiting:
            node = waiting.pop()
            for triple in list(found.triples((node, None, None))):
                found.remove(triple)
                if isinstance(triple[2], BNode):
                    waiting.append(triple[2])
    return found


@cache
def unseen() -> frozenset[URIRef]:
    """Return the shapes about what the public does not see, at least not of a sensitive record."""
    closed = {stem for stem, field in _stems(load()) if field.visibility != "public" or field.when_sensitive}
    parts = tuple(f"{stem}-" for stem in closed)
    found = set()
    for shape, meaning in meanings().items():
        rule = str(shape).rpartition("#")[2]
        whole = f"resource-{meaning.field}" if meaning.resource else str(meaning.field)
        if (
            isinstance(shape, URIRef)
            and not rule.endswith("-value")
            and (whole in closed or rule.startswith(parts))
        ):
            found.add(shape)
    return frozenset(found)


def _stems(schema: Schema) -> Generator[tuple[str, Field], None, None]:
    """Yield fields and parts of fields with what the names of their shapes begin with."""
    named = [(field.name, field) for field in schema.fields]
    named += [(f"resource-{field.name}", field) for field in schema.resource_fields]
    for stem, field in named:
        yield stem, field
        yield from ((f"{stem}-{part.name}", part) for part in field.subfields)


@cache
def of_layer(layer: str) -> Graph:
    """Return the shapes of one layer as a graph of their own; do-no-harm needs nothing of the others."""
    found = namespaces.graph()
    for name in (name for name, one in FILES.items() if one == layer):
        text = (files(__package__) / "shacl" / name).read_text(encoding="utf-8")
        found.parse(data=text, format="turtle", publicID=iris.BASE)
    return found


def lint(shapes: Graph) -> None:
    """Refuse shapes that could run code, fetch something or take for ever (SH-02, SH-04)."""
    for predicate in FORBIDDEN:
        if (None, predicate, None) in shapes:
            raise SchemaError(f"The shapes use {predicate}, which the registry does not run.")
    for pattern in shapes.objects(None, SH.pattern):
        if any(bad in str(pattern) for bad in ("+)+", "*)*", "+)*", "*)+")):
            raise SchemaError(f"The pattern {pattern} repeats a repetition and could take for ever.")


@cache
def meanings() -> Mapping[Node, Meaning]:
    """Return, for each shape with a name, its layer, the field it is about and its words."""
    return {
        shape: _meaning(of_layer(layer), shape, layer)
        for layer in LAYERS
        for shape in of_layer(layer).subjects(SH.message, None, unique=True)
        if isinstance(shape, URIRef)
    }


def meaning_of(shape: str) -> Meaning | None:
    """Return what a shape says, None for one that is not ours (a record that could not be checked)."""
    return meanings().get(URIRef(shape))


def _meaning(shapes: Graph, shape: URIRef, layer: str) -> Meaning:
    names = [str(name) for name in shapes.objects(shape, MIG.field)]
    resource = [str(name) for name in shapes.objects(shape, MIG.resourceField)]
    path = shapes.value(shape, SH.path)
    return Meaning(
        field=next(iter(resource or names), None),
        resource=bool(resource),
        also=tuple(names[1:]),
        messages=_words(shapes, shape, SH.message),
        path_text=path_text(shapes, path) if path is not None else "",
        layer=layer,
        names=_words(shapes, shape, SH.name),
        reasons=_words(shapes, shape, SH.description),
        examples=_words(shapes, shape, SKOS.example),
    )


def _words(shapes: Graph, shape: URIRef, predicate: URIRef) -> dict[str, str]:
    return {
        str(text.language): str(text)
        for text in shapes.objects(shape, predicate)
        if isinstance(text, Literal) and text.language
    }


def path_text(shapes: Graph, path: Node) -> str:
    """Write a property path in the syntax of SPARQL."""
    if isinstance(path, URIRef):
        return curie(path)
    alternatives = shapes.value(path, SH.alternativePath)
    if alternatives is not None:
        return "|".join(path_text(shapes, step) for step in Collection(shapes, alternatives))
    if (path, RDF_NS.first, None) in shapes:
        return "/".join(path_text(shapes, step) for step in Collection(shapes, path))
    return ""
