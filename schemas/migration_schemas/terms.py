"""Terms of RDF as plain values: an IRI is a text, a blank node and a literal are tuples of texts.

Validation looks at each term many times; plain values are compared and hashed by the interpreter itself,
where rdflib's terms run Python code each time. Terms of rdflib are made only for what leaves as a graph or a
finding.
"""

from __future__ import annotations

import logging
import warnings
from typing import NamedTuple, NewType, overload

import rdflib
from rdflib.term import Identifier

# rdflib logs each wrong address, date and number of a stranger's document; validation reports them in words.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="Parsing weird boolean", module="rdflib.term")

Iri = NewType("Iri", str)
"""An absolute IRI. Always an exact `str`: rdflib's `URIRef` is a text too, but never equal to one."""


class Blank(NamedTuple):
    """A blank node; its label means something in its own graph only."""

    label: str


class Literal(NamedTuple):
    """A literal: what was written, the IRI of its datatype, the language tag in lower case."""

    text: str
    datatype: Iri
    lang: str | None = None


Node = Iri | Blank
Term = Iri | Blank | Literal
Triple = tuple[Node, Iri, Term]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
STRING = Iri("http://www.w3.org/2001/XMLSchema#string")
LANG_STRING = Iri(RDF + "langString")
MARKUP = frozenset({RDF + "HTML", RDF + "XMLLiteral"})
"""Datatypes of which rdflib parses the text; a stranger's would keep it busy for hours."""


def text(value: str, lang: str | None = None) -> Literal:
    """Return a plain text, with a language tag or without."""
    return Literal(value, LANG_STRING, lang.lower()) if lang else Literal(value, STRING)


def words(term: Term) -> str:
    """Return the text of a term: its address, its label, what was written."""
    return term if isinstance(term, str) else term[0]


def from_rdflib(node: rdflib.term.Node) -> Term:
    """Return a term of rdflib as a plain value; anything else (a variable, a graph) raises TypeError."""
    if isinstance(node, rdflib.URIRef):
        return Iri(str(node))
    if isinstance(node, rdflib.BNode):
        return Blank(str(node))
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), LANG_STRING, node.language.lower())
        return Literal(str(node), Iri(str(node.datatype)) if node.datatype is not None else STRING)
    raise TypeError(f"{node!r} is not a term of RDF.")


@overload
def to_rdflib(term: Node) -> rdflib.URIRef | rdflib.BNode: ...
@overload
def to_rdflib(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal: ...
def to_rdflib(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    """Return a plain value as a term of rdflib; the text of a literal is kept as it is."""
    if isinstance(term, Literal):
        if term.lang:
            return rdflib.Literal(term.text, lang=term.lang)
        return rdflib.Literal(term.text) if term.datatype == STRING else typed(term.text, term.datatype)
    if isinstance(term, Blank):
        return rdflib.BNode(term.label)
    # Not URIRef(…), which would log each wrong address; validation reports those in words.
    address: rdflib.URIRef = Identifier.__new__(rdflib.URIRef, term)
    return address


def typed(text: str, datatype: str) -> rdflib.Literal:
    """Return a literal of rdflib with exactly this text ("01" stays "01"); markup is not parsed (RD-08)."""
    if datatype not in MARKUP:
        return rdflib.Literal(text, datatype=rdflib.URIRef(datatype), normalize=False)
    made = rdflib.Literal(text)
    made._datatype = rdflib.URIRef(datatype)
    return made
