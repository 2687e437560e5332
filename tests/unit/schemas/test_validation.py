"""Findings: right place, right words, one by one or many at a time, and never at the data's mercy."""

from __future__ import annotations

import time

import pytest
from rdflib import Graph, Literal, URIRef

from migration_schemas import Record, validation
from migration_schemas.namespaces import DCAT, RDF, SH, VCARD
from migration_schemas.rdf import write
from migration_schemas.validation import ENGINES, validate_graph, validate_record, validate_records

SUBJECT = "https://example.org/dataset/1"


def said(report):
    return sorted((f.severity, f.field, f.resource, f.constraint, f.code, f.value) for f in report.findings)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"migration_theme": ["stocks", "unknown"]}, "migration_theme", "not-in-list"),
        ({"spatial_coverage": ["Italy"]}, "spatial_coverage", "not-in-list"),
        ({"contact": [{"email": "nobody"}]}, "contact", "not-an-email"),
        ({"contact": [{"url": "ask us"}]}, "contact", "not-an-address"),
        ({"url": "not a web address"}, "url", "not-an-address"),
        ({"modified": "yesterday"}, "modified", "not-a-date"),
        ({"modified": "2023-02-29"}, "modified", "not-a-date"),
        ({"admin_level": "two"}, "admin_level", "not-a-number"),
        ({"admin_level": 9}, "admin_level", "wrong-value"),
        ({"title_translated": {"en": "ab"}}, "title_translated", "wrong-value"),
        ({"title_translated": {"english": "Arrivals"}}, "title_translated", "language-tag"),
        ({"title_translated": None}, "title_translated", "missing"),
        ({"notes_translated": {"en": "Too short."}}, "notes_translated", "wrong-value"),
        ({"identifier": None}, "identifier", "missing"),
        ({"publisher": [{"uri": "https://a.example.org/"}]}, "publisher", "missing"),
        ({"sensitivity_level": "secret"}, "sensitivity_level", "not-in-list"),
    ],
)
def test_violation_names_the_field_and_is_said_once(fields, field, code, changed):
    report = validate_record(changed(**fields))
    assert [(f.field, f.code) for f in report.violations] == [(field, code)]
    assert not report.conforms


def test_wrong_code_says_what_may_have_been_meant(changed):
    (finding,) = validate_record(changed(spatial_coverage=["Italie"])).violations
    assert "“ITA”" in finding.message("en")
    assert "« ITA »" in finding.message("fr")
    assert finding.value == "Italie"


def test_code_outside_an_open_list_is_a_warning(changed):
    report = validate_record(changed(resources=({"url": "https://a.example.org/", "license": "my own"},)))
    assert report.conforms
    assert ("license", 0, "not-in-list") in {(f.field, f.resource, f.code) for f in report.warnings}


def test_control_characters_are_named_and_stop_nothing(changed):
    report = validate_record(changed(title_translated={"en": "Arrivals\x0b by sea"}))
    assert report.conforms
    assert "title_translated" in {f.field for f in report.warnings}


def test_finding_of_a_resource_says_which(changed):
    resources = ({"url": "https://a.example.org/1"}, {"name": "second"})
    (finding,) = validate_record(changed(resources=resources)).violations
    assert (finding.field, finding.resource) == ("url", 1)
    assert finding.field_label("en") == "Resource 2, address"
    assert finding.field_label("fr") == "Ressource 2, adresse"
    assert finding.field_label("zh_Hans_CN") == "资源 2，网址"
    assert finding.field_label("pt_BR") == "Resource 2, address"


def test_eleventh_resource_is_the_eleventh(changed):
    resources = (*({"url": f"https://a.example.org/{n}"} for n in range(10)), {"name": "eleventh"})
    (finding,) = validate_record(changed(resources=resources)).violations
    assert finding.resource == 10


def test_many_at_once_say_the_same_as_one_by_one(full, minimal, changed):
    records = [
        full,
        changed(title_translated=None),
        minimal,
        changed(spatial_coverage=None),
        Record({}),
        full,
    ]
    assert [said(r) for r in validate_records(records)] == [said(validate_record(r)) for r in records]


def test_records_that_share_a_publisher_do_not_lend_each_other_its_name(changed):
    uri = "https://agency.example.org/"
    named, nameless = changed(publisher=[{"name": "A", "uri": uri}]), changed(publisher=[{"uri": uri}])
    reports = validate_records([named, nameless, named])
    assert [report.conforms for report in reports] == [True, False, True]


