"""DCAT of all kinds → records."""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

import pytest
from rdflib import Graph

from migration_harvesters import closures
from migration_harvesters.errors import MappingError, PayloadError
from migration_harvesters.mappers import dcat
from migration_harvesters.records import RawRecord, RemoteRef
from migration_schemas import Record, rdf
from migration_schemas.triples import Triples

ONE = "https://portal.example/1"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix schema: <http://schema.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix time: <http://www.w3.org/2006/time#> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EU = "http://publications.europa.eu/resource/authority"


@pytest.fixture
def mapped(config):
    def run(turtle, more="", **options):
        graph = Graph().parse(data=f"{PREFIXES}<{ONE}> a dcat:Dataset ; {turtle} .\n{more}", format="turtle")
        raw = RawRecord(RemoteRef(ONE), "dcat", closures.ntriples(Triples.of(graph), ONE))
        return dcat.interpret(raw, config("dcat", **options))

    return run


@pytest.fixture
def value(mapped):
    return lambda turtle, name, more="", **options: mapped(turtle, more, **options).record.fields.get(name)


@pytest.mark.parametrize(
    ("turtle", "more", "name", "expected"),
    [
        ('dct:title "A title"@en-GB', "", "title_translated", {"en": "A title"}),
        ('dc:title "Old title"', "", "title_translated", {"en": "Old title"}),
        ('rdfs:label "Label"@fr', "", "title_translated", {"fr": "Label"}),
        ('dct:title "T" ; dct:language "fr"', "", "title_translated", {"fr": "T"}),
        ('dct:title "original"@fr, "machine"@en-t-fr', "", "title_translated", {"fr": "original"}),
        ('dct:abstract "<p>One</p><p>Two</p>"@en', "", "notes_translated", {"en": "One\n\nTwo"}),
        ('dct:publisher "Agency"', "", "publisher", [{"name": "Agency"}]),
        ("dct:publisher <http://a.example/>", '<http://a.example/> vcard:fn "Agency"', "publisher", [{"name": "Agency", "uri": "http://a.example/"}]),
        ('dct:publisher [ foaf:name "Agency" ]', "", "publisher", [{"name": "Agency"}]),
        ('dct:creator [ rdfs:label "Maker" ]', "", "publisher", [{"name": "Maker"}]),
        ("dcat:inSeries <http://a.example/s>", '<http://a.example/s> a dcat:DatasetSeries ; dct:title "Survey" ; dcat:last <http://a.example/9>', "in_series", [{"title": "Survey", "uri": "http://a.example/s"}]),
        ('dcat:inSeries [ a dcat:DatasetSeries ; dct:title "Enquête"@fr, "Survey"@en ]', "", "in_series", [{"title": "Survey"}]),
        ("dcat:inSeries <http://a.example/s>", "", "in_series", [{"uri": "http://a.example/s"}]),
        ('dcat:inSeries "Survey"', "", "in_series", [{"title": "Survey"}]),
        ('dcat:contactPoint [ vcard:fn "Team" ; vcard:hasEmail <mailto:t@x.example> ]', "", "contact", [{"name": "Team", "email": "t@x.example"}]),
        ('dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue <mailto:t@x.example> ] ]', "", "contact", [{"email": "t@x.example"}]),
        ('dcat:contactPoint [ vcard:email "t@x.example" ; vcard:hasURL <http://x.example/ask> ]', "", "contact", [{"email": "t@x.example", "url": "http://x.example/ask"}]),
        ('adms:contactPoint [ foaf:name "Team" ; foaf:mbox <mailto:t@x.example> ]', "", "contact", [{"name": "Team", "email": "t@x.example"}]),
        ("dcat:contactPoint <mailto:t@x.example>", "", "contact", [{"email": "t@x.example"}]),
        ('dct:publisher [ foaf:name "A" ; foaf:mbox "t@x.example" ]', "", "contact", [{"name": "A", "email": "t@x.example"}]),
        ('dct:temporal [ schema:startDate "2016-01-01T00:00:00"^^xsd:dateTime ; schema:endDate "2016-12-05" ]', "", "temporal_coverage", [{"start": "2016-01-01", "end": "2016-12-05"}]),
        ('dct:temporal [ time:hasBeginning [ time:inXSDDate "2016-01-01"^^xsd:date ] ]', "", "temporal_coverage", [{"start": "2016-01-01"}]),
        ('dct:temporal [ dcat:startDate "2013-02-30" ; dcat:endDate ".." ]', "", "temporal_coverage", [{"start": "2013-02-30"}]),
        ('dct:temporal "2010/2012"', "", "temporal_coverage", [{"start": "2010", "end": "2012"}]),
        ('dct:issued "2017-10-25T13:46:11.509167"^^xsd:dateTime', "", "issued", "2017-10-25"),
        ('dct:modified "jeu, 19/12/2019 - 03:00"', "", "modified", "2019-12-19"),
        (f"dct:accrualPeriodicity <{EU}/frequency/ANNUAL>", "", "frequency", "ANNUAL"),
        ("dct:accrualPeriodicity <http://purl.org/cld/freq/monthly>", "", "frequency", "MONTHLY"),
        ('dct:accrualPeriodicity "http://purl.org/cld/freq/irregular"', "", "frequency", "IRREG"),
        ('dct:accrualPeriodicity "Annual"', "", "frequency", "ANNUAL"),
        (f"dct:language <{EU}/language/FRA>, \"en-US\"", "", "language", ["en", "fr"]),
        (f"dct:spatial <{EU}/country/FRA>", "", "spatial_coverage", ["FRA"]),
        ('dct:spatial [ a dct:Location ; skos:prefLabel "السودان"@ar ]', "", "spatial_coverage", ["SDN"]),
        ("dct:spatial <http://g.example/1> ", f"<http://g.example/1> owl:sameAs <{EU}/country/KEN>", "spatial_coverage", ["KEN"]),
        (f"dct:accessRights <{EU}/access-right/RESTRICTED>", "", "access_rights", "RESTRICTED"),
        ('dct:accessRights [ rdfs:label "public" ]', "", "access_rights", "PUBLIC"),
        ('dcat:keyword "refugees"@en, "other"@en', "", "migration_theme", ["refugees-asylum"]),
        ('dcat:theme "Migrant stocks"', "", "population_group", None),
        ('dcat:theme "Remittances"', "", "migration_theme", ["remittances"]),
        ("dcat:theme <http://t.example/1>", '<http://t.example/1> skos:prefLabel "Fish"@en', "tags_translated", {"en": ["Fish"]}),
        ("dcat:landingPage <https://x.example/a%20b>", "", "url", "https://x.example/a%20b"),
        ('foaf:homepage "javascript:alert(1)"', "", "url", None),
        ("dct:conformsTo <javascript:alert(1)>", "", "conforms_to", None),
    ],
)  # fmt: skip
def test_what_partners_write_finds_its_field(value, turtle, more, name, expected):
    found = value(turtle, name, f"{more} ." if more else "")
    assert (sorted(found) if name == "language" else found) == expected


