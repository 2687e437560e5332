"""Cuts one dataset out of a catalogue's graph, as N-Triples that are the same bytes each time.

A catalogue page is one graph; a record is the dataset, the nodes without a name below it, and what the same
page says about the nodes that it names (publisher, distributions, concepts). Blank nodes get names made of
what they say, because the parser's own names change with every reading and would make every record look
changed (RD-05).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from rdflib import DCTERMS, RDF, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from migration_harvesters.errors import PayloadError
from migration_schemas.namespaces import DCAT

MAX_TRIPLES = 20_000
MAX_DEPTH = 12
# Records of their own, and bookkeeping: a record links to them, but does not contain them.
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
OWN_RECORDS = frozenset(
    {
        DCAT.Dataset,
        DCAT.DatasetSeries,
        DCAT.Catalog,
        DCAT.CatalogRecord,
        SKOS.ConceptScheme,
        HYDRA.PagedCollection,
    }
)
SAID_OF_A_SERIES = frozenset({RDF.type, DCTERMS.title, DCTERMS.description})
"""What a round says about its series; the rest (other rounds, publisher) is the series' own record."""
SIDEWAYS = frozenset({SKOS.broader, SKOS.narrower, SKOS.related, SKOS.topConceptOf, SKOS.hasTopConcept})
SKOLEM = "/.well-known/genid/"
_ILLEGAL = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f\ud800-\udfff]')


def nameless(node: Node) -> bool:
    """Whether a node has no name that lasts: a blank node, or one that was given a stand-in address."""
    return isinstance(node, BNode) or (isinstance(node, URIRef) and SKOLEM in node)


def ntriples(graph: Graph, subject: Node) -> bytes:
    """Write the record of one dataset. Exactly one node in it is a dcat:Dataset."""
    cut = _Cut(graph, subject)
    cut.walk()
    lines = set(cut.lines())
    lines.add(f"{cut.name(subject)} {_iri(RDF.type)} {_iri(DCAT.Dataset)} .")
    return "\n".join([*sorted(lines), ""]).encode()


def content_hash(record: bytes) -> str:
    """Name a record that has no name by what it says."""
    return hashlib.sha256(record).hexdigest()[:32]


class _Cut:
    """One walk from a dataset downwards."""

    def __init__(self, graph: Graph, subject: Node) -> None:
        self._graph = graph
        self._subject = subject
        self._triples: dict[Node, list[tuple[Node, Node]]] = {}
        self._names: dict[Node, str] = {}
        self._trees: dict[Node, str] = {}
        self._steps = 0

    def walk(self) -> None:
        """Collect the triples, breadth first."""
        level: list[Node] = [self._subject]
        count = 0
        for depth in range(MAX_DEPTH):
            following: list[Node] = []
            for node in level:
                if node in self._triples or (depth and self._foreign(node)):
                    continue
                found = self._said(node)
                self._triples[node] = found
                count += len(found)
                if count > MAX_TRIPLES:
                    raise _too_large()
                following.extend(
                    value for verb, value in found if verb not in SIDEWAYS and _may_say_more(value)
                )
            level = following

    def lines(self) -> Iterator[str]:
        """Write the statements, one a line."""
        for node, found in self._triples.items():
            subject = self.name(node)
            for verb, value in found:
                # A property without an absolute name (JSON-LD without a context for it) means nothing.
                if (verb, value) != (RDF.type, DCAT.Dataset) and _ABSOLUTE.match(str(verb)):
                    yield f"{subject} {_iri(verb)} {self.name(value)} ."

    def name(self, node: Node) -> str:
        """How a node is written."""
        if isinstance(node, Literal):
            return _literal(node)
        if nameless(node):
            if node not in self._names:
                self._names[node] = self._digest(node, ())[0]
            return self._names[node]
        return _iri(node)

    def _digest(self, node: Node, above: tuple[Node, ...]) -> tuple[str, bool]:
        """Name a blank node by a hash over what it says, and say whether there is a way back up from it.

        A way back up is counted in steps and not followed; a name that holds one is true for this way down
        only, so it is not kept.
        """
        if node in self._trees:
            return self._trees[node], False
        if node in above:
            return f"^{len(above) - above.index(node)}", True
        self._steps += 1
        if self._steps > MAX_TRIPLES:
            raise _too_large()
        said, cyclic = [], False
        for verb, value in self._triples.get(node, []):
            name, back = self._digest(value, (*above, node)) if nameless(value) else (self.name(value), False)
            said.append(f"{verb} {name}")
            cyclic = cyclic or back
        name = f"_:b{hashlib.sha256(chr(10).join(sorted(said)).encode()).hexdigest()[:24]}"
        if not cyclic:
            self._trees[node] = name
        return name, cyclic

    def _said(self, node: Node) -> list[tuple[Node, Node]]:
        found = list(self._graph.predicate_objects(node))
        if node == self._subject or (RDF.type, DCAT.DatasetSeries) not in found:
            return found
        return [(verb, value) for verb, value in found if verb in SAID_OF_A_SERIES]

    def _foreign(self, node: Node) -> bool:
        kinds = set(self._graph.objects(node, RDF.type))
        # A series is named in its rounds: without its name nobody could tell what they have in common.
        return bool(kinds & OWN_RECORDS) and kinds & OWN_RECORDS != {DCAT.DatasetSeries}


def _may_say_more(value: Node) -> bool:
    return not isinstance(value, Literal)


def _iri(node: Node) -> str:
    """Write an IRI; what N-Triples forbids is encoded, so that one bad address does not cost the record."""
    address = _ILLEGAL.sub(lambda found: f"%{ord(found[0]):02X}", str(node))
    return f"<{address}>" if _ABSOLUTE.match(address) else f"<relative:{address}>"


def _literal(value: Literal) -> str:
    text = f'"{_SPECIAL.sub(_escaped, str(value))}"'
    if value.language and _LANGUAGE.fullmatch(value.language):
        return f"{text}@{value.language}"
    if value.datatype is not None and not value.language:
        return f"{text}^^{_iri(value.datatype)}"
    return text


def _escaped(found: re.Match[str]) -> str:
    """Control characters have no place in a description, and NUL none in a database."""
    return _ESCAPES.get(found[0], "")


def _too_large() -> PayloadError:
    return PayloadError(
        f"The record holds more than {MAX_TRIPLES:,} statements.",
        code="record-too-large",
        remedy="Ask the partner to publish long lists beside the record, not inside it.",
    )
