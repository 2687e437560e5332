"""DCAT as partners write it."""

from __future__ import annotations

import pytest
from rdflib import Graph

from migration_schemas.rdf import interpret, read, subjects, write

EU = "http://publications.europa.eu/resource/authority/"
HEAD = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix eu: <http://publications.europa.eu/resource/authority/> .
"""


def record(turtle: str):
    graph = Graph().parse(data=HEAD + turtle, format="turtle")
    (subject,) = subjects(graph)
    return interpret(graph, subject)


@pytest.mark.parametrize(
    ("turtle", "field", "value"),
    [
        ('dct:title "A title"', "title_translated", {"en": "A title"}),
        ('dct:title "Un titre" ; dct:language "fr"', "title_translated", {"fr": "Un titre"}),
        ('dct:title "Um título"@pt-BR', "title_translated", {"pt": "Um título"}),
        ('dct:title "maschinell"@en-t-de, "by hand"@en', "title_translated", {"en": "by hand"}),
        ("dct:language <http://publications.europa.eu/resource/authority/language/FRA>", "language", ["fr"]),
        ('dct:language "French"', "language", ["fr"]),
        (f"dct:spatial <{EU}country/SDN>", "spatial_coverage", ["SDN"]),
        ('dct:spatial [ a dct:Location ; rdfs:label "Sudan" ]', "spatial_coverage", ["SDN"]),
        ('dct:spatial [ skos:prefLabel "Soudan"@fr ]', "spatial_coverage", ["SDN"]),
        (f"dct:accrualPeriodicity <{EU}frequency/ANNUAL>", "frequency", "ANNUAL"),
        ('dct:accrualPeriodicity "R/P1Y"', "frequency", "ANNUAL"),
        ('dct:modified "2024-03-01T10:00:00Z"^^xsd:dateTime', "modified", "2024-03-01"),
        ('dct:modified "2024-03-01 10:00:00"', "modified", "2024-03-01"),
        ('dct:issued "March 2024"', "issued", "March 2024"),
        ('dct:publisher "Agency"', "publisher", [{"name": "Agency"}]),
        ('dct:publisher <https://a.example.org/>', "publisher", [{"uri": "https://a.example.org/"}]),
        (
            'dcat:contactPoint [ vcard:fn "T" ; vcard:hasEmail "t@a.example.org" ]',
            "contact",
            [{"name": "T", "email": "t@a.example.org"}],
        ),
        ('dct:provenance "By telephone."@en', "provenance_translated", {"en": "By telephone."}),
        ('dct:accessRights "public"', "access_rights", "PUBLIC"),
        ('dcat:keyword "a", "b"@fr', "tags_translated", {"en": ["a"], "fr": ["b"]}),
        ('dct:temporal [ dcat:startDate "2020"^^xsd:gYear ]', "temporal_coverage", [{"start": "2020"}]),
    ],
)  # fmt: skip
def test_values_that_partners_write_are_understood(turtle, field, value):
    assert record(f"<urn:d> a dcat:Dataset ; {turtle} .").record.fields[field] == value


def test_values_without_a_counterpart_are_listed_not_lost_silently():
    reading = record('<urn:d> a dcat:Dataset ; dcat:theme <urn:other> ; dct:spatial "Atlantis" .')
    assert {(u.field, u.value) for u in reading.unread} == {
        ("migration_theme", "urn:other"),
        ("spatial_coverage", "Atlantis"),
    }


def test_distribution_values_are_understood():
    reading = record(
        """<urn:d> a dcat:Dataset ; dcat:distribution [
        dcat:accessURL <https://a.example.org/> ; dct:format "text/csv" ;
        dct:license <http://creativecommons.org/licenses/by/4.0/> ; dcat:byteSize "1024.0"^^xsd:decimal ;
        dct:title "Daten"@de, "Data"@en ; dcat:mediaType "text/csv" ] ."""
    )
    assert reading.record.resources == (
        {
            "url": "https://a.example.org/", "format": "CSV", "license": "CC-BY-4.0", "size": 1024,
            "name": "Data", "mimetype": "text/csv",
        },
    )  # fmt: skip


def test_datasets_are_listed_in_a_stable_order():
    graph = Graph().parse(data=HEAD + "<urn:b> a dcat:Dataset . <urn:a> a dcat:Dataset .", format="turtle")
    assert [str(s) for s in subjects(graph)] == ["urn:a", "urn:b"]


def test_place_of_a_sub_property_is_not_taken_for_the_coverage(changed):
    one = changed(spatial_coverage=None, country_of_origin=["SYR"])
    back = read(write(one, subject="urn:x"), "urn:x")
    assert "spatial_coverage" not in back.fields
