"""Record → RDF: every field over the path that its entry names.

Fields that share the first step and the class of a path share one node (`access_mode`,
`access_procedure_translated` and `access_url` are one rights statement). What cannot be written
is dropped and listed, so that a graph can be serialised in every syntax (RD-06).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from rdflib import BNode, Graph, URIRef

from migration_vocabularies import iris

from . import namespaces
from .codecs import CONTROL, Unwritable, encode, is_iri, literal
from .fields import Field, Schema, load
from .kinds import CLASSES, DATASET, KINDS
from .record import Record
from .terms import Blank, Iri, Node, Term, to_rdflib
from .triples import Triples

TIERS = {"public": 0, "agency": 1, "internal": 2}
TYPE = namespaces.plain("rdf:type")
TYPES = {kind: namespaces.plain(CLASSES[kind]) for kind in KINDS}
DISTRIBUTION = namespaces.plain("dcat:Distribution")
HAS_DISTRIBUTION = namespaces.plain("dcat:distribution")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A value (or a part of one) that could not be written, and why."""

    field: str
    resource: int | None
    reason: str
    value: Any
    lang: str | None = None


@dataclass(frozen=True)
class Written:
    """A record's triples with the names of its nodes and what did not get into them.

    `triples`, `node` and `parts` are plain values for validation; `graph`, `subject` and `distributions` are
    the same as terms of rdflib, made when they are asked for.
    """

    triples: Triples
    node: Node
    parts: tuple[Node, ...]
    dropped: tuple[Dropped, ...]
    kind: str = DATASET

    @cached_property
    def graph(self) -> Graph:
        """Return the triples as a graph with the prefixes of the profile."""
        return self.triples.into(namespaces.graph())

    @cached_property
    def subject(self) -> URIRef | BNode:
        """Return the node of the dataset."""
        return to_rdflib(self.node)

    @cached_property
    def distributions(self) -> tuple[URIRef | BNode, ...]:
        """Return the nodes of the resources, in the order of the record."""
        return tuple(to_rdflib(part) for part in self.parts)


def subject_of(record: Record) -> Node:
    """Return the IRI of a record that has no page yet: its identifier if that is one, else one made of it."""
    if is_iri(record.identifier):
        return Iri(record.identifier)
    if record.identifier:
        return Iri(f"{iris.BASE}{record.kind}/" + quote(CONTROL.sub("", record.identifier), safe=""))
    return fresh()


def fresh() -> Blank:
    """Return a blank node that nobody else uses."""
    return Blank("n" + uuid.uuid4().hex)


def write(record: Record, *, subject: str | None = None, visibility: str = "public") -> Written:
    """Write a record for readers of a tier (profile section 3.8)."""
    node: Node = Iri(str(subject)) if subject else subject_of(record)
    return _Writer(load(record.kind), node, TIERS[visibility], record.sensitive).write(record)


