"""Repairs that are one click away: what is certain is repaired, what is not is left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migration_schemas import Record, load, repairs, validate_record
from migration_schemas.value_repairs import fits, mended

FULL = Path(__file__).parents[2] / "data" / "full_dataset.yaml"


def full() -> Record:
    values = yaml.safe_load(FULL.read_text(encoding="utf-8"))
    return Record(values["fields"], tuple(values["resources"]))


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("spatial_coverage", "Syria", "SYR"),
        ("spatial_coverage", "السودان", "SDN"),
        ("spatial_coverage", "729", "SDN"),
        ("spatial_coverage", "Atlantis", None),
        ("spatial_coverage", "Guinea-", "GIN"),
        ("access_rights", "public", "PUBLIC"),
        ("frequency", "mensuel", "MONTHLY"),
        ("issued", "31/12/2024", "2024-12-31"),
        ("issued", "12/31/2024", "2024-12-31"),
        ("issued", "03/04/2024", None),
        ("issued", "04/04/2024", "2024-04-04"),
        ("issued", "3.4.2024", "2024-04-03"),
        ("issued", "2024/3/9", "2024-03-09"),
        ("issued", "20240309", "2024-03-09"),
        ("issued", "2024年3月5日", "2024-03-05"),
        ("issued", "2024-03-09T12:00:00Z", "2024-03-09"),
        ("issued", "9 March 2024", "2024-03-09"),
        ("issued", "March 9, 2024", "2024-03-09"),
        ("issued", "1er août 2023", "2023-08-01"),
        ("issued", "12 de marzo de 2024", "2024-03-12"),
        ("issued", "Dec 2024", "2024-12"),
        ("issued", "30 February 2024", None),
        ("issued", "soon", None),
        ("admin_level", "2.0", 2),
        ("admin_level", "9", None),
        ("number_of_records", "4,500,000", 4500000),
        ("number_of_records", "1 200", 1200),
        ("number_of_records", "about 12", None),
        ("spatial_resolution_in_meters", "2500,5", 2500.5),
        ("spatial_resolution_in_meters", "2,500", None),
        ("minimum_stay", "3 months", "P3M"),
        ("minimum_stay", "2 semaines", "P14D"),
        ("minimum_stay", "un an", None),
        ("url", "www.agency.example.org/data", "https://www.agency.example.org/data"),
        ("url", "https://agency.example.org/a file.csv", "https://agency.example.org/a%20file.csv"),
        ("url", "10.5281/zenodo.1", "https://doi.org/10.5281/zenodo.1"),
        ("url", "see the report", None),
        ("url", "javascript:alert(1)", None),
    ],
)
def test_a_value_is_repaired_where_its_meaning_is_certain(field: str, written: str, meant: object):
    assert mended(load().field(field), written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mailto:data@agency.example.org", "data@agency.example.org"),
        ("Data team <data@agency.example.org>", "data@agency.example.org"),
        ("data (at) agency.example.org", "data@agency.example.org"),
        ("ask us", None),
    ],
)
def test_an_e_mail_address_is_repaired(written: str, meant: object):
    field = load().field("contact").subfield("email")

    found = mended(field, written)

    assert found == meant or (found is None and fits(field, written))


@pytest.mark.parametrize(
    ("licence", "code"),
    [
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("cc-by", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("all rights reserved, ask first", None),
    ],
)
def test_the_text_of_a_licence_becomes_the_licence(licence: str, code: str | None):
    assert mended(load().resource_field("license"), licence) == code


def test_a_right_record_needs_no_repair():
    assert [one for one in repairs.propose(full()) if one.field != "format"] == []


def broken() -> Record:
    record = full()
    fields = {
        **record.fields,
        "spatial_coverage": ["Syria", "SYR", "Nowhere at all"],
        "issued": "31/12/2024",
        "access_rights": "restricted",
        "title_translated": {"en": "Baseline", "French": "Évaluation"},
        "temporal_coverage": [{"start": "2025-03-31", "end": "2025-01-01"}, {"start": "31/01/2024"}],
        "corridors": [{"origin": "Ethiopia", "destination": "SAU"}],
    }
    resources = ({"url": "https://agency.example.org/d/table.csv?x=1", "license": "CC BY 4.0"},)
    return Record(fields, resources)


def test_repairs_are_proposed_place_by_place_and_applied():
    record = broken()

    found = repairs.propose(record)
    repaired, applied = repairs.apply(record)

    assert len(applied) == len(found) == 9
    assert repaired.fields["spatial_coverage"] == ["SYR", "Nowhere at all"]
    assert repaired.fields["issued"] == "2024-12-31"
    assert repaired.fields["access_rights"] == "RESTRICTED"
    assert repaired.fields["title_translated"] == {"en": "Baseline", "fr": "Évaluation"}
    assert repaired.fields["temporal_coverage"][0] == {"start": "2025-01-01", "end": "2025-03-31"}
    assert repaired.fields["temporal_coverage"][1] == {"start": "2024-01-31"}
    assert repaired.fields["corridors"][0]["origin"] == "ETH"
    assert repaired.resources[0]["license"] == "CC-BY-4.0"
    assert repaired.resources[0]["format"] == "CSV"
    assert repairs.propose(repaired) == ()
    assert record == broken(), "the record that was given is not touched"


def test_only_the_chosen_repair_is_applied_and_one_that_no_longer_fits_is_not():
    record = broken()
    chosen = next(one for one in repairs.propose(record) if one.field == "issued")

    repaired, applied = repairs.apply(record, [chosen.id])
    again, nothing = repairs.apply(repaired, [chosen.id])

    assert applied == (chosen,)
    assert repaired.fields["spatial_coverage"] == record.fields["spatial_coverage"]
    assert nothing == ()
    assert again == repaired


def test_findings_know_their_repair_and_repairs_end_them():
    record = broken()
    found = repairs.propose(record)
    report = validate_record(record)

    named = [one for finding in report.findings if (one := repairs.of_finding(found, finding))]
    after = validate_record(repairs.apply(record)[0])

    assert {one.field for one in named} >= {"spatial_coverage", "issued", "access_rights", "license"}
    assert len(after.violations) < len(report.violations)
    assert [finding.value for finding in after.violations] == ["Nowhere at all"]


def test_a_repair_is_told_in_words_of_the_reader():
    found = {one.field: one for one in repairs.propose(broken())}

    assert found["spatial_coverage"].as_dict("fr")["shown"] == "République arabe syrienne (SYR)"
    assert found["temporal_coverage"].field_label("en") in {"Reference period", "Reference period: Start"}
    assert found["format"].field_label("en").startswith("Resource 1, ")


values = st.one_of(
    st.text(max_size=40), st.dates().map(str), st.integers().map(str), st.sampled_from(["Syria", "1,000"])
)
FIELDS = [one for one in load().fields if not one.subfields and not one.translated and not one.multiple]


@settings(deadline=None)
@given(st.sampled_from(FIELDS), values)
def test_whatever_is_proposed_fits_the_field(field, value):
    found = mended(field, value)

    assert found is None or fits(field, found)
    assert found is None or not fits(field, value)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([one.name for one in FIELDS]), values, max_size=4))
def test_repairing_never_adds_violations(fields):
    record = Record({**full().fields, **fields}, full().resources)

    repaired, _ = repairs.apply(record)

    assert len(validate_record(repaired).violations) <= len(validate_record(record).violations)
    assert repairs.apply(repaired)[1] == ()
