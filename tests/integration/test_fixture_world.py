"""The invented world of the requirements: it loads by the API, comes back equal, and gives its answers.

Searches of it by place, period, corridor and facet stand in test_search_filters.py, near matches in
test_search_spelling.py; here is what its records are, by the ids of the requirements.
"""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.cli.cli import ckan
from rdflib import DCAT, DCTERMS, Graph, URIRef
from rdflib.compare import isomorphic

import fixture_world
from ckanext.migration.logic import visibility
from migration_schemas import rdf, record, validate_record
from registry_site import Site

NUMBERS = sorted(fixture_world.ROWS)
SYNTAXES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "n3": "n3"}


@pytest.fixture
def world(request: pytest.FixtureRequest, with_plugins: None, non_clean_db: None) -> Site:
    return fixture_world.standing(request)


def stored(number: str) -> record.Record:
    return record.from_package(visibility.whole(number.lower()))


def found(world: Site, **asked: Any) -> list[str]:
    return [each["name"] for each in world.call("package_search", "", **asked)["results"]]


def refused(world: Site, number: str, **changes: Any) -> dict[str, list[str]]:
    """Return what is said when a changed copy of a record is to be published."""
    package = {**fixture_world.package(number), "name": "changed-copy", "owner_org": world.agency, **changes}
    with pytest.raises(tk.ValidationError) as error:
        world.call("package_create", **package)
    return dict(error.value.error_dict)


def test_r_1_1_b_each_record_comes_back_equal_field_by_field(world: Site) -> None:
    for number in NUMBERS:
        given, shown = record.from_package(fixture_world.package(number)), stored(number)
        added = {"identifier", "publisher"}  # of the registry, where the record does not say
        assert {k: v for k, v in shown.fields.items() if k not in added} == dict(given.fields), number
        assert list(shown.resources) == list(given.resources), number
        assert shown.fields["identifier"], number


def test_r_1_1_d_each_public_record_survives_rdf_and_back(world: Site) -> None:
    for number in NUMBERS[:-1]:
        one = stored(number)
        subject = f"https://registry.example.org/dataset/{number}"
        graph = rdf.write(one, subject=subject, visibility="internal")
        assert rdf.read(graph, subject).content_hash() == one.content_hash(), number


def test_r_1_1_c_four_syntaxes_say_the_same(world: Site, app: Any) -> None:
    graphs = {
        suffix: Graph().parse(data=app.get(f"/dataset/f02.{suffix}").body, format=name)
        for suffix, name in SYNTAXES.items()
    }
    first = graphs["ttl"]
    assert all(isomorphic(first, other) for other in graphs.values())
    (subject,) = first.subjects(None, DCAT.Dataset)
    for needed in (
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.publisher,
        DCAT.contactPoint,
        DCTERMS.accessRights,
    ):
        assert first.value(subject, needed), needed


def test_r_1_1_a_r_k_e_the_public_records_meet_the_profile(world: Site) -> None:
    for number in NUMBERS:
        report = validate_record(stored(number))
        assert report.conforms, (number, [finding.message("en") for finding in report.violations])
    open_points = {finding.field for finding in validate_record(stored("F07")).warnings}
    assert {"provenance_translated", "license"} <= open_points


def test_r_1_1_f_a_description_without_data_needs_a_contact(world: Site) -> None:
    assert not stored("F10").resources
    assert "contact" in refused(world, "F10", contact=[])


def test_r_1_1_g_access_decides_what_the_page_offers(world: Site, app: Any) -> None:
    pages = {n: BeautifulSoup(app.get(f"/dataset/{n}").body, "html.parser") for n in ("f01", "f03", "f10")}
    assert pages["f01"].select_one('a[href="https://iom.example.org/f01.csv"]')
    ask = pages["f03"].select_one("#get-the-data").text
    assert "Write to the data team" in ask
    assert not pages["f03"].select('a[href$=".csv"][download]')
    assert "data@agency.example.org" in pages["f10"].text
    assert "https://law.example.org/statistics-act" in pages["f10"].text
    told = Graph().parse(data=app.get("/dataset/f10.ttl").body, format="turtle")
    assert all(isinstance(each, URIRef) for each in told.objects(None, DCTERMS.accessRights))
    assert list(told.objects(None, DCTERMS.accessRights))


