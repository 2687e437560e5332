"""Untrusted RDF: what is read, what is refused, and that refusing is quick."""

from __future__ import annotations

import json
import time

import pytest
from rdflib import Literal, URIRef

from migration_schemas import parsing
from migration_schemas.errors import (
    DoctypeError,
    LimitError,
    MigrationError,
    ReadError,
    RemoteContextError,
    SyntaxUnknownError,
)
from migration_schemas.parsing import Limits, parse
from migration_schemas.validation import validate_graph

TURTLE = b'@prefix dct: <http://purl.org/dc/terms/> . <https://example.org/1> dct:title "A"@en .'
XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns:dct="http://purl.org/dc/terms/"><rdf:Description rdf:about="https://example.org/1">'
    b'<dct:title xml:lang="en">A</dct:title></rdf:Description></rdf:RDF>'
)
JSONLD = (
    b'{"@id": "https://example.org/1", "http://purl.org/dc/terms/title": {"@value": "A", "@language": "en"}}'
)
NT = b'<https://example.org/1> <http://purl.org/dc/terms/title> "A"@en .\n'
SYNTAXES = {"turtle": TURTLE, "xml": XML, "json-ld": JSONLD, "n-triples": NT}
TRIPLE = (URIRef("https://example.org/1"), URIRef("http://purl.org/dc/terms/title"), Literal("A", lang="en"))
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


@pytest.mark.parametrize("name", SYNTAXES)
@pytest.mark.parametrize("hint", [None, "ttl", "text/html", "application/octet-stream", ".xml"])
def test_rd07_content_decides_about_the_syntax(name, hint):
    assert list(parse(SYNTAXES[name], hint)) == [TRIPLE]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(encoding):
    assert list(parse(TURTLE.decode().encode(encoding))) == [TRIPLE]
    xml = XML.decode().replace("UTF-8", "utf-16" if encoding == "utf-16" else "utf-8")
    assert list(parse(xml.encode(encoding))) == [TRIPLE]


def test_latin_1_is_understood_when_it_is_declared():
    xml = XML.decode().replace("UTF-8", "ISO-8859-1").replace(">A<", ">é<").encode("latin-1")
    assert [str(o) for o in parse(xml).objects()] == ["é"]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (b"", SyntaxUnknownError),
        (b"   \n", SyntaxUnknownError),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", SyntaxUnknownError),
        (b"<html>", SyntaxUnknownError),
        (b"Service unavailable", SyntaxUnknownError),
        (b"a,b\n1,2\n", SyntaxUnknownError),
        (b"@prefix broken", ReadError),
        (b"{not json}", ReadError),
        (XML[:150], ReadError),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', ReadError),
        (b"\xff\xfe\x00", ReadError),
        (b'<a> <b> "\xff" .', ReadError),
    ],
)
def test_what_is_not_rdf_is_refused_in_one_sentence(document, error):
    with pytest.raises(error) as caught:
        parse(document)
    assert "\n" not in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>',
        b"<!-- a --><?pi?>\n<!DOCTYPE x><x/>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e "e">]><x/>'.encode("utf-16"),
        b"\xef\xbb\xbf<!DOCTYPE rdf:RDF><rdf:RDF/>",
    ],
    ids=["external-entity", "after-comment", "utf-16", "after-byte-order-mark"],
)
def test_xm01_document_types_are_refused_before_a_parser_sees_them(document, monkeypatch):
    monkeypatch.setattr(parsing, "_child", lambda *_: pytest.fail("a parser was started"))
    with pytest.raises(DoctypeError, match="document type"):
        parse(document)


@pytest.mark.parametrize(
    "bomb", [BOMB, b"<!DOCTYPE x [" + b'<!ENTITY a "b">' * 100_000 + b"]><x/>"], ids=["expanding", "many"]
)
def test_xm03_entity_bombs_are_refused_before_any_parser_starts(bomb, monkeypatch):
    monkeypatch.setattr(parsing, "_child", lambda *_: pytest.fail("a parser was started"))
    with pytest.raises(DoctypeError):
        parse(bomb)


def test_xm03_entities_without_a_declaration_are_an_error():
    with pytest.raises(ReadError):
        parse(XML.replace(b">A<", b">&unknown;<"))


