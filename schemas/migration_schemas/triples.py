"""A set of triples in plain dictionaries: what is written, what is validated.

Objects stand under their subject and predicate, in the order in which they came, each once. The way back
(which subjects have a value) is indexed when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import rdflib

from .terms import Blank, Iri, Literal, Node, Term, Triple, from_rdflib, to_rdflib

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FIRST, REST, NIL = Iri(RDF + "first"), Iri(RDF + "rest"), Iri(RDF + "nil")
NONE: Mapping[Term, None] = {}
NOTHING: Mapping[Iri, Mapping[Term, None]] = {}


class Triples:
    """Triples of one record, of one document, or of a shapes graph."""

    __slots__ = ("_incoming", "about")

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self.about: dict[Node, dict[Iri, dict[Term, None]]] = {}
        self._incoming: dict[Iri, dict[Term, list[Node]]] = {}
        for subject, predicate, value in triples:
            self.add(subject, predicate, value)

    @classmethod
    def of(cls, graph: rdflib.Graph) -> Triples:
        """Return the triples of a graph of rdflib."""
        made = cls()
        for subject, predicate, value in graph:
            s, p = from_rdflib(subject), from_rdflib(predicate)
            if isinstance(s, Literal) or isinstance(p, Blank | Literal):
                continue  # "generalised RDF", which no syntax can bring
            made.add(s, p, from_rdflib(value))
        return made

    def add(self, subject: Node, predicate: Iri, value: Term) -> None:
        """Add a triple; one that is there already is not added again."""
        properties = self.about.get(subject)
        if properties is None:
            self.about[subject] = {predicate: {value: None}}
        elif (values := properties.get(predicate)) is None:
            properties[predicate] = {value: None}
        else:
            values[value] = None
        if self._incoming:
            self._incoming = {}

    def __iter__(self) -> Iterator[Triple]:
        for subject, properties in self.about.items():
            for predicate, values in properties.items():
                for value in values:
                    yield subject, predicate, value

    def __len__(self) -> int:
        return sum(len(values) for properties in self.about.values() for values in properties.values())

    @property
    def subjects(self) -> Collection[Node]:
        """Return everything that something is said about."""
        return self.about.keys()

    def properties(self, subject: Term) -> Mapping[Iri, Mapping[Term, None]]:
        """Return what is said about a node: predicate → values."""
        return self.about.get(subject, NOTHING)  # type: ignore[arg-type]  # a literal is never a subject

    def objects(self, subject: Term, predicate: Iri) -> Collection[Term]:
        """Return the values of a property of a node."""
        return self.properties(subject).get(predicate, NONE)

    def value(self, subject: Term, predicate: Iri) -> Term | None:
        """Return one value of a property, the first that was given; None if there is none."""
        return next(iter(self.objects(subject, predicate)), None)

    def having(self, predicate: Iri) -> Iterator[tuple[Node, Collection[Term]]]:
        """Yield each subject that has a property, with the values."""
        for subject, properties in self.about.items():
            if predicate in properties:
                yield subject, properties[predicate]

    def subjects_with(self, predicate: Iri, value: Term) -> Collection[Node]:
        """Return the subjects of which a property has a value."""
        known = self._incoming.get(predicate)
        if known is None:
            known = self._incoming[predicate] = {}
            for subject, values in self.having(predicate):
                for one in values:
                    known.setdefault(one, []).append(subject)
        return known.get(value, ())

    def members(self, head: Term) -> list[Term] | None:
        """Return the members of an RDF list; None if it is not a well-formed one."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != NIL:
            first, rest = self.objects(head, FIRST), self.objects(head, REST)
            if len(first) != 1 or len(rest) != 1 or head in seen:
                return None
            seen.add(head)
            found.append(next(iter(first)))
            head = next(iter(rest))
        return found

    def into(self, graph: rdflib.Graph) -> rdflib.Graph:
        """Add all triples to a graph of rdflib and return it."""
        made: dict[Term, rdflib.URIRef | rdflib.BNode | rdflib.Literal] = {}
        for triple in self:
            for term in triple:
                if term not in made:
                    made[term] = to_rdflib(term)
            graph.add((made[triple[0]], made[triple[1]], made[triple[2]]))
        return graph
