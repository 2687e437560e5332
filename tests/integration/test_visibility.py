"""Fields for agencies only: in no answer of the API for anybody else, and never lost for those who edit."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.tests import factories

from registry_site import Site

PERSONAL = {
    "sensitivity_level": "high",
    "personal_data_status": ["pseudonymised"],
    "legal_basis": ["consent"],
    "purpose": ["official-statistics"],
    "access_rights": "RESTRICTED",
    "access_mode": "licensed",
    "access_procedure_translated": {"en": "Write to the data team; they answer within ten days."},
    "access_url": "https://agency.example.org/request",
}


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_lk01_an_agency_field_is_in_no_answer_for_others(site: Site, app: Any, who: str) -> None:
    made = site.create(**PERSONAL)
    headers = site.headers(site.stranger) if who == "stranger" else {}
    for address in (
        f"/api/3/action/package_show?id={made['name']}",
        f"/api/3/action/package_search?q=name:{made['name']}",
        f"/api/3/action/package_search?q=name:{made['name']}&use_default_schema=true",
        f"/api/3/action/package_search?q=name:{made['name']}&fl=name,data_dict,validated_data_dict",
        f"/api/3/action/package_show?id={made['name']}&use_default_schema=true",
        "/api/3/action/current_package_list_with_resources",
        f"/dataset/{made['name']}",
        f"/dataset/{made['name']}.ttl",
        f"/dataset/{made['name']}.jsonld",
    ):
        answer = app.get(address, headers=headers)
        assert answer.status_code == 200
        assert "legal_basis" not in answer.body
        assert "consent" not in answer.body.lower().replace("cookie consent", "")


def test_those_of_an_agency_read_it_and_an_update_keeps_it(site: Site, app: Any) -> None:
    made = site.create(**PERSONAL)
    reader = factories.UserWithToken()
    factories.Organization(image_url="", users=[{"name": reader["name"], "capacity": "member"}])
    shown = app.get(f"/api/3/action/package_show?id={made['name']}", headers=site.headers(reader))
    assert shown.json["result"]["legal_basis"] == PERSONAL["legal_basis"]
    found = app.get(f"/api/3/action/package_search?q=name:{made['name']}", headers=site.headers(reader))
    assert found.json["result"]["results"][0]["legal_basis"] == PERSONAL["legal_basis"]

    site.call("package_patch", id=made["id"], version="2")
    assert site.call("package_show", id=made["id"])["legal_basis"] == PERSONAL["legal_basis"]


def test_the_report_for_everybody_is_made_of_the_whole_record(site: Site, app: Any) -> None:
    made = site.create(**PERSONAL)
    answer = app.get(f"/dataset/{made['name']}/quality.json")
    assert answer.json["conforms"]
    assert app.get(f"/dataset/{made['name']}/quality").status_code == 200


def test_lk01_the_report_repeats_no_value_of_an_agency_field(site: Site, app: Any) -> None:
    """A term that is in no list is a warning, which a public record may have."""
    made = site.create(**PERSONAL, personal_data=["names of witnesses"])
    addresses = [f"/dataset/{made['name']}/quality{end}" for end in ("", ".json", ".csv", ".ttl", ".jsonld")]
    addresses.append(f"/api/3/action/migration_dataset_validate?id={made['name']}")

    for address in addresses:
        for headers in ({}, site.headers(site.stranger)):
            assert "witnesses" not in app.get(address, headers=headers).body, address
    assert "names of witnesses" in app.get(addresses[-1], headers=site.headers()).body
