"""A graph of rdflib for one record: its statements lie in dictionaries, subject → property → values.

Reading a record asks for the values of some hundred properties. rdflib answers each through three layers of
generators and compares terms in Python, which took half of the time of mapping a DCAT record. Everything else
of a graph works as in rdflib, through its store.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import lru_cache
from typing import Any

import pyoxigraph
import rdflib
from rdflib import BNode, Graph, URIRef
from rdflib.plugins.stores.memory import SimpleMemory
from rdflib.term import Node

from .terms import MARKUP, STRING, typed

Values = dict[Node, None]
Pattern = tuple[Node | None, Node | None, Node | None]


class SmallStore(SimpleMemory):
    """Keeps statements by subject and property; prefixes as rdflib keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.about: dict[Node, dict[str, tuple[Node, Values]]] = {}
        """Properties by their address as a plain text, which is compared by the interpreter itself."""

    def add(self, triple: tuple[Node, Node, Node], context: Any, quoted: bool = False) -> None:
        """Add a statement; one that is there already is not added again."""
        subject, predicate, value = triple
        properties = self.about.setdefault(subject, {})
        properties.setdefault(str(predicate), (predicate, {}))[1][value] = None

    def remove(self, triple_pattern: Pattern, context: Any = None) -> None:
        """Take out what matches."""
        for (subject, predicate, value), _contexts in list(self.triples(triple_pattern)):
            properties = self.about[subject]
            del properties[str(predicate)][1][value]
            if not properties[str(predicate)][1]:
                del properties[str(predicate)]
            if not properties:
                del self.about[subject]

    def triples(self, triple_pattern: Pattern, context: Any = None) -> Iterator[tuple[Any, Iterator[Any]]]:
        """Yield what matches a pattern."""
        subject, predicate, value = triple_pattern
        for one in list(self.about) if subject is None else [subject]:
            properties = self.about.get(one, {})
            named = list(properties) if predicate is None else [str(predicate)]
            for term, values in [properties[name] for name in named if name in properties]:
                for each in list(values) if value is None else [value]:
                    if each in values:
                        yield (one, term, each), iter(())

    def __len__(self, context: Any = None) -> int:
        return sum(len(values) for properties in self.about.values() for _term, values in properties.values())


class SmallGraph(Graph):
    """A graph that asks its store directly for the values of a property."""

    def __init__(self) -> None:
        self._small = SmallStore()
        super().__init__(store=self._small, bind_namespaces="none")

    def objects(
        self, subject: Any = None, predicate: Any = None, unique: bool = False
    ) -> Generator[Any, None, None]:
        """Yield the values of a property of a node."""
        if subject is None or not isinstance(predicate, URIRef):
            yield from super().objects(subject, predicate, unique)
            return
        found = self._small.about.get(subject, {}).get(str(predicate))
        if found is not None:
            yield from tuple(found[1])  # the caller may change the graph meanwhile

    def __contains__(self, triple: Any) -> bool:
        subject, predicate, value = triple
        if subject is None or not isinstance(predicate, URIRef):
            return bool(super().__contains__(triple))
        found = self._small.about.get(subject, {}).get(str(predicate))
        return found is not None and (value is None or value in found[1])


def of_ntriples(body: bytes) -> SmallGraph:
    """Read N-Triples that this software wrote; blank nodes keep their labels. Raises SyntaxError.

    For strangers' documents there is `parsing`, which reads in a process of its own.
    """
    graph = SmallGraph()
    for triple in pyoxigraph.parse(body, pyoxigraph.RdfFormat.N_TRIPLES, lenient=True):
        graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    return graph


def _term(term: Any) -> Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return _iri(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if not isinstance(term, pyoxigraph.Literal):
        raise SyntaxError("a statement about a statement")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == STRING:
        return rdflib.Literal(term.value)
    if datatype in MARKUP:
        return typed(term.value, datatype)
    return rdflib.Literal(term.value, datatype=_iri(datatype))


@lru_cache(maxsize=4096)  # properties, classes and concepts are the same in many records
def _iri(address: str) -> URIRef:
    return URIRef(address)