@pytest.mark.parametrize(
    "context",
    [
        "http://127.0.0.1:9/context.jsonld",
        "file:///etc/passwd",
        "/etc/passwd",
        "../x",
        ["http://127.0.0.1:9/a", {}],
        [{}, "http://127.0.0.1:9/a"],
        {"@import": "http://127.0.0.1:9/a"},
        {"t": {"@id": "urn:t", "@context": "http://127.0.0.1:9/a"}},
        [f"http://127.0.0.1:9/{n}" for n in range(10_000)],
    ],
    ids=["rd01-http", "rd02-file", "rd02-path", "rd02-relative", "first", "last", "import", "scoped", "many"],
)
@pytest.mark.parametrize("nested", [False, True])
def test_rd01_rd02_contexts_are_never_fetched(context, nested):
    document = {"@context": context, "@id": "urn:x"}
    if nested:
        document = {"@id": "urn:y", "urn:p": [{"urn:q": document}]}
    with pytest.raises(RemoteContextError, match="never fetched"):
        parse(json.dumps(document).encode())


def test_rd02_inline_context_with_vocab_works():
    document = {
        "@context": {"@vocab": "http://purl.org/dc/terms/"},
        "@id": "https://example.org/1",
        "title": "A",
    }
    assert [str(p) for p in parse(json.dumps(document).encode()).predicates()] == [
        "http://purl.org/dc/terms/title"
    ]


def test_rd06_wrong_addresses_tags_and_dates_are_kept_as_written():
    graph = parse(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://d/">'
        b'<rdf:Description rdf:about="dataset 1"><d:a rdf:resource="http://x/&lt;y&gt; z"/>'
        b'<d:b xml:lang="en_US">x</d:b>'
        b'<d:c rdf:datatype="http://www.w3.org/2001/XMLSchema#date">10000-13-45</d:c></rdf:Description></rdf:RDF>',
        base="https://example.org/",
    )
    assert {str(s) for s in graph.subjects()} == {"https://example.org/dataset 1"}
    assert {str(o) for o in graph.objects()} == {"http://x/<y> z", "x", "10000-13-45"}


def test_literals_keep_their_text():
    xsd = "http://www.w3.org/2001/XMLSchema#"
    graph = parse(
        f'<urn:s> <urn:p> "01"^^<{xsd}integer>, "1.50"^^<{xsd}decimal>, "x"^^<{xsd}string> .'.encode()
    )
    assert sorted(str(o) for o in graph.objects()) == ["01", "1.50", "x"]
    assert Literal("x") in set(graph.objects())


def test_rd08_markup_in_literals_is_never_parsed():
    """rdflib parses the text of these two datatypes; this one would keep it busy for hours."""
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    markup = "<b>x" * 100_000
    start = time.monotonic()
    for datatype in ("HTML", "XMLLiteral"):
        graph = parse(f'<urn:s> <urn:p> "{markup}"^^<{rdf}{datatype}> .'.encode())
        (literal,) = graph.objects()
        assert (str(literal), str(literal.datatype)) == (markup, rdf + datatype)
        validate_graph(graph)
    assert time.monotonic() - start < 20


def test_rd08_number_of_statements_is_limited():
    many = b"<urn:s> <urn:p> " + b", ".join(b'"%d"' % n for n in range(20_000)) + b" ."
    with pytest.raises(LimitError):
        parse(many, limits=Limits(triples=1_000))


def test_rd08_size_is_limited_before_anything_else():
    with pytest.raises(LimitError, match="bytes"):
        parse(TURTLE, limits=Limits(input_bytes=10))


def test_rd08_time_is_limited():
    many = b"<urn:s> <urn:p> " + b", ".join(b'"%d"' % n for n in range(1_500_000)) + b" ."
    start = time.monotonic()
    with pytest.raises(LimitError):
        parse(many, limits=Limits(seconds=1))
    assert time.monotonic() - start < 10


def test_rd08_memory_is_limited():
    with pytest.raises(MigrationError):
        parse(
            b'<urn:s> <urn:p> "' + b"x" * 30_000_000 + b'" .', limits=Limits(memory_bytes=100 * 1024 * 1024)
        )


@pytest.mark.parametrize(
    "document",
    [b'{"a":' * 100_000, b"[" * 100_000, b"<a> <b> " + b"( " * 200_000],
    ids=["json", "array", "list"],
)
def test_deep_nesting_ends_in_an_error(document):
    with pytest.raises(ReadError):
        parse(document)


def test_statements_about_statements_are_refused():
    with pytest.raises(ReadError):
        parse(b"<urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> .")


def test_application_server_that_hides_the_interpreter(monkeypatch):
    monkeypatch.setattr(parsing.sys, "executable", "/usr/bin/uwsgi")
    assert list(parse(TURTLE)) == [TRIPLE]
