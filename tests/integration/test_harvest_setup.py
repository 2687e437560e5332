"""A feed is tried and a source is set up on pages; secrets are never shown, nothing is stored by a trial."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest import trying
from ckanext.migration.harvest.actions import protocol
from ckanext.migration.harvest.model import HarvestBlob, HarvestSource, HarvestTerm
from harvest_portal import AGREED, INVALID, call, package, packages

UNKNOWN = {"methodology": ["Crystal ball"]}


def reply(*rows) -> str:
    """Write a reply of package_search as somebody would paste it."""
    return json.dumps({"success": True, "result": {"count": len(rows), "results": list(rows)}})


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    """Let each test begin without a trial before."""
    monkeypatch.setattr(protocol, "_tried", {})


@pytest.fixture
def admin(partner) -> dict[str, str]:
    """Give an administrator of the organisation."""
    user = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": user["name"]},
        {"id": partner.organization, "username": user["name"], "role": "admin"},
    )
    return {"name": user["name"], "Authorization": user["token"]}


def stored() -> list[int]:
    return [model.Session.query(table).count() for table in (HarvestSource, HarvestBlob, HarvestTerm)]


def test_a_pasted_feed_is_read_checked_and_not_stored(partner):
    text = reply(package(1), package(2, **INVALID), package(3, **UNKNOWN))

    found = call("feed_test", protocol="ckan", text=text, options=AGREED)

    assert [(row["title"], row["violations"] > 0) for row in found["records"]] == [
        ("Displacement tracking, round 1", False),
        ("Displacement tracking, round 2", True),
        ("Displacement tracking, round 3", False),
    ]
    assert all(finding["message"] for finding in found["records"][1]["findings"])
    assert [term["value"] for term in found["terms"]] == ["Crystal ball"]
    assert found["ended"] is None
    assert stored() == [0, 0, 0]
    assert packages() == {}


def test_no_more_than_20_records_are_looked_at(partner):
    text = reply(*(package(number) for number in range(1, 40)))

    found = call("feed_test", protocol="ckan", text=text)

    assert len(found["records"]) == trying.MOST
    assert found["expected"] == 39


def test_ht_an_address_inside_our_network_is_not_asked(partner, admin):
    partner.offer(package(1))

    found = call("feed_test", protocol="ckan", url=partner.portal.url)

    assert found["records"] == []
    assert found["ended"]["message"]
    assert partner.portal.asked == []
    with pytest.raises(tk.ValidationError, match="wait"):
        call("feed_test", protocol="ckan", url=partner.portal.url)
    # only a system administrator opens it, or sends a key along
    for wish in ({"allow_private": True}, {"credential": "HARVEST_KEY_X"}):
        asked = {"protocol": "ckan", "url": partner.portal.url, **wish}
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("migration_harvest_feed_test")({"user": admin["name"]}, asked)


@pytest.mark.parametrize(
    "wrong",
    [
        {"protocol": "gopher", "text": "x"},
        {"protocol": "ckan"},
        {"protocol": "ckan", "text": "x", "url": "https://partner.example"},
        {"protocol": "ckan", "text": "x", "options": {"rows": "many"}},
        {"protocol": "ckan", "url": "ftp://partner.example"},
    ],
)
def test_cf_01_a_trial_of_something_wrong_says_so(partner, wrong):
    with pytest.raises((tk.ValidationError, tk.ObjectNotFound)):
        call("feed_test", **wrong)


def test_a_source_is_registered_and_changed_on_pages(partner, admin, app):
    headers = {"Authorization": admin["Authorization"]}
    body = BeautifulSoup(app.get("/migration/harvest/new?protocol=ckan", headers=headers).body, "html.parser")
    assert body.select_one('input[name="option-rows"][type="number"]')
    assert not body.select_one('input[name="credential"]'), "for system administrators only"
    form = {
        "protocol": "ckan",
        "name": "second",
        "title": "Second portal",
        "url": "https://second.example",
        "organization": partner.organization,
        "option-tags": "displacement, refugees",
        "option-rows": "many",
        "default_sensitivity": "low",
        "agreed": "access_rights = PUBLIC",
    }
    wrong = app.post("/migration/harvest/new", data=form, headers=headers)
    assert "rows: expected a whole number" in wrong.body
    assert 'value="Second portal"' in wrong.body, "what was typed is not lost"

    app.post("/migration/harvest/new", data={**form, "option-rows": "50"}, headers=headers)
    made = call("source_show", id="second")
    assert made["options"]["tags"] == ["displacement", "refugees"]
    assert (made["options"]["rows"], made["options"]["default_access_rights"]) == (50, "PUBLIC")

    call("source_update", id="second", credential="HARVEST_KEY_SECOND")
    page = app.get("/migration/harvest/second/edit", headers=headers).body
    assert "HARVEST_KEY_SECOND" not in page
    assert 'value="displacement, refugees"' in page
    app.post(
        "/migration/harvest/second/edit", data={**form, "title": "Other", "option-rows": ""}, headers=headers
    )
    changed = call("source_show", id="second")
    assert (changed["title"], changed["has_credential"]) == ("Other", True)
    assert "rows" not in changed["options"]


def test_strangers_get_no_form(partner, app):
    partner.register()
    stranger = {"Authorization": factories.UserWithToken()["token"]}
    for path in ("/migration/harvest/new", "/migration/harvest/partner/edit", "/migration/harvest/test"):
        app.get(path, headers=stranger, status=404)
        app.get(path, status=403)
