"""Record → RDF: every field over the path that its entry names.

Fields that share the first step and the class of a path share one node (`access_mode`,
`access_procedure_translated` and `access_url` are one rights statement). What cannot be written
is dropped and listed, so that a graph can be serialised in every syntax (RD-06).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from migration_vocabularies import iris

from . import namespaces
from .codecs import CONTROL, Unwritable, encode, is_iri, literal
from .fields import Field, Schema, load
from .namespaces import DCAT, RDF
from .record import Record

TIERS = {"public": 0, "agency": 1, "internal": 2}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A value (or a part of one) that could not be written, and why."""

    field: str
    resource: int | None
    reason: str
    value: Any
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A record's graph with the names of its nodes and what did not get into it."""

    graph: Graph
    subject: URIRef | BNode
    distributions: tuple[URIRef | BNode, ...]
    dropped: tuple[Dropped, ...]


def subject_of(record: Record) -> URIRef | BNode:
    """Return the IRI of a record that has no page yet: its identifier if that is one, else one made of it."""
    if is_iri(record.identifier):
        return URIRef(record.identifier)
    if record.identifier:
        return URIRef(iris.BASE + "dataset/" + quote(CONTROL.sub("", record.identifier), safe=""))
    return BNode()


def write(record: Record, *, subject: str | None = None, visibility: str = "public") -> Written:
    """Write a record for readers of a tier (profile section 3.8)."""
    node = URIRef(subject) if subject else subject_of(record)
    return _Writer(load(), node, TIERS[visibility]).write(record)


@dataclass
class _Writer:
    schema: Schema
    subject: URIRef | BNode
    tier: int
    graph: Graph = field(default_factory=namespaces.graph)
    dropped: list[Dropped] = field(default_factory=list)
    made: int = 0

    def write(self, record: Record) -> Written:
        self.graph.add((self.subject, RDF.type, DCAT.Dataset))
        self.entry(self.subject, self.schema.fields, record.fields, None)
        distributions = []
        for number, values in enumerate(record.resources):
            node = self.distribution(number)
            self.graph.add((self.subject, DCAT.distribution, node))
            self.graph.add((node, RDF.type, DCAT.Distribution))
            self.entry(node, self.schema.resource_fields, values, number)
            distributions.append(node)
        return Written(self.graph, self.subject, tuple(distributions), tuple(self.dropped))

    def distribution(self, number: int) -> URIRef | BNode:
        if isinstance(self.subject, URIRef):
            return URIRef(f"{self.subject}#distribution-{number + 1}")
        return self.blank()

    def blank(self) -> BNode:
        """Name blank nodes after the subject, so that writing twice gives the same text."""
        if not isinstance(self.subject, URIRef):
            return BNode()
        self.made += 1
        return BNode(f"n{hashlib.sha256(self.subject.encode()).hexdigest()[:16]}x{self.made}")

    def entry(
        self, subject: Node, fields: tuple[Field, ...], values: Mapping[str, Any], resource: int | None
    ) -> None:
        shared: dict[tuple[str, str | None], Node] = {}
        for one in fields:
            if one.name not in values or TIERS[one.visibility] > self.tier or not one.path:
                continue
            for term in self.terms(one, values[one.name], resource):
                holder = self.holder(subject, one, shared)
                self.graph.add((holder, one.path[-1], term))
                for also in one.rdf_also:
                    self.graph.add((subject, namespaces.iri(also), term))

    def holder(self, subject: Node, one: Field, shared: dict[tuple[str, str | None], Node]) -> Node:
        if len(one.path) == 1:
            return subject
        key = (str(one.path[0]), one.rdf_class)
        if key not in shared:
            shared[key] = self.typed(self.blank(), str(one.rdf_class))
            self.graph.add((subject, one.path[0], shared[key]))
        return shared[key]

    def typed(self, node: Node, rdf_class: str) -> Node:
        self.graph.add((node, RDF.type, namespaces.iri(rdf_class)))
        return node

    def terms(self, one: Field, value: Any, resource: int | None) -> list[Node]:
        if one.rdf_value == "node":
            return [node for item in _listed(value) for node in self.node(one, item, resource)]
        if one.translated:
            return self.texts(one, value, resource)
        found = []
        for item in _listed(value) if one.multiple else [value]:
            found += self.term(one.name, resource, item, lambda v, f=one: encode(f, v))
        return found

    def term(
        self, name: str, resource: int | None, value: Any, encoder: Any, lang: str | None = None
    ) -> list[Node]:
        try:
            return [encoder(value)]
        except Unwritable as problem:
            self.dropped.append(Dropped(name, resource, problem.reason, value, lang))
        if problem_is_repairable(value):
            return self.term(name, resource, CONTROL.sub("", value), encoder, lang)
        return []

    def texts(self, one: Field, value: Any, resource: int | None) -> list[Node]:
        if not isinstance(value, Mapping):
            self.dropped.append(Dropped(one.name, resource, "not-translated", value))
            return []
        found = []
        for lang, texts in value.items():
            for text in _listed(texts):
                found += self.term(one.name, resource, text, lambda v, tag=lang: literal(v, tag), lang)
        return found

    def node(self, one: Field, value: Any, resource: int | None) -> list[Node]:
        if not isinstance(value, Mapping):
            self.dropped.append(Dropped(one.name, resource, "not-a-group", value))
            return []
        node: Node = self.blank()
        for part in one.subfields:
            if part.rdf_value == "self" and part.name in value:
                named = self.term(
                    f"{one.name}.{part.name}", resource, value[part.name], lambda v, f=part: encode(f, v)
                )
                node = named[0] if named else node
        self.typed(node, str(one.rdf_class))
        for part in one.subfields:
            if part.path and part.name in value:
                name = f"{one.name}.{part.name}"
                for term in self.term(name, resource, value[part.name], lambda v, f=part: encode(f, v)):
                    self.graph.add((node, part.path[0], term))
        return [node]


def problem_is_repairable(value: Any) -> bool:
    """Say whether leaving control characters out makes a text writable again."""
    return (
        isinstance(value, str)
        and bool(CONTROL.search(value))
        and bool(re.search(r"\S", CONTROL.sub("", value)))
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
