"""The compiled shapes say of any data what pySHACL says: the same results, each as often."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from migration_schemas import load, shapes, validation
from migration_schemas.fields import every
from migration_schemas.namespaces import XSD, plain
from migration_schemas.rdf import write
from migration_schemas.terms import Blank, Iri, Literal, text
from migration_schemas.triples import Triples

SOME = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
TYPE = plain("rdf:type")


def vocabulary() -> tuple[list[Iri], list[Iri]]:
    """Return the predicates of all paths, and the members of all lists, of our shapes."""
    graph = Triples.of(shapes.graph())
    fields = [*every(), *load().resource_fields]
    fields += [part for field in fields for part in field.subfields]
    steps = {step for field in fields for step in field.steps}
    steps |= {
        term for s, p, term in graph if isinstance(term, str) and (p.endswith("#first") or "targetO" in p)
    }
    predicates = {step for step in steps if not step.startswith(str(XSD))}
    members = [m for _, heads in graph.having(Iri(shapes.SH["in"])) for h in heads for m in graph.members(h)]
    return sorted(predicates), sorted({m for m in members if isinstance(m, str)})


PREDICATES, MEMBERS = vocabulary()
NODES = [
    *(
        Iri(f"https://example.org/{name}")
        for name in ("dataset", "other", "distribution", "agency", "period")
    ),
    *(Blank(name) for name in ("a", "b", "c")),
]
CLASSES = [*(plain(f"dcat:{name}") for name in ("Dataset", "Distribution", "Catalog")), plain("mig:DataNeed")]
TEXTS = [
    "",
    "abc",
    "four",
    "f" * 40,
    "A title of some length",
    "Description " * 5,
    "mailto:a@b.example",
    "2024",
    "true",
    "7",
]
DATATYPES = [
    *("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth"),
    *("xsd:integer", "xsd:nonNegativeInteger", "xsd:decimal", "xsd:string"),
]
LITERALS = st.one_of(
    st.builds(text, st.sampled_from(TEXTS), st.sampled_from([None, "en", "EN", "fr", "ar", "zh-hans"])),
    st.builds(
        Literal,
        st.sampled_from(["2024", "2024-02", "2024-02-30", "2024-02-29", "5", "-1", "01", "2.5", "x", "0"]),
        st.sampled_from([*map(plain, DATATYPES), Iri("https://example.org/datatype")]),
        st.none(),
    ),
    st.builds(text, st.text(max_size=60)),
)
ADDRESSES = st.sampled_from(
    [*MEMBERS, *map(Iri, ("mailto:data@example.org", "mailto:x@y", "mailto:a b@c.d", "https://x.example/"))]
)
TRIPLE = st.one_of(
    st.tuples(st.sampled_from(NODES), st.just(TYPE), st.sampled_from(CLASSES)),
    st.tuples(
        st.sampled_from([*NODES[:1] * len(NODES), *NODES]),  # mostly the dataset, which most shapes are about
        st.sampled_from(PREDICATES),
        st.one_of(st.sampled_from(NODES), ADDRESSES, LITERALS),
    ),
)
GRAPHS = st.builds(
    lambda found: Triples([(NODES[0], TYPE, CLASSES[0]), *found]), st.lists(TRIPLE, max_size=60)
)
TITLE = plain("dct:title")
BOUNDARIES = Triples(
    [(NODES[0], TYPE, CLASSES[0])]
    + [(NODES[0], p, text("x" * n, "en")) for p in (TITLE, plain("dct:description")) for n in (3, 4, 39, 40)]
    + [(NODES[0], plain("mig:adminLevel"), Literal(str(n), plain("xsd:integer"))) for n in (-1, 0, 5, 6)]
)


def compared(data: Triples) -> tuple[Counter, Counter]:
    graph = data.into(Graph())
    made = Triples.of(graph)
    return tuple(Counter(validation._results(made, lambda: graph, engine)) for engine in validation.ENGINES)


@SOME
@given(GRAPHS)
@example(Triples())
@example(BOUNDARIES)
def test_any_graph_of_our_terms_gets_the_same_results(data):
    compiled, reference = compared(data)
    assert compiled == reference


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_records_get_the_same_results(full, minimal, changed, visibility):
    faulty = changed(
        title_translated={"en": "ab"},
        contact=[{"name": "Nobody"}],
        sensitivity_level="severe",
        publisher=None,
    )
    for record in (full, minimal, faulty):
        compiled, reference = compared(Triples.of(write(record, visibility=visibility)))
        assert compiled == reference


def test_nothing_in_our_shapes_is_left_to_the_reference():
    """Speed depends on it; a shape that must be left to pySHACL costs some 30 ms a record."""
    assert validation._compiled().uncovered == {}


def test_same_report_by_both_engines(changed):
    graph = write(changed(title_translated=None, temporal_coverage=[{"start": "2025", "end": "2024"}]))
    reports = [validation.validate_graph(graph, engine=engine) for engine in validation.ENGINES]
    assert reports[0] == reports[1]
    assert {f.code for f in reports[0].violations} == {"missing", "rule"}


def test_terms_survive_the_way_through_rdflib():
    for term in (
        Iri("https://x.example/<a b>"),
        Blank("x"),
        text("a", "FR"),
        Literal("01", plain("xsd:integer")),
    ):
        made = Triples([(NODES[0], TYPE, term)])
        assert list(Triples.of(made.into(Graph()))) == list(made)