def test_untagged_texts_are_in_the_language_that_the_administrator_named(value):
    assert value('dct:title "Titel"', "title_translated", language="de") == {"de": "Titel"}


def test_the_name_stands_in_for_a_missing_identifier(mapped):
    assert mapped('dct:title "T"').record.identifier == ONE


def file(turtle):
    return f"dcat:distribution [ a dcat:Distribution ; {turtle} ]"


@pytest.mark.parametrize(
    ("turtle", "name", "expected"),
    [
        (file("dcat:downloadURL <https://x.example/f.csv>"), "url", "https://x.example/f.csv"),
        (file('dcat:accessURL "https://x.example/f"'), "url", "https://x.example/f"),
        (file("dcat:accessURL <file:///etc/passwd> ; dct:title \"t\""), "url", None),
        (file("dcat:accessURL <https://x.example/> ; dct:format [ a dct:IMT ; rdf:value \"text/csv\" ]"), "format", "CSV"),
        (file(f"dcat:accessURL <https://x.example/> ; dct:format <{EU}/file-type/CSV>"), "format", "CSV"),
        (file("dcat:accessURL <https://x.example/> ; dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv>"), "format", "CSV"),
        (file("dcat:accessURL <https://x.example/> ; dct:license <http://creativecommons.org/licenses/by/4.0/deed.fr>"), "license", "CC-BY-4.0"),
        (file('dcat:accessURL <https://x.example/> ; dct:license "Ask us"'), "license", "custom"),
        (file("dcat:accessURL <https://x.example/>") + f" ; dct:license <{EU}/licence/CC_BY_4_0>", "license", "CC-BY-4.0"),
        (file("dcat:accessURL <https://x.example/> ; dct:license []"), "license", None),
        (file("dcat:accessURL <https://x.example/> ; dcat:byteSize 12"), "size", 12),
    ],
)  # fmt: skip
def test_files_of_all_kinds(mapped, turtle, name, expected):
    assert mapped(turtle).record.resources[0].get(name) == expected