@dataclass
class _Writer:
    schema: Schema
    subject: Node
    tier: int
    sensitive: bool = False
    triples: Triples = field(default_factory=Triples)
    dropped: list[Dropped] = field(default_factory=list)
    made: int = 0
    named: dict[Term, Any] = field(default_factory=dict)
    """Nodes with an address of their own, and the entry of the record that was written to each."""

    def write(self, record: Record) -> Written:
        self.triples.add(self.subject, TYPE, TYPES[record.kind])
        self.entry(self.subject, self.schema.fields, record.fields, None)
        distributions = []
        for number, values in enumerate(record.resources):
            node = self.distribution(number)
            self.triples.add(self.subject, HAS_DISTRIBUTION, node)
            self.triples.add(node, TYPE, DISTRIBUTION)
            self.entry(node, self.schema.resource_fields, values, number)
            distributions.append(node)
        return Written(
            self.triples, self.subject, tuple(distributions), tuple(self.dropped), self.schema.kind
        )

    def distribution(self, number: int) -> Node:
        if isinstance(self.subject, Blank):
            return self.blank()
        return Iri(f"{self.subject}#distribution-{number + 1}")

    @cached_property
    def stem(self) -> str:
        """Name blank nodes after the subject, so that writing twice gives the same text."""
        return f"n{hashlib.sha256(str(self.subject).encode()).hexdigest()[:16]}x"

    def blank(self) -> Blank:
        if isinstance(self.subject, Blank):
            return fresh()
        self.made += 1
        return Blank(f"{self.stem}{self.made}")

    def entry(
        self,
        subject: Node,
        fields: tuple[Field, ...],
        values: Mapping[str, Any],
        resource: int | None,
        above: str = "",
    ) -> None:
        """Write the fields of a record, a resource, or of a node; `above` is the name of the node's field."""
        shared: dict[tuple[str, str | None], Node] = {}
        for one in fields:
            if one.name not in values or not one.steps:
                continue
            if TIERS[one.tier(sensitive=self.sensitive)] > self.tier:
                continue
            for term in self.terms(one, values[one.name], resource, above):
                holder = self.holder(subject, one, shared)
                self.triples.add(holder, one.steps[-1], term)
                for also in one.rdf_also:
                    self.triples.add(subject, namespaces.plain(also), term)

    def holder(self, subject: Node, one: Field, shared: dict[tuple[str, str | None], Node]) -> Node:
        if len(one.steps) == 1:
            return subject
        key = (one.steps[0], one.classes[0])
        if key not in shared:
            shared[key] = self.typed(self.blank(), one.classes[0])
            self.triples.add(subject, one.steps[0], shared[key])
        return shared[key]

    def typed(self, node: Node, rdf_class: str) -> Node:
        self.triples.add(node, TYPE, namespaces.plain(rdf_class))
        return node

    def terms(self, one: Field, value: Any, resource: int | None, above: str) -> list[Term]:
        if one.rdf_value == "node":
            taken: set[Term] = set()
            return [node for item in _listed(value) for node in self.node(one, item, resource, taken)]
        if one.translated:
            return self.texts(one, value, resource)
        found = []
        for item in _listed(value) if one.multiple else [value]:
            found += self.term(above + one.name, resource, item, lambda v, f=one: encode(f, v))
        return found

    def term(
        self, name: str, resource: int | None, value: Any, encoder: Any, lang: str | None = None
    ) -> list[Term]:
        try:
            return [encoder(value)]
        except Unwritable as problem:
            self.dropped.append(Dropped(name, resource, problem.reason, value, lang))
        if problem_is_repairable(value):
            return self.term(name, resource, CONTROL.sub("", value), encoder, lang)
        return []

    def texts(self, one: Field, value: Any, resource: int | None) -> list[Term]:
        if not isinstance(value, Mapping):
            self.dropped.append(Dropped(one.name, resource, "not-translated", value))
            return []
        found = []
        for lang, texts in value.items():
            for text in _listed(texts):
                found += self.term(one.name, resource, text, lambda v, tag=lang: literal(v, tag), lang)
        return found

    def node(self, one: Field, value: Any, resource: int | None, taken: set[Term]) -> list[Term]:
        """Write a group as a node; one that `taken` holds already would mix the words of two groups."""
        if not isinstance(value, Mapping):
            self.dropped.append(Dropped(one.name, resource, "not-a-group", value))
            return []
        node: Any = self.blank()
        for part in one.subfields:
            if part.rdf_value == "self" and part.name in value:
                named = self.term(
                    f"{one.name}.{part.name}", resource, value[part.name], lambda v, f=part: encode(f, v)
                )
                node = named[0] if named else node
                if node in taken or (named and self.named.setdefault(node, value) != value):
                    name = f"{one.name}.{part.name}"
                    self.dropped.append(Dropped(name, resource, "named-twice", value[part.name]))
                    return []
        taken.add(node)
        self.typed(node, one.classes[-1])
        self.entry(node, one.subfields, value, resource, f"{one.name}.")
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
