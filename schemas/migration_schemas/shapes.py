"""The shapes of the profile, loaded once, and what each of them says about fields and words."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF as RDF_NS
from rdflib.term import Node

from migration_vocabularies import iris

from .errors import SchemaError
from .namespaces import MIG, SH, curie

FILES = ("properties.ttl", "rules.ttl")
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


@cache
def graph() -> Graph:
    """Return the shapes of the profile as one graph."""
    shapes = ShapesText()
    for name in FILES:
        text = (files(__package__) / "shacl" / name).read_text(encoding="utf-8")
        shapes.parse(data=text, format="turtle", publicID=iris.BASE)
    lint(shapes)
    return shapes.freeze()


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
    """Return, for each shape with a name, the field it is about and its messages."""
    shapes = graph()
    named = {s for s in shapes.subjects(SH.message, None) if isinstance(s, URIRef)}
    return {shape: _meaning(shapes, shape) for shape in named}


def _meaning(shapes: Graph, shape: URIRef) -> Meaning:
    names = [str(name) for name in shapes.objects(shape, MIG.field)]
    resource = [str(name) for name in shapes.objects(shape, MIG.resourceField)]
    path = shapes.value(shape, SH.path)
    return Meaning(
        field=next(iter(resource or names), None),
        resource=bool(resource),
        also=tuple(names[1:]),
        messages={
            str(m.language): str(m)  # type: ignore[attr-defined]
            for m in shapes.objects(shape, SH.message)
        },
        path_text=path_text(shapes, path) if path is not None else "",
    )


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