def test_what_has_no_counterpart_is_noted(mapped):
    notes = mapped(
        'dct:spatial "Greater London" ; dct:temporal "long ago" ; dct:accrualPeriodicity "sometimes"'
    ).notes
    assert {(note.field, note.value) for note in notes if note.taken is None} == {
        ("spatial_coverage", "Greater London"), ("temporal_coverage", "long ago"), ("frequency", "sometimes"),
    }  # fmt: skip


def test_our_own_records_come_back_as_they_were(config):
    record = Record(
        {
            "title_translated": {"en": "Stocks in Anyland", "fr": "Effectifs"},
            "notes_translated": {"en": "Two\n\nparagraphs, long enough to say what is in the data."},
            "identifier": "doi:10.1/x", "tags_translated": {"en": ["a", "b"]}, "migration_theme": ["stocks"],
            "population_group": ["foreign-born"], "spatial_coverage": ["KEN"], "country_of_origin": ["SOM"],
            "temporal_coverage": [{"start": "2020-01-01", "end": "2021"}], "frequency": "ANNUAL", "issued": "2020", "modified": "2021-05",
            "publisher": [{"name": "Agency", "uri": "https://a.example/"}], "contact": [{"name": "Team", "email": "t@a.example"}],
            "sensitivity_level": "low", "personal_data_status": ["non-personal"], "access_rights": "PUBLIC", "language": ["en"],
        },
        ({"url": "https://a.example/f", "name": "File", "format": "CSV", "license": "CC-BY-4.0", "size": 5},),
    )  # fmt: skip
    graph = rdf.write(record, subject=ONE)
    raw = RawRecord(RemoteRef(ONE), "dcat", closures.ntriples(Triples.of(graph), ONE))
    assert dcat.interpret(raw, config("dcat")).record.content_hash() == record.content_hash()


def test_rd06_wrong_values_are_kept_for_the_report_and_the_feed_stays_valid(mapped):
    result = mapped(
        'dct:title "T"@toolonglanguagetag ; dct:issued "2013-02-30" ; dct:relation <http://x.example/a%20b>'
    )
    assert result.record.fields["issued"] == "2013-02-30"
    for syntax in ("ttl", "xml", "jsonld", "nt"):
        assert rdf.serialize(rdf.write(result.record), syntax)


@pytest.mark.parametrize("body", [b"<broken", b"\xff", b"not rdf"])
def test_broken_bytes_are_unreadable(config, body):
    with pytest.raises(PayloadError):
        dcat.interpret(RawRecord(RemoteRef("a"), "dcat", body), config("dcat"))


def test_a_record_without_a_dataset_is_none(config):
    with pytest.raises(MappingError):
        dcat.interpret(
            RawRecord(RemoteRef("a"), "dcat", b"<http://a> <http://b> <http://c> .\n"), config("dcat")
        )