def test_report_as_data_and_as_graph(changed):
    report = validate_record(changed(title_translated=None))
    data = report.as_dict("fr")
    assert data["conforms"] is False
    assert data["violations"] == 1
    assert data["findings"][0]["field_label"] == "Titre"
    graph = report.to_graph()
    results = set(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == len(report.findings)
    assert {str(v) for v in graph.objects(None, SH.conforms)} == {"false"}


def test_label_of_a_graph_of_several_datasets(minimal, changed):
    graph = write(minimal, subject=SUBJECT) + write(changed(title_translated=None), subject=SUBJECT + "b")
    report = validate_graph(graph)
    assert report.for_dataset(URIRef(SUBJECT)).conforms
    assert not report.for_dataset(URIRef(SUBJECT + "b")).conforms


def test_sh01_shapes_and_code_in_the_data_are_never_executed(minimal):
    graph = write(minimal, subject=SUBJECT)
    graph.parse(
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
        <urn:evil> a sh:NodeShape ; sh:targetClass dcat:Dataset ;
            sh:property [ sh:path dcat:evil ; sh:minCount 5 ] ;
            sh:rule [ a sh:SPARQLRule ; sh:construct "CONSTRUCT { $this a <urn:Owned> } WHERE { }" ] ;
            sh:sparql [ sh:select "SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }" ] .
        """,
        format="turtle",
    )
    before = len(graph)
    report = validate_graph(graph)
    assert report.conforms
    assert len(graph) == before


@pytest.mark.parametrize("given", ["https://example.org/data.ttl", b"<a> <b> <c> .", None])
def test_sh03_only_parsed_graphs_are_taken(given):
    with pytest.raises(TypeError):
        validate_graph(given)


def test_sh04_long_value_against_every_pattern_is_quick(changed):
    start = time.monotonic()
    validate_record(changed(contact=[{"email": "a" * 10_000 + "@" + "b." * 5_000}]))
    graph = write(changed(), subject=SUBJECT)
    for node in list(graph.objects(None, URIRef("http://www.w3.org/2006/vcard/ns#hasEmail"))):
        graph.add(
            (node, URIRef("http://www.w3.org/2006/vcard/ns#hasEmail"), URIRef("mailto:" + "a@" * 5_000))
        )
    validate_graph(graph)
    assert time.monotonic() - start < 20


def test_sh04_endless_address_is_judged_in_one_pass():
    """A pattern that tries every ending anew needs hours for this one."""
    graph = Graph()
    contact = URIRef(SUBJECT + "#contact")
    graph.add((URIRef(SUBJECT), DCAT.contactPoint, contact))
    address = URIRef("mailto:x@" + "a." * 500_000 + "@")
    graph.add((contact, VCARD.hasEmail, address))
    start = time.monotonic()
    report = validate_graph(graph)
    assert time.monotonic() - start < 20
    assert "PatternConstraintComponent" in {f.constraint for f in report.findings}


def test_sh05_data_that_points_at_itself_ends(minimal):
    graph = write(minimal, subject=SUBJECT)
    node = URIRef(SUBJECT)
    for name in ("distribution", "contactPoint", "theme"):
        graph.add((node, URIRef("http://www.w3.org/ns/dcat#" + name), node))
    assert not validate_graph(graph).conforms


def test_sh05_checking_that_takes_too_long_ends_with_what_was_found(changed):
    graph = write(changed(title_translated=None), subject=SUBJECT)
    report = validate_graph(graph, seconds=0)
    assert report.partial
    assert not report.conforms
    assert report.as_dict()["partial"]
    (finding,) = report.for_dataset(None).findings
    assert finding.code == "not-finished"
    found = report.for_dataset(URIRef(SUBJECT)).findings
    assert set(map(place, found)) < set(map(place, validate_graph(graph).findings))


def place(finding):
    return finding.focus, finding.shape, finding.constraint


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_ends_with_all_steps_done(engine, minimal):
    heard = []
    validate_graph(write(minimal), progress=lambda *step: heard.append(step), engine=engine)
    assert heard[-1][0] == heard[-1][1] == len(heard)


def test_place_of_a_resource_whatever_its_name(minimal):
    """Names with thousands of digits, or with signs that Python counts as digits, are names like others."""
    graph = write(minimal, subject=SUBJECT)
    names = [URIRef(f"{SUBJECT}/1²{'3' * 5_000}"), URIRef(f"{SUBJECT}/1²2"), URIRef(f"{SUBJECT}/1²10")]
    for name in names:
        graph.add((URIRef(SUBJECT), DCAT.distribution, name))
    places = {f.focus: f.resource for f in validate_graph(graph).findings if f.focus in names}
    assert [places[names[n]] for n in (1, 2, 0)] == sorted(places.values())


def test_period_of_a_year_beyond_all_numbers_is_no_error(minimal):
    graph = write(minimal, subject=SUBJECT)
    period = URIRef(SUBJECT + "#period")
    graph.add((URIRef(SUBJECT), URIRef("http://purl.org/dc/terms/temporal"), period))
    graph.add((period, DCAT.startDate, Literal("1" * 10_000)))
    assert not validate_graph(graph).conforms


def test_sh07_failing_engine_keeps_the_records_and_lets_none_pass(monkeypatch, minimal, changed):
    class Failing:
        uncovered = ()

        def results(self, data, watch=None):
            if any("Poison" in str(value) for _, _, value in data):
                raise RecursionError
            return iter(())

    monkeypatch.setattr(validation, "_compiled", Failing)
    reports = validate_records([minimal, changed(title_translated={"en": "Poison"}), minimal])
    assert [report.conforms for report in reports] == [True, False, True]
    assert reports[1].partial
    assert "checked" in reports[1].violations[0].message("en")


def test_sh08_messages_in_other_languages_fall_back_to_english(changed):
    (finding,) = validate_record(changed(title_translated=None)).violations
    assert finding.message("de") == finding.message("en")
    assert finding.message("fr_FR") == finding.message("fr")
    assert finding.severity == "violation"
