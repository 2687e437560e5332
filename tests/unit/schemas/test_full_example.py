"""The example records have every field, and every field survives RDF and CKAN."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef

from migration_schemas import load, record
from migration_schemas.kinds import NEED
from migration_schemas.parsing import parse
from migration_schemas.rdf import FORMATS, bind, needs, read, serialize, subjects

SUBJECT = "https://registry.example.org/dataset/full-1"


def test_every_field_has_an_example(full):
    schema = load()
    assert {f.name for f in schema.fields} == set(full.fields)
    assert {f.name for f in schema.resource_fields} == {name for entry in full.resources for name in entry}
    for field in schema.fields:
        if field.subfields:
            assert {part.name for part in field.subfields} == {
                k for node in full.fields[field.name] for k in node
            }


def test_every_field_of_a_need_has_an_example(full_need):
    assert {f.name for f in load(NEED).fields} == set(full_need.fields)


@pytest.mark.parametrize("syntax", FORMATS)
def test_need_survives_every_syntax(syntax, full_need):
    written = bind(full_need, subject=SUBJECT)
    assert written.dropped == ()
    graph = parse(serialize(written.graph, syntax).encode(), syntax)
    assert needs(graph) == [URIRef(SUBJECT)]
    assert subjects(graph) == [], "a need is no dataset"
    assert read(graph, SUBJECT) == full_need


def test_need_survives_ckan(full_need):
    package = record.to_package(full_need)
    assert package["type"] == NEED
    assert record.from_package(package) == full_need


@pytest.mark.parametrize("syntax", FORMATS)
def test_record_survives_every_syntax(syntax, full):
    written = bind(full, subject=SUBJECT, visibility="internal")
    assert written.dropped == ()
    graph = parse(serialize(written.graph, syntax).encode(), syntax)
    assert read(graph, SUBJECT).content_hash() == full.content_hash()


def test_record_survives_ckan(full):
    assert record.from_package(record.to_package(full)).content_hash() == full.content_hash()


def test_package_has_the_titles_that_ckan_wants(full):
    package = record.to_package(full)
    assert package["title"] == full.fields["title_translated"]["en"]
    assert package["notes"] == full.fields["notes_translated"]["en"]
    assert "name" not in package
    assert "owner_org" not in package


def test_writing_twice_gives_the_same_text(full):
    one, two = (serialize(bind(full, subject=SUBJECT).graph, "nt") for _ in range(2))
    assert sorted(one.splitlines()) == sorted(two.splitlines())


def test_public_graph_hides_what_only_agencies_may_see(full):
    public = bind(full, subject=SUBJECT).graph
    agency = bind(full, subject=SUBJECT, visibility="agency").graph
    assert "hasLegalBasis" not in serialize(public, "nt")
    assert "hasLegalBasis" in serialize(agency, "nt")


def test_blank_nodes_of_two_records_never_meet(full):
    merged = Graph()
    for subject in (SUBJECT, SUBJECT + "b"):
        merged += bind(full, subject=subject, visibility="internal").graph
    for subject in (SUBJECT, SUBJECT + "b"):
        assert read(merged, subject).content_hash() == full.content_hash()
