"""Reads RDF that strangers wrote: Turtle, RDF/XML, JSON-LD or N-Triples, told apart by content.

What is dangerous is refused before any parser sees it (document types in XML, references to
contexts in JSON-LD), and parsing happens in a child process with limits on time and memory that can
be killed (threats XM-01, XM-03, RD-01, RD-02, RD-07, RD-08). Nothing is ever fetched.
"""

from __future__ import annotations

import codecs
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rdflib
from rdflib import BNode, Graph, URIRef

from . import namespaces, terms
from .errors import DoctypeError, LimitError, ReadError, RemoteContextError, SyntaxUnknownError
from .refusals import refusal
from .terms import STRING, Blank, Iri, Literal, Node, Term, typed
from .triples import Triples

CHILD = Path(__file__).with_name("parse_child.py")
BASE = "https://relative.invalid/"
"""Base of relative addresses when the caller knows none; `.invalid` can never be resolved."""

SYNTAXES = {"ttl": "Turtle", "xml": "RDF/XML", "jsonld": "JSON-LD", "nt": "N-Triples"}
ALIASES = {
    "turtle": "ttl", "text/turtle": "ttl", "rdf": "xml", "rdf/xml": "xml", "application/rdf+xml": "xml",
    "application/xml": "xml", "text/xml": "xml", "json-ld": "jsonld", "application/ld+json": "jsonld",
    "json": "jsonld", "application/json": "jsonld", "application/n-triples": "nt", "ntriples": "nt",
}  # fmt: skip
REFUSED = 3
TAG = re.compile(r"[A-Za-z]+(-[A-Za-z0-9]+)*")
XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
ENCODINGS = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16"})
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may cost."""

    input_bytes: int = 64 * 1024 * 1024
    seconds: int = 30
    memory_bytes: int = 2 * 1024 * 1024 * 1024
    triples: int = 2_000_000


def parse(
    data: bytes,
    format: str | None = None,  # noqa: A002 - the name that rdflib uses
    *,
    base: str | None = None,
    limits: Limits | None = None,
) -> Graph:
    """Read a document into a graph of rdflib; see `read`."""
    return _graph(_statements(data, format, base, limits or Limits()))


def read(
    data: bytes,
    format: str | None = None,  # noqa: A002 - as above
    *,
    base: str | None = None,
    limits: Limits | None = None,
) -> Triples:
    """Read a document into plain triples, which takes a third of the time of a graph.

    The content decides about the syntax; `format` (a suffix or media type) only settles what the content
    leaves open. Addresses and literals are kept as they are written, also wrong ones, so that
    validation can name them.
    """
    return Triples(
        (_node(subject), _node(predicate), _plain(value))  # type: ignore[misc]  # no syntax names a property by a blank node
        for subject, predicate, value in _statements(data, format, base, limits or Limits())
    )


def _statements(data: bytes, syntax_hint: str | None, base: str | None, limits: Limits) -> Iterator[Any]:
    """Yield triples as the child writes them."""
    if len(data) > limits.input_bytes:
        raise refusal(LimitError, "too-many-bytes", bytes=len(data), accepted=limits.input_bytes)
    text = _decoded(data)
    syntax = sniff(text) or _named(syntax_hint)
    if syntax is None:
        raise refusal(SyntaxUnknownError, "not-rdf")
    if syntax == "xml":
        _refuse_doctype(text)
        text = XML_DECLARATION.sub("", text, count=1)
    lines = _child(text.encode("utf-8", "surrogatepass"), syntax, base or BASE, limits)
    for line in lines.splitlines():
        yield from json.loads(line)


def sniff(text: str) -> str | None:
    """Tell the syntax from the beginning of a document; None when it could be anything."""
    start = text.lstrip("\ufeff \t\r\n")[:4096]
    lowered = start.lower()
    if not start:
        raise refusal(SyntaxUnknownError, "empty")
    if lowered.startswith(("<!doctype html", "<html")):
        raise refusal(SyntaxUnknownError, "web-page")
    if start.startswith(("<?xml", "<!--", "<!DOCTYPE", "<rdf:")) or re.match(
        r"<[A-Za-z_][\w.-]*:?[\w.-]*[\s>][^<]*xmlns", start
    ):
        return "xml"
    if re.match(r"\{|\[\s*[\{\]]", start):
        return "jsonld"
    if re.match(r"(@prefix|@base|prefix\s|base\s|<[^>\s]*>|_:|#|\[|\()", lowered) or re.match(
        r"[\w.-]*:[\w.-]*\s", start
    ):
        return "ttl"
    return None


def _named(name: str | None) -> str | None:
    key = (name or "").split(";")[0].strip().lower().lstrip(".")
    found = ALIASES.get(key, key)
    return found if found in SYNTAXES else None


def _decoded(data: bytes) -> str:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _decode(data, encoding)
    declared = ENCODING.search(data[:200]) if data.lstrip()[:5] == b"<?xml" else None
    if declared is None:
        return _decode(data, "utf-8")
    try:
        encoding = codecs.lookup(declared[1].decode()).name
    except LookupError:
        encoding = ""
    if encoding not in ENCODINGS:
        raise refusal(ReadError, "encoding", encoding=declared[1].decode())
    return _decode(data, encoding)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        name = encoding.removesuffix("-sig").upper()
        raise refusal(ReadError, "wrong-byte", place=exc.start, encoding=name) from exc


def _refuse_doctype(text: str) -> None:
    """Refuse a document type; it can only stand between the XML declaration and the first element."""
    position = 0
    while found := re.compile(r"[\ufeff\s]*(<\?.*?\?>|<!--.*?-->)", re.DOTALL).match(text, position):
        position = found.end()
    if re.compile(r"[\ufeff\s]*<!").match(text, position):
        raise refusal(DoctypeError, "doctype")


def _python() -> str:
    """Return the interpreter; inside an application server `sys.executable` may be the server itself."""
    if Path(sys.executable or "").name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")


def _child(data: bytes, syntax: str, base: str, limits: Limits) -> bytes:
    numbers = [str(limits.seconds), str(limits.memory_bytes), str(limits.triples)]
    command = [_python(), "-I", str(CHILD), syntax, base, *numbers]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, our own interpreter, no shell
            command, input=data, capture_output=True, timeout=limits.seconds + 5, check=False, env={}
        )
    except subprocess.TimeoutExpired as exc:
        raise _too_much(limits, "time") from exc
    if done.returncode == 0:
        return done.stdout
    if done.returncode == REFUSED:
        raise _refusal(json.loads(done.stderr.decode()), syntax)
    raise _too_much(
        limits, f"the reader ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}"
    )


def _too_much(limits: Limits, detail: str) -> LimitError:
    megabytes = str(limits.memory_bytes // 1024 // 1024)
    return refusal(LimitError, "too-much", detail=detail, seconds=limits.seconds, megabytes=megabytes)


def _refusal(said: dict[str, str | int | None], syntax: str) -> ReadError:
    detail = str(said["detail"])
    if said["code"] == "remote-context":
        return refusal(RemoteContextError, "remote-context", context=detail[:200])
    if said["code"] == "limit":
        return refusal(LimitError, "too-large", problem=detail)
    detail = detail.removeprefix("Parser error at ").rstrip(".")
    where = f"line {said['line']}: " if said.get("line") and not detail.startswith("line ") else ""
    return refusal(ReadError, "not-valid", syntax=SYNTAXES[syntax], problem=where + detail)


def _graph(statements: Iterable[Any]) -> Graph:
    graph = namespaces.graph("SimpleMemory")
    for subject, predicate, value in statements:
        graph.add((_term(subject), _term(predicate), _term(value)))
    return graph


def _term(said: str | list[str | None]) -> rdflib.term.Node:
    """Make a term of rdflib without touching the text of literals."""
    if isinstance(said, str):
        return URIRef(said)
    if len(said) == 1:
        return BNode(str(said[0]))
    text, lang, datatype = said
    if lang or datatype in {None, STRING}:
        return rdflib.Literal(text, lang=_tag(lang))
    return typed(str(text), str(datatype))


def _plain(said: str | list[str | None]) -> Term:
    """Make a plain term, equal to what `from_rdflib` makes of the term of rdflib."""
    if isinstance(said, str) or len(said) == 1:
        return _node(said)
    text, lang, datatype = said
    if lang or datatype in {None, STRING}:
        return terms.text(str(text), _tag(lang))
    return Literal(str(text), Iri(str(datatype)))


def _node(said: str | list[str | None]) -> Node:
    return Iri(said) if isinstance(said, str) else Blank(str(said[0]))


def _tag(lang: str | None) -> str | None:
    """Return a language tag that may stand in RDF, or None."""
    tag = (lang or "").replace("_", "-")
    return tag if TAG.fullmatch(tag) else None
