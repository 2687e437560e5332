"""The official shapes of DCAT-AP and of its national and thematic profiles, through both engines.

Shapes and examples are read in place, outside the checkout. All examples are one graph, so that each set of
shapes finds much to report.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph

from migration_schemas import Record
from migration_schemas.rdf import write
from migration_schemas.shacl_engine import compile_shapes
from migration_schemas.triples import Triples
from shacl_comparison import by_compiled, by_pyshacl

STANDARDS = Path(__file__).resolve().parents[2].parent / "shared" / "standards"
EXAMPLES = ("dcat-ap-3.0.0", "dcat-ap-semic-validator", "dcat-ap-hvd-3.0.0", "dcat-ap.de", "dcat3-spec")
COVERED = [
    *("dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_shapes.ttl", "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_range.ttl"),
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_mdr-vocabularies.shape.ttl",
    *(
        f"dcat-ap-{version}/split/{name}.ttl"
        for version in ("3.0.0", "3.0.1")
        for name in ("shapes", "shapes_recommended", "range", "mdr-vocabularies.shape", "deprecateduris")
    ),
    *("dcat-ap-3.0.0/dcat-ap-SHACL.ttl", "dcat-ap-hvd-3.0.0/hvd-SHACL.ttl"),
    *("dcat-ap.de/dcat-ap-spec-german-additions.ttl", "geodcat-ap-3.0.0/geodcat-ap-shacl.ttl"),
    *("mobilitydcat-ap/mobilitydcat-ap_shacl_shapes.ttl", "xkos/xkos-best-practices-conformance-shapes.ttl"),
]
LEFT = {
    "dcat-ap-3.0.1/ranges.ttl": "sh:property names a shape without sh:path",
    "dcat-ap-es/shacl_common_shapes.ttl": "uses http://www.w3.org/ns/shacl#sparql",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not STANDARDS.is_dir(), reason=f"the official shapes and examples are not at {STANDARDS}"
    ),
]


def shapes(name: str) -> Graph:
    text = (STANDARDS / "shapes" / name).read_text(encoding="utf-8-sig")
    return Graph().parse(data=text, format="turtle", publicID="https://shapes.example/")


@pytest.fixture(scope="module")
def examples() -> Graph:
    merged = Graph()
    for folder in EXAMPLES:
        for path in sorted((STANDARDS / "examples" / folder).glob("*.ttl")):
            try:
                merged.parse(path, format="turtle", publicID="https://example.org/")
            except SyntaxError:
                continue  # a few published examples are not Turtle
    assert len(merged) > 2_000
    return merged


@pytest.mark.parametrize("name", COVERED)
def test_compiled_shapes_find_what_pyshacl_finds(name, examples):
    graph = shapes(name)
    assert not compile_shapes(Triples.of(graph)).uncovered
    found = by_compiled(graph, examples)
    assert found == by_pyshacl(graph, examples)
    assert found or "deprecated" in name


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_covered_is_named_and_left_to_pyshacl(name, minimal_graph):
    graph = shapes(name)
    assert LEFT[name] in compile_shapes(Triples.of(graph)).uncovered.values()
    assert by_compiled(graph, minimal_graph) == by_pyshacl(graph, minimal_graph)


@pytest.fixture
def minimal_graph() -> Graph:
    return write(
        Record(
            {
                "title_translated": {"en": "Arrivals"},
                "contact": [{"name": "Data team", "email": "data@example.org"}],
                "temporal_coverage": [{"start": "2024-01-01"}],
            }
        ),
        subject="https://example.org/dataset/1",
    )