def test_r_1_1_j_the_columns_of_a_file_are_shown_told_and_written(world: Site, app: Any) -> None:
    resource = world.call("package_show", "", id="f01")["resources"][0]
    assert [column["name"] for column in resource["columns"]] == list(fixture_world.COLUMNS)
    page = app.get(f"/dataset/f01/resource/{resource['id']}").body
    turtle = app.get("/dataset/f01.ttl").body
    for name in fixture_world.COLUMNS:
        assert name in page
        assert f'"{name}"' in turtle


def test_r_n6_a_displacement_asks_for_its_cause_and_nothing_else_does(world: Site) -> None:
    assert "displacement_cause" in refused(world, "F01", displacement_cause=[])
    assert "displacement_cause" not in stored("F04").fields
    assert validate_record(stored("F04")).conforms


def test_r_n7_a_a_flow_asks_for_its_pairs_and_keeps_them(world: Site) -> None:
    assert "corridors" in refused(world, "F02", corridors=[])
    given = fixture_world.package("F02")["corridors"]
    graph = rdf.write(stored("F02"), subject="https://registry.example.org/f02")
    back = rdf.read(graph, "https://registry.example.org/f02").fields["corridors"]
    assert sorted(back, key=str) == sorted(given, key=str)


def test_r_s4_a_r_s1_a_values_outside_a_list_are_refused(world: Site) -> None:
    assert "spatial_coverage" in refused(world, "F04", spatial_coverage=["XXX"])
    assert "population_group" in refused(world, "F04", population_group=["refugeez"])


def test_r_k_h_a_batch_counts_what_single_checks_count(world: Site, cli: Any) -> None:
    whole = cli.invoke(ckan, ["migration", "validate", "--all", "--format", "json"])
    told = json.loads(whole.stdout)
    assert [one["id"] for one in told["records"]] == [number.lower() for number in NUMBERS]
    single = [validate_record(stored(number)) for number in NUMBERS]
    assert told["warnings"] == sum(len(report.warnings) for report in single)
    assert (told["violations"], whole.exit_code) == (0, 0)
    row = model.Package.get("f05")
    row.extras["access_rights"] = "PUBLIC"
    model.repo.commit_and_remove()
    broken = cli.invoke(ckan, ["migration", "validate", "--org", "unhcr", "--format", "csv"])
    assert broken.exit_code == 1
    assert "PersonalPublic" in broken.stdout
    model.Package.get("f05").extras["access_rights"] = "NON_PUBLIC"
    model.repo.commit_and_remove()
    assert cli.invoke(ckan, ["migration", "validate", "--org", "no-such-agency"]).exit_code == 2
    assert cli.invoke(ckan, ["migration", "validate"]).exit_code == 2


def test_framework_items_are_found_through_their_records(world: Site) -> None:
    assert sorted(found(world, fq='informs_sdg:"10.7"')) == ["f04", "f06"]
    assert found(world, fq='informs_sdg:"10.c"') == ["f09"]
    facet = world.call("package_search", "", rows=0, **{"facet.field": ["informs"], "facet.limit": -1})
    assert facet["facets"]["informs"] == {"01": 1, "10": 1, "20": 1}


def test_data_from_innovative_sources(world: Site) -> None:
    assert found(world, fq='collection_method:"big-data"') == ["f11"]


def test_r_3_3_b_r_1_1_p_words_find_the_right_records_first(world: Site) -> None:
    assert sorted(found(world, q="refugee Kenya")[:2]) == ["f04", "f05"]
    for words in ("déplacement interne", "deplacement interne", "internal displacement"):
        assert found(world, q=words)[0] == "f01", words


def test_the_definitions_of_the_world_compare_as_they_should(world: Site) -> None:
    def verdict(*names: str) -> str:
        return str(world.call("migration_compare", "", ids=list(names))["verdict"])

    assert verdict("f04", "f02") == "not-comparable", "a stock and a flow"
    assert verdict("f04", "f06") == "not-comparable", "registration and birth"
    assert verdict("f02", "f10") == "not-comparable", "arrivals and departures"
    assert verdict("f05", "f04") == "with-note", "single records and totals"


def test_lk_02_the_hidden_record_is_nowhere(world: Site, app: Any) -> None:
    assert "f12" not in found(world, q="zebrafinch", rows=50)
    for address in ("/dataset/f12", "/dataset/f12.ttl", "/compare?id=f12", "/compare?id=f01&id=f12"):
        reply = app.get(address, status=404)
        assert "zebrafinch" not in reply.body
    with pytest.raises(tk.ObjectNotFound):
        world.call("migration_compare", world.stranger["name"], ids=["f01", "f12"])
