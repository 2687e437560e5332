"""Cuts one dataset out of a catalogue's triples, as N-Triples that are the same bytes each time.

A catalogue page is one set of triples; a record is the dataset, the nodes without a name below it, and what
the same page says about the nodes that it names (publisher, distributions, concepts). Blank nodes get names
made of what they say, because the parser's own names change with every reading and would make every record
look changed (RD-05).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from migration_harvesters.errors import PayloadError
from migration_schemas.namespaces import plain
from migration_schemas.terms import LANG_STRING, STRING, Blank, Iri, Literal, Node, Term
from migration_schemas.triples import Triples

MAX_TRIPLES = 20_000
MAX_DEPTH = 12
# Records of their own, and bookkeeping: a record links to them, but does not contain them.
HYDRA = "http://www.w3.org/ns/hydra/core#"
TYPE = plain("rdf:type")
DATASET, SERIES, CATALOG = plain("dcat:Dataset"), plain("dcat:DatasetSeries"), plain("dcat:Catalog")
OWN_RECORDS: frozenset[Term] = frozenset(
    {
        DATASET,
        SERIES,
        CATALOG,
        plain("dcat:CatalogRecord"),
        plain("skos:ConceptScheme"),
        Iri(f"{HYDRA}PagedCollection"),
    }
)
SAID_OF_A_SERIES = frozenset({TYPE, plain("dct:title"), plain("dct:description")})
"""What a round says about its series; the rest (other rounds, publisher) is the series' own record."""
SIDEWAYS = frozenset(
    map(plain, ("skos:broader", "skos:narrower", "skos:related", "skos:topConceptOf", "skos:hasTopConcept"))
)
SKOLEM = "/.well-known/genid/"
_ILLEGAL = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f\ud800-\udfff]')


def nameless(node: Term) -> bool:
    """Whether a node has no name that lasts: a blank node, or one that was given a stand-in address."""
    return isinstance(node, Blank) or (isinstance(node, str) and SKOLEM in node)


def ntriples(page: Triples, subject: Node) -> bytes:
    """Write the record of one dataset. Exactly one node in it is a dcat:Dataset."""
    cut = _Cut(page, subject)
    cut.walk()
    lines = set(cut.lines())
    lines.add(f"{cut.name(subject)} {_iri(TYPE)} {_iri(DATASET)} .")
    return "\n".join([*sorted(lines), ""]).encode()


def content_hash(record: bytes) -> str:
    """Name a record that has no name by what it says."""
    return hashlib.sha256(record).hexdigest()[:32]


class _Cut:
    """One walk from a dataset downwards."""

    def __init__(self, page: Triples, subject: Node) -> None:
        self._page = page
        self._subject = subject
        self._triples: dict[Term, list[tuple[Iri, Term]]] = {}
        self._names: dict[Term, str] = {}
        self._trees: dict[Term, str] = {}
        self._steps = 0

    def walk(self) -> None:
        """Collect the triples, breadth first."""
        level: list[Term] = [self._subject]
        count = 0
        about: Mapping[Term, object] = self._page.about  # type: ignore[assignment]  # asked for literals, too
        for depth in range(MAX_DEPTH):
            following: list[Term] = []
            for node in level:
                if node in self._triples or (depth and self._foreign(node)):
                    continue
                found = self._said(node)
                self._triples[node] = found
                count += len(found)
                if count > MAX_TRIPLES:
                    raise _too_large()
                following.extend(value for verb, value in found if value in about and verb not in SIDEWAYS)
            level = following

    def lines(self) -> Iterator[str]:
        """Write the statements, one a line."""
        for node, found in self._triples.items():
            subject = self.name(node)
            for verb, value in found:
                # A property without an absolute name (JSON-LD without a context for it) means nothing.
                if (written := _verb(verb)) and not (verb == TYPE and value == DATASET):
                    yield f"{subject} {written} {self.name(value)} ."

    def name(self, node: Term) -> str:
        """How a node is written."""
        if isinstance(node, Literal):
            return _literal(node)
        known = self._names.get(node)
        if known is None:
            known = self._names[node] = self._digest(node, ())[0] if nameless(node) else _iri(node)
        return known

    def _digest(self, node: Term, above: tuple[Term, ...]) -> tuple[str, bool]:
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

    def _said(self, node: Term) -> list[tuple[Iri, Term]]:
        properties = self._page.properties(node)
        of_a_series = node != self._subject and SERIES in properties.get(TYPE, ())
        return [
            (verb, value)
            for verb, values in properties.items()
            if not of_a_series or verb in SAID_OF_A_SERIES
            for value in values
        ]

    def _foreign(self, node: Term) -> bool:
        kinds = OWN_RECORDS.intersection(self._page.objects(node, TYPE))
        # A series is named in its rounds: without its name nobody could tell what they have in common.
        return bool(kinds) and kinds != {SERIES}


@lru_cache(maxsize=1024)  # the same few properties stand on every line
def _verb(verb: Iri) -> str | None:
    return _iri(verb) if _ABSOLUTE.match(verb) else None


def _iri(node: Term) -> str:
    """Write an IRI; what N-Triples forbids is encoded, so that one bad address does not cost the record."""
    address = _ILLEGAL.sub(lambda found: f"%{ord(found[0]):02X}", str(node))
    return f"<{address}>" if _ABSOLUTE.match(address) else f"<relative:{address}>"


def _literal(value: Literal) -> str:
    text = f'"{_SPECIAL.sub(_escaped, value.text)}"'
    if value.lang and _LANGUAGE.fullmatch(value.lang):
        return f"{text}@{value.lang}"
    if value.datatype not in (STRING, LANG_STRING):
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
