"""The page of a partner: a public part that names no record; all of it for the holder of the private link."""

from __future__ import annotations

from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest.model import HarvestSource
from ckanext.migration.harvest.partners import digest
from harvest_portal import INVALID, call, package, packages


def shown(**data):
    """Ask as somebody without an account."""
    return tk.get_action("migration_harvest_partner_show")({"user": "", "ignore_auth": False}, data)


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def harvested(partner):
    """Harvest two good records and a bad one, and correct one of them."""
    partner.register()
    partner.offer(package(1), package(2, methodology=["Crystal ball"]), package(3, **INVALID))
    partner.run()
    call(
        "correction_create",
        package="displacement-tracking-round-1",
        field="version",
        value="2",
        reason="Said so.",
    )
    return partner


def test_without_a_link_only_what_is_public_and_only_where_it_is_wanted(harvested, app):
    with pytest.raises(tk.NotAuthorized):
        shown(id="partner")
    app.get("/migration/harvest/partner/partner", status=403)

    call("source_update", id="partner", public=True)
    found = shown(id="partner", key="a guess")
    assert found["details"] is None
    assert found["public"]["public_datasets"] == len(packages(private=False)) == 2
    assert found["public"]["standing"] == "finished"
    body = app.get("/migration/harvest/partner/partner").body
    assert "Displacement tracking" not in body, "no record is named"
    app.get("/migration/harvest/partner/corrections.atom", status=404)


def test_cf_02_the_private_link_shows_all_of_it_and_can_be_revoked(harvested, app):
    hidden = {"field": "number_of_records", "value": "12840"}  # only agencies read it
    call("correction_create", package="displacement-tracking-round-1", **hidden)
    link = local(call("partner_link", id="partner")["url"])
    key = link.partition("key=")[2]
    stored = harvested_key()
    assert stored == digest(key)
    assert key not in stored

    details = shown(id="partner", key=key)["details"]
    assert details["last_run"]["counters"]["listed"] == 3
    assert details["problems"][0]["severity"] == "violation"
    assert details["problems"][0]["examples"] == ["Displacement tracking, round 3"]
    assert [term["value"] for term in details["terms"]] == ["Crystal ball"]
    assert [(row["field"], row["reason"]) for row in details["corrections"]] == [("version", "Said so.")]
    assert "author" not in details["corrections"][0]
    assert [(row["number"], row["listed"], row["invalid"]) for row in details["history"]] == [(1, 3, 1)]
    reply = app.get(link)
    assert "Crystal ball" in reply.body
    assert "<svg" in reply.body
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    links = [link["href"] for link in BeautifulSoup(reply.body, "html.parser").select("main a[href*=key]")]
    assert len(links) == 1, "to the feed and nowhere else"
    feed = BeautifulSoup(app.get(link.replace("/partner?", "/corrections.atom?")).body, "xml")
    [entry] = feed.find_all("entry")
    assert '"corrected": "2"' in entry.content.text

    newer = local(call("partner_link", id="partner")["url"])
    app.get(link, status=403)
    app.get(newer)
    call("partner_link", id="partner", revoke=True)
    app.get(newer, status=403)


def harvested_key() -> str:
    return model.Session.query(HarvestSource).one().partner_key or ""


def test_a_link_opens_one_source_and_gives_no_other_right(harvested):
    link = call("partner_link", id="partner")["url"]
    key = link.partition("key=")[2]
    harvested.register("other")

    with pytest.raises(tk.NotAuthorized):
        shown(id="other", key=key)
    for action, data in {"run_list": {"source": "partner"}, "correction_list": {"source": "partner"}}.items():
        with pytest.raises(tk.NotAuthorized):
            tk.get_action(f"migration_harvest_{action}")(
                {"user": "", "ignore_auth": False}, {**data, "key": key}
            )


def test_the_page_of_ones_own_source_needs_no_link(harvested, app):
    editor = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": editor["name"]},
        {"id": harvested.organization, "username": editor["name"], "role": "editor"},
    )
    headers = {"Authorization": editor["token"]}

    assert "Crystal ball" in app.get("/migration/harvest/partner/partner", headers=headers).body
    app.post("/migration/harvest/partner/partner-link", headers=headers, status=404)
