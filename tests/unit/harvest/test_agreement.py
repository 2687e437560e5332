"""What was agreed with a partner (CF-01, decision 6)."""

from __future__ import annotations

import pytest

from ckanext.migration.harvest.agreement import digest, read
from migration_schemas import Record

RECORD = Record(fields={"identifier": "x", "publisher": [{"name": "ILO", "uri": "https://www.ilo.org/"}]})


def test_agreed_values_fill_gaps_only():
    terms = read({"default_sensitivity": "low", "defaults": {"access_rights": "PUBLIC"}})
    said = Record(fields={"identifier": "y", "sensitivity_level": "high"})

    record, confirmed = terms.complete(RECORD)
    assert confirmed
    assert record.fields["sensitivity_level"] == "low"
    assert record.fields["access_rights"] == "PUBLIC"
    assert terms.complete(said)[0].fields["sensitivity_level"] == "high"


def test_an_unknown_sensitivity_is_moderate_and_not_confirmed():
    record, confirmed = read({}).complete(RECORD)

    assert not confirmed
    assert record.fields["sensitivity_level"] == "moderate"


def test_a_single_agreed_value_of_a_list_becomes_a_list():
    assert read({"default_personal_data_status": "non-personal"}).defaults == {
        "personal_data_status": ["non-personal"]
    }


@pytest.mark.parametrize(
    ("organizations", "owner"),
    [
        ({"https://www.ilo.org/": "ilo"}, "ilo"),
        ({"ILO": "ilo-2"}, "ilo-2"),
        ({"Other": "x"}, "own"),
        ({}, "own"),
    ],
)
def test_the_publisher_says_who_owns_a_dataset(organizations, owner):
    assert read({"publisher_organizations": organizations}).organization(RECORD, "own") == owner


@pytest.mark.parametrize("key", ["02mhbdp94", "https://ror.org/02mhbdp94", "XM-DAC-41302"])
def test_identifiers_of_the_publisher_go_before_its_name(key):
    publisher = {"name": "ILO", "ror": "https://ror.org/02mhbdp94", "iati": "XM-DAC-41302"}
    record = Record(fields={"identifier": "x", "publisher": [publisher]})
    assert (
        read({"publisher_organizations": {"ILO": "by-name", key: "ilo"}}).organization(record, "own") == "ilo"
    )


def test_options_of_the_protocol_are_passed_on_and_ours_are_not():
    options = {"rows": 50, "default_sensitivity": "low", "publisher_organizations": {}}

    assert read(options).partner_options == {"rows": 50}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"default_nonsense": "x"}, "nonsense"),
        ({"default_sensitivity": "harmless"}, "harmless"),
        ({"defaults": ["x"]}, "defaults"),
        ({"publisher_organizations": "ilo"}, "publisher_organizations"),
        ({"publisher_organizations": {"ILO": 3}}, "ILO"),
    ],
)
def test_a_wrong_option_is_named(options, words):
    with pytest.raises(ValueError, match=words):
        read(options)


def test_the_digest_follows_the_settings():
    one = digest("https://a.example", "ckan", {"rows": 1, "tags": ["x"]})

    assert one == digest("https://a.example", "ckan", {"tags": ["x"], "rows": 1})
    assert one != digest("https://a.example", "ckan", {"rows": 1})
