"""Recorded services and files of agencies, served over HTTP, read by mappings: every row is accounted for."""

# ruff: noqa: E501 - mappings read best as they stand

from __future__ import annotations

import gzip
import json

import pytest

import replay
from partners import FIXTURES, harvest, present

pytestmark = present
API, FILES = FIXTURES / "api", FIXTURES / "csv-hxl"


def body_of(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def read(path, protocol="rest", **options):
    served = replay.serving(lambda asked, query: replay.Answer(body_of(path), "application/json"))
    with served as portal:
        found = harvest(portal, protocol, f"{portal.url}/{path.name}", options)
    print(f"\n{path.name}: {found.counts}")
    found.account()
    return found


def test_dtm_every_operation_is_a_dataset():
    path = API / "iom-dtm/displacement-operation-list.json"
    found = read(path, service="iom-dtm")
    rows = json.loads(path.read_bytes())["result"]
    assert len(found.records) == len({(row["admin0Pcode"], row["operation"]) for row in rows})
    assert found.listing.complete
    placed = [record for record in found.records.values() if record.fields.get("spatial_coverage")]
    assert len(placed) == len(found.records)


@pytest.mark.parametrize(
    "name",
    [
        "admin0-admin0pcode-afg",
        "admin0-admin0pcode-hti",
        "admin0-admin0pcode-tcd",
        "admin1-admin0pcode-tcd",
        "admin2-admin0pcode-tcd",
    ],
)
def test_dtm_figures_as_one_dataset_an_operation(name):
    rules = {
        "records": "result", "identifier": "{admin0Pcode}:{operation}", "group": ["admin0Pcode", "operation"],
        "summarise": ["reportingDate", "displacementReason"], "title_translated": "{operation}",
        "spatial_coverage": "{admin0Pcode}", "displacement_cause": "{@all.displacementReason}",
        "temporal_coverage": {"start": "{@min.reportingDate}", "end": "{@max.reportingDate}"},
    }  # fmt: skip
    path = API / f"iom-dtm/displacement-{name}.json"
    found = read(path, mapping=rules)
    rows = json.loads(path.read_bytes())["result"]
    assert len(found.records) == len({row["operation"] for row in rows})
    assert all(record.fields["temporal_coverage"] for record in found.records.values())


def test_dtm_countries():
    found = read(API / "iom-dtm/displacement-country-list.json", mapping={
        "records": "result", "identifier": "{admin0Pcode}", "title_translated": "Displacement in {admin0Name}",
        "spatial_coverage": "{admin0Pcode}",
    })  # fmt: skip
    assert all(record.fields["spatial_coverage"] for record in found.records.values())


@pytest.mark.parametrize("number", ["220", "259", "295"])
def test_unhcr_situations_by_country_of_origin(number):
    path = next((API / "unhcr-odp").glob(f"*geo-id-{number}-*"))
    rules = {
        "records": "data", "identifier": "{geomaster_id}-{pop_type_code}", "group": ["geomaster_id", "geomaster_name", "pop_type_code", "pop_type_name"],
        "summarise": ["pop_origin_name", "date"], "title_translated": "{pop_type_name} in {geomaster_name}",
        "spatial_coverage": "{geomaster_name}", "country_of_origin": "{@all.pop_origin_name}", "population_group": "{pop_type_name}",
        "temporal_coverage": {"start": "{@min.date}", "end": "{@max.date}"},
    }  # fmt: skip
    found = read(path, mapping=rules)
    assert found.records
    assert found.listing.complete


def test_reliefweb_follows_the_next_page():
    pages = {"": "1", "10": "2"}

    def answering(path, query):
        body = (
            API / f"reliefweb/relief_web_mock_data_page_{pages[query.get('offset', '')]}_raw.json"
        ).read_bytes()
        return replay.Answer(
            body.replace(b"https://api.reliefweb.int", b"http://127.0.0.1"), "application/json"
        )

    with replay.serving(answering) as portal:
        found = harvest(portal, "rest", "http://127.0.0.1/", {"service": "reliefweb"})
    print(f"\nreliefweb: {found.counts}")
    found.account()
    assert len(found.records) == found.listing.expected == 4
    assert found.listing.complete
    assert any(record.resources for record in found.records.values())


def test_missing_migrants_by_country_of_incident():
    found = read(API / "iom-missing-migrants/2014-json.json.gz", mapping={
        "identifier": "{country_of_incident}", "group": ["country_of_incident"], "summarise": ["reported_date"],
        "title_translated": "Missing migrants: {country_of_incident}", "spatial_coverage": "{country_of_incident}",
        "temporal_coverage": {"start": "{@min.reported_date}", "end": "{@max.reported_date}"},
        "population_group": ["missing-deceased-migrants"],
    })  # fmt: skip
    placed = [record for record in found.records.values() if record.fields.get("spatial_coverage")]
    assert len(placed) / len(found.records) > 0.8


def test_idmc_events_as_json_and_as_csv_are_the_same_datasets():
    rules = {
        "identifier": "{iso3}", "group": ["iso3", "country"], "summarise": ["displacement_date", "type"],
        "title_translated": "Displacement in {country}", "spatial_coverage": "{iso3}", "number_of_records": "{@rows}",
    }  # fmt: skip
    ours = read(API / "idmc-idu/idmc_idu.json", mapping=rules)
    lists = read(FILES / "idmc/ind_idmc_idu_events.csv", "table", mapping=rules)
    assert {name: record.fields for name, record in ours.records.items()} == {
        name: record.fields for name, record in lists.records.items()
    }


@pytest.mark.parametrize(
    "name", ["AsylumApplications", "AsylumDecisions", "Demographics", "EndYearPopulationTotals", "Solutions"]
)
def test_unhcr_tables_by_country_of_asylum(name):
    found = read(FILES / f"unhcr-population/HDX_{name}.csv", "table", mapping={
        "identifier": "{ISO3CoA}", "group": ["ISO3CoA"], "summarise": ["Year", "ISO3CoO"],
        "title_translated": f"{name}: {{ISO3CoA}}", "spatial_coverage": "{ISO3CoA}", "country_of_origin": "{@all.ISO3CoO}",
        "temporal_coverage": {"start": "{@min.Year}", "end": "{@max.Year}"},
    })  # fmt: skip
    assert found.records
    assert found.listing.complete
