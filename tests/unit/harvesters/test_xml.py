"""The one XML parser (section B of the threat model)."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from migration_harvesters import rdfxml, xml
from migration_harvesters.errors import PayloadError

PACKAGE = Path(xml.__file__).parent
ENTITIES = "".join(f'<!ENTITY e{n} "{"x" * 50}">' for n in range(5))


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>',
        '<!DOCTYPE r SYSTEM "http://canary.example/x.dtd"><r/>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://canary.example/p">%p;]><r/>',
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><r>&b;</r>',
        f"<!DOCTYPE r [{ENTITIES}]><r>{''.join(f'&e{n % 5};' for n in range(1000))}</r>",
        "<!DOCTYPE html><html><body>maintenance</body></html>",
        "<?xml version='1.0'?><!-- c --><!doctype r><r/>",
    ],
    ids=["xm01", "xm02", "xm02-parameter", "xm03", "xm03-small", "html", "lower-case"],
)
def test_xm01_to_xm03_document_types_are_refused(body):
    opened = []

    def audit(event, args):
        if event == "open" and isinstance(args[0], str) and "hostname" in args[0]:
            opened.append(args)

    sys.addaudithook(audit)
    with pytest.raises(PayloadError) as refused:
        xml.parse(body.encode())
    assert "Document type" in refused.value.message or "breaks off" in refused.value.message
    assert not opened


@pytest.mark.parametrize(
    "body", ["<a>" * 300 + "</a>" * 300, "<a>" + "x" * 11_000_000 + "</a>"], ids=["deep", "long"]
)
def test_xm04_giants_are_refused(body):
    with pytest.raises(PayloadError):
        xml.parse(body.encode())


def test_xm05_a_document_that_is_cut_anywhere_is_refused():
    whole = b"<?xml version='1.0'?><r><a b='1'>text</a><c/></r>"
    for end in range(len(whole)):
        with pytest.raises(PayloadError):
            xml.parse(whole[:end])


@pytest.mark.parametrize(
    "body", [b"<r>\x00</r>", b"<r>\x01</r>", b"<r>\xff</r>", b"<?xml version='1.0' encoding='utf-7'?><r/>"]
)
def test_xm06_wrong_characters_are_refused(body):
    with pytest.raises(PayloadError):
        xml.parse(body)


def test_xm07_instructions_are_ignored_and_cdata_is_text():
    root = xml.parse(b"<?xml version='1.0'?><?xml-stylesheet href='http://x/'?><r><![CDATA[<b>]]></r>")
    assert root.text == "<b>"
    assert len(root.getroottree().docinfo.doctype) == 0


def test_xm08_no_other_module_parses_xml():
    forbidden = {
        "lxml",
        "xml.sax",
        "xml.dom",
        "xml.etree",
        "xml.dom.minidom",
        "xml.etree.ElementTree",
        "defusedxml",
    }
    for path in PACKAGE.rglob("*.py"):
        if path.name == "xml.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name for name in names if name in forbidden or name.startswith("lxml")}, path


def test_an_address_with_a_text_beside_it_keeps_the_address():
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    body = f'<rdf:RDF {rdf}><a rdf:resource="http://x/">text</a><b>text</b></rdf:RDF>'.encode()
    mended = rdfxml.without_stray_text(body)
    assert b'<a rdf:resource="http://x/"/><b>text</b>' in mended
    assert rdfxml.without_stray_text(mended) is None
    assert rdfxml.without_stray_text(body[:-5]) is None
