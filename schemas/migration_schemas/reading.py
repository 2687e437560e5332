"""RDF → record: the way back, tolerant of how partners write DCAT.

Whatever our own writer wrote comes back unchanged. From others, concepts may be IRIs of an equal
scheme or words in any language, texts may lack their language tag, dates may carry a time. What a
field cannot make sense of is listed, never silently lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDFS, SKOS
from rdflib.namespace import RDF as RDF_NS
from rdflib.term import Node

from migration_vocabularies import get

from .codecs import TAG, NotMeant, Unreadable, decode
from .fields import LANGUAGES, Field, Schema, load
from .kinds import DATASET, NEED
from .namespaces import DCAT, DCT, MIG, iri
from .record import Record, clean

EMPTY: tuple[Any, ...] = (None, "", [], {})
LABELS = (SKOS.prefLabel, RDFS.label, DCTERMS.title, FOAF.name, SKOS.notation, RDF_NS.value)
SUB_PROPERTIES = (MIG.countryOfOrigin, MIG.countryOfDestination, MIG.countryOfTransit, MIG.place)


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that has no counterpart in the field it was written for."""

    field: str
    resource: int | None
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A record as read, with the values that could not be understood."""

    record: Record
    unread: tuple[Unread, ...]


def subjects(graph: Graph) -> list[URIRef | BNode]:
    """Return the datasets of a graph, in a stable order."""
    return _of_class(graph, DCAT.Dataset)


def needs(graph: Graph) -> list[URIRef | BNode]:
    """Return the described data needs of a graph, in a stable order."""
    return _of_class(graph, MIG.DataNeed)


def _of_class(graph: Graph, wanted: URIRef) -> list[URIRef | BNode]:
    found = {s for s in graph.subjects(RDF_NS.type, wanted) if isinstance(s, URIRef | BNode)}
    return sorted(found, key=str)


def _kind(graph: Graph, subject: Node) -> str:
    """Return the kind of a record; what is said to be both is a dataset."""
    types = set(graph.objects(subject, RDF_NS.type))
    return NEED if MIG.DataNeed in types and DCAT.Dataset not in types else DATASET


def distributions(graph: Graph, subject: Node) -> list[URIRef | BNode]:
    """Return the distributions of a dataset in the order of their names, numbers counted as numbers."""
    found = {d for d in graph.objects(subject, DCAT.distribution) if isinstance(d, URIRef | BNode)}

    def key(node: URIRef | BNode) -> tuple[object, ...]:
        urls = graph.objects(node, DCAT.accessURL) if isinstance(node, BNode) else ()
        return distribution_key(str(node), map(str, urls))

    return sorted(found, key=key)


def distribution_key(name: str, urls: Iterable[str]) -> tuple[object, ...]:
    """Return what distributions are ordered by: their address if they have no name, then the name.

    Numbers are compared as numbers, by their length first: strangers' names may hold thousands of digits.
    """
    parts = re.split(r"(\d+)", " ".join([*sorted(urls), name]))
    return tuple(
        (len(part.lstrip("0")), part.lstrip("0"), part) if place % 2 else (0, part, "")
        for place, part in enumerate(parts)
    )


def read(graph: Graph, subject: URIRef | BNode | str) -> Reading:
    """Read the record of one dataset, or of one need."""
    node = URIRef(subject) if not isinstance(subject, URIRef | BNode) else subject
    schema = load(_kind(graph, node))
    reader = _Reader(graph, node, schema)
    fields = {f.name: v for f in schema.fields if (v := reader.field(f, None, reader.subject)) not in EMPTY}
    resources = []
    for number, part in enumerate(distributions(graph, reader.subject)):
        values = {
            f.name: v for f in schema.resource_fields if (v := reader.field(f, number, part)) not in EMPTY
        }
        resources.append(values)
    return Reading(Record(fields, tuple(r for r in resources if r), schema.kind), tuple(reader.unread))


class _Reader:
    def __init__(self, graph: Graph, subject: URIRef | BNode, schema: Schema) -> None:
        self.graph = graph
        self.subject = subject
        self.schema = schema
        self.unread: list[Unread] = []
        self.default_language = self._language()

    def _language(self) -> str:
        """Return the language of texts without a tag: the dataset's own if it has just one, else English."""
        field = load().field("language")
        codes = set()
        for node in self.graph.objects(self.subject, DCT.language):
            try:
                codes.add(decode(field, node, self.text(node)))
            except Unreadable:
                continue
        only = codes.pop() if len(codes) == 1 else "en"
        return only if only in LANGUAGES else "en"

    def field(self, field: Field, resource: int | None, subject: Node) -> Any:
        """Return the value of a field in the form of a record, None if there is none."""
        if not field.path:
            return None
        nodes = self.nodes(field, subject)
        if field.translated:
            return self.translated(field, nodes)
        if field.rdf_value == "node":
            return [value for node in nodes if (value := self.group(field, node, resource))]
        if resource is None and subject == self.subject:
            nodes = _own(self.schema, field, nodes)
        values = self.values(field, nodes, resource)
        if field.multiple:
            return values
        return values[0] if values else None

    def nodes(self, field: Field, subject: Node) -> list[Node]:
        found: set[Node] = {subject}
        for step in field.path:
            found = {o for s in found if not isinstance(s, Literal) for o in self.graph.objects(s, step)}
        if not found and len(field.path) > 1:
            # Partners write `dct:provenance "text"` where a node with a label belongs.
            found = {o for o in self.graph.objects(subject, field.path[0]) if isinstance(o, Literal)}
        if not found and field.path == (MIG.geographicCoverage,):
            covered = {o for p in SUB_PROPERTIES for o in self.graph.objects(subject, p)}
            found = {o for also in field.rdf_also for o in self.graph.objects(subject, iri(also))} - covered
        return sorted(found, key=_preference)

    def values(self, field: Field, nodes: list[Node], resource: int | None) -> list[Any]:
        found: dict[Any, None] = {}
        for node in nodes:
            try:
                found[decode(field, node, self.text(node))] = None
            except NotMeant:
                continue
            except Unreadable:
                self.unread.append(Unread(field.name, resource, self.text(node) or str(node)))
        return list(found)

    def translated(self, field: Field, nodes: list[Node]) -> dict[str, Any] | None:
        texts: dict[str, list[str]] = {}
        untagged: list[str] = []
        for node in nodes:
            if isinstance(node, Literal) and node.language:
                tag = node.language.lower().split("-")[0]
                if "-t-" not in node.language.lower() and TAG.fullmatch(tag):
                    texts.setdefault(tag, []).append(str(node))
            elif text := self.text(node):
                untagged.append(text)
        if untagged and self.default_language not in texts:
            texts[self.default_language] = untagged
        if field.rdf_value == "translated_list":
            return clean(field, texts) or None
        return clean(field, {lang: found[0] for lang, found in texts.items()}) or None

    def group(self, field: Field, node: Node, resource: int | None) -> dict[str, Any]:
        if isinstance(node, Literal):
            # Partners write `dct:publisher "Name"` where a node with a name belongs.
            return {field.subfields[0].name: str(node)} if field.subfields[0].rdf_value == "text" else {}
        values: dict[str, Any] = {}
        for part in field.subfields:
            if part.rdf_value == "self":
                if isinstance(node, URIRef):
                    values[part.name] = str(node)
            elif (value := self.field(part, resource, node)) not in EMPTY:
                values[part.name] = value
        return values

    def text(self, node: Node) -> str:
        """Return a literal's text, or the label that a node was given in this graph."""
        if isinstance(node, Literal):
            return str(node)
        labels = [
            label for p in LABELS for label in self.graph.objects(node, p) if isinstance(label, Literal)
        ]
        return str(min(labels, key=_preference)) if labels else ""


def _own(schema: Schema, field: Field, nodes: list[Node]) -> list[Node]:
    """Leave out what belongs to another field under the same property: themes of two lists, say.

    The first of such fields also reads words and addresses that are in neither list.
    """
    sharing = schema.sharing.get(field.path)
    if sharing is None or field not in sharing:
        return nodes

    def holds(one: Field, node: Node) -> bool:
        return isinstance(node, URIRef) and get(str(one.vocabulary)).by_iri(str(node)) is not None

    if field is not sharing[0]:
        return [node for node in nodes if holds(field, node)]
    return [node for node in nodes if not any(holds(other, node) for other in sharing[1:])]


def _preference(node: Node) -> tuple[int, str, str]:
    """Order terms so that reading is repeatable: English, no tag, other languages; then by text."""
    language = (node.language or "") if isinstance(node, Literal) else ""
    return (0 if language.startswith("en") else 1 if not language else 2, language, str(node))
