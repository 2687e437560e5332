"""The W3C's test suite of SHACL, through the compiled shapes and through pySHACL.

The tests (https://w3c.github.io/data-shapes/data-shapes-test-suite/) are read in place, outside the checkout.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from migration_schemas.shacl_engine import compile_shapes
from migration_schemas.triples import Triples
from shacl_comparison import by_compiled, by_pyshacl, in_report

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "standards" / "examples" / "shacl-test-suite"
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")

KNOWN = {"uniqueLang-002": "pySHACL takes “1” for true; SHACL says that only “true” switches uniqueLang on"}

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason=f"the W3C's tests of SHACL are not at {SUITE}")


def files(part: str) -> list[Path]:
    return sorted(path for path in (SUITE / part).rglob("*.ttl") if "sht:Validate" in path.read_text())


def read(address: Node | str) -> Graph:
    return Graph().parse(str(address).removeprefix("file://"), format="turtle", publicID=str(address))


@pytest.fixture(autouse=True)
def literals_as_written(monkeypatch):
    """Keep "1"^^xsd:boolean; pySHACL switches this on again each time it has been called."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def load(path: Path) -> tuple[Graph, Graph, Graph, URIRef]:
    """Return the shapes, the data, the manifest and the name of the test in a file."""
    manifest = read(path.as_uri())
    (test,) = manifest.subjects(RDF.type, SHT.Validate)
    action = manifest.value(test, MF.action)
    shapes, data = (read(manifest.value(action, one)) for one in (SHT.shapesGraph, SHT.dataGraph))
    return shapes, data, manifest, manifest.value(test, MF.result)


@pytest.mark.parametrize("path", files("core"), ids=lambda path: path.stem)
def test_core(path):
    shapes, data, manifest, result = load(path)
    expected = in_report(manifest, result)
    assert not compile_shapes(Triples.of(shapes)).uncovered
    assert by_compiled(shapes, data) == expected
    assert (by_pyshacl(shapes, data) == expected) is (path.stem not in KNOWN), KNOWN.get(path.stem)


@pytest.mark.parametrize("path", files("sparql"), ids=lambda path: path.stem)
def test_sparql_is_left_to_pyshacl(path):
    """The compiled shapes know that they do not cover it; the result is pySHACL's, or its refusal."""
    shapes, data, *_ = load(path)
    assert compile_shapes(Triples.of(shapes)).uncovered
    assert by_compiled(shapes, data) == by_pyshacl(shapes, data)
