"""Identifiers of organisations, and how a publisher is recognised by them."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef

from migration_schemas import agencies, reading, writing
from migration_schemas.fields import load
from migration_schemas.record import Record
from migration_schemas.value_repairs import mended

OFFICE = {
    "kind": "national-statistical-office",
    "ror": "https://ror.org/02mhbdp94",
    "iati": "XM-DAC-47066",
    "homepage": "https://stat.example.org/",
    "uris": ["https://catalogue.example.org/organization/nso"],
    "names": ["National Statistics"],
}


@pytest.mark.parametrize(
    "text", ["https://ror.org/03yrm5c26", "03yrm5c26", "ror.org/03YRM5C26", "http://www.ror.org/03yrm5c26/"]
)
def test_a_ror_is_read_as_address_or_as_bare_characters(text):
    assert agencies.ror(text) == "https://ror.org/03yrm5c26"


@pytest.mark.parametrize("code", ["03yrm5c26", "02mhbdp94", "05dxps055", "00f54p054", "042nb2s44"])
def test_real_identifiers_pass_the_check_digits_and_a_slip_of_one_character_does_not(code):
    assert agencies.ror(code)
    for place in range(1, 9):
        other = "1" if code[place] != "1" else "2"
        assert agencies.ror(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "03yrm5c2", "https://ror.org/", "https://example.org/03yrm5c26", "iom"])
def test_what_is_no_ror_is_none(text):
    assert agencies.ror(text) is None


def test_an_iati_identifier_has_its_list_in_capitals():
    assert agencies.iati("xm-dac-47066") == "XM-DAC-47066"
    assert agencies.iati("GB-COH-1234567X") == "GB-COH-1234567X"
    assert agencies.iati("47066") is None
    assert agencies.iati("XM-DAC-47 066") is None


def test_repairs_write_identifiers_as_they_should_be():
    publisher = load().field("publisher")
    assert mended(publisher.subfield("ror"), "ror.org/03yrm5c26") == "https://ror.org/03yrm5c26"
    assert mended(publisher.subfield("ror"), "03yrm5c27") is None
    assert mended(publisher.subfield("iati"), "xm-dac-47066") == "XM-DAC-47066"


def test_identifiers_of_others_under_the_same_properties_are_left_alone(graph_of):
    graph, subject = graph_of(
        "[ a foaf:Agent ; foaf:name 'X' ; owl:sameAs wd:Q1 , <https://ror.org/03yrm5c26> ;"
        " dct:identifier '0000 0001' , 'XM-DAC-47066' ; dct:type pt:NationalAuthority ]"
    )
    found = reading.read(graph, subject)
    assert found.record.fields["publisher"] == [
        {"name": "X", "kind": "state", "ror": "https://ror.org/03yrm5c26", "iati": "XM-DAC-47066"}
    ]
    assert found.unread == ()


@pytest.fixture
def graph_of():
    def make(publisher: str):
        text = f"""
            @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
            @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
            @prefix wd: <http://www.wikidata.org/entity/> .
            @prefix pt: <http://purl.org/adms/publishertype/> .
            <urn:d> a dcat:Dataset ; dct:publisher {publisher} ."""
        return Graph().parse(data=text, format="turtle"), URIRef("urn:d")

    return make


@pytest.mark.parametrize(
    "publisher",
    [
        {"name": "Office national", "ror": OFFICE["ror"]},
        {"name": "Office national", "iati": OFFICE["iati"]},
        {"name": "Office national", "uri": "http://ror.org/02mhbdp94"},
        {"name": "Office national", "uri": "https://catalogue.example.org/organization/nso/"},
        {"name": "national statistics"},
    ],
)
def test_a_publisher_is_recognised_by_identifier_address_or_name(publisher):
    (found,) = agencies.completed([publisher], [{"names": ["Other"]}, OFFICE])
    assert found == {**{key: OFFICE[key] for key in agencies.DETAILS}, **publisher}


@pytest.mark.parametrize(
    "publisher",
    [{"name": "Other"}, {"name": "National Statistics", "ror": "https://ror.org/03yrm5c26"}, {}],
)
def test_a_publisher_with_another_identifier_is_another_body(publisher):
    assert agencies.completed([publisher], [OFFICE]) == [publisher]


def test_of_two_agencies_of_one_name_the_address_tells_which_and_the_name_alone_tells_nothing():
    other = {**OFFICE, "ror": "https://ror.org/03yrm5c26", "uris": ["https://other.example.org/"], "iati": ""}
    named = {"name": "National Statistics"}
    assert agencies.completed([named], [OFFICE, other]) == [named]
    (found,) = agencies.completed([{**named, "uri": "https://other.example.org/"}], [OFFICE, other])
    assert found["ror"] == other["ror"]


def test_a_wrong_identifier_is_told_at_its_field_and_not_published():
    written = writing.write(Record({"publisher": [{"name": "X", "ror": "https://ror.org/03yrm5c27"}]}, ()))
    assert [(one.field, one.reason) for one in written.dropped] == [("publisher.ror", "not-a-ror")]
