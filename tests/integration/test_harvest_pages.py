"""The pages of the harvest: what they show, to whom, and that only a POST with its token changes things."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest.model import HarvestRun
from harvest_portal import INVALID, call, package, packages


@pytest.fixture
def people(partner) -> dict[str, dict[str, str]]:
    """Give request headers of people of the source's organisation, and of a stranger."""
    found = {}
    for role in ("admin", "editor", "stranger"):
        user = factories.UserWithToken()
        if role != "stranger":
            tk.get_action("organization_member_create")(
                {"ignore_auth": True, "user": user["name"]},
                {"id": partner.organization, "username": user["name"], "role": role},
            )
        found[role] = {"Authorization": user["token"]}
    partner.register()
    return found


def page(app: Any, path: str, headers: dict[str, str], status: int = 200) -> BeautifulSoup:
    """Open a page."""
    return BeautifulSoup(app.get(path, headers=headers, status=status).body, "html.parser")


def text(found: Any) -> str:
    """Read a page as a person does."""
    return " ".join(found.get_text(" ").split())


def test_sources_and_their_last_runs(app, partner, people):
    partner.offer(package(1), package(2, **INVALID))
    partner.run()

    found = page(app, "/migration/harvest/", people["editor"])

    row = text(found.select_one(".mig-table tbody tr"))
    assert "The partner" in row
    assert "finished" in row
    assert "CKAN portal" in row
    assert found.select_one('a[href="/migration/harvest/partner"]')


def test_a_source_without_its_secrets(app, partner, people, monkeypatch):
    monkeypatch.setenv("HARVEST_KEY_PARTNER", "very-secret-value")
    call("source_update", id="partner", credential="HARVEST_KEY_PARTNER")
    partner.offer(package(1))
    partner.run()

    found = page(app, "/migration/harvest/partner", people["editor"])

    assert partner.portal.url in text(found)
    assert "HARVEST_KEY" not in str(found)
    assert "very-secret" not in str(found)
    assert "Run 1" in text(found)


def test_a_run_names_record_stage_fault_and_remedy(app, partner, people):
    partner.offer(package(1), package(2, **INVALID), package(3, title="", notes=""), {"title": "nameless"})
    run = partner.run()
    address = f"/migration/harvest/run/{run['id']}"

    failures = page(app, f"{address}?show=failed", people["editor"])
    entry = failures.select_one(".mig-record")
    assert text(entry.select_one("h3"))
    labels = [text(label) for label in entry.select(".mig-failure dt")]
    assert labels == ["Stage", "What is wrong", "What to do"]
    assert all(text(value) for value in entry.select(".mig-failure dd"))

    invalid = page(app, f"{address}?show=invalid", people["editor"])
    findings = [text(finding) for finding in invalid.select(".mig-finding-violation")]
    assert findings
    assert any("escription" in finding for finding in findings)
    assert "http://" not in " ".join(findings)


def test_changes_are_listed_with_field_names(app, partner, people):
    partner.offer(package(1))
    partner.run()
    partner.offer(package(1, title="Displacement tracking, first round"))
    run = partner.run()

    found = page(app, f"/migration/harvest/run/{run['id']}?show=written", people["editor"])

    assert [text(name) for name in found.select(".mig-record code")] == ["title_translated"]


def test_a_held_run_asks_in_words_and_only_administrators_decide(app, partner, people):
    partner.offer(*(package(number) for number in range(1, 9)))
    partner.run()
    partner.offer(package(1))
    run = partner.run()
    address = f"/migration/harvest/run/{run['id']}"

    assert "7 of 8 datasets were not in the partner's list" in text(page(app, address, people["editor"]))
    assert not page(app, address, people["editor"]).select(f'form[action="{address}/approve"]')
    [form] = page(app, address, people["admin"]).select(f'form[action="{address}/approve"]')
    assert form["method"] == "post"
    assert form.select_one('input[type="hidden"]')

    app.post(f"{address}/approve", headers=people["editor"], status=404)
    assert call("run_show", id=run["id"])["state"] == "needs-approval"
    app.post(f"{address}/approve", headers=people["admin"])
    assert call("run_show", id=run["id"])["state"] == "queued"


def test_buttons_start_and_stop(app, partner, people):
    partner.offer(package(1))

    app.post("/migration/harvest/partner/run", headers=people["editor"])
    [run] = call("run_list", source="partner")
    assert run["state"] == "queued"
    app.post(f"/migration/harvest/run/{run['id']}/stop", headers=people["editor"])
    assert call("run_show", id=run["id"])["stopped"]
    found = page(app, "/migration/harvest/partner", people["editor"])
    assert "Go on" in text(found)


def test_nothing_changes_by_get(app, partner, people):
    partner.offer(package(1))
    run = partner.run()
    for path in ("partner/run", *(f"run/{run['id']}/{what}" for what in ("approve", "rollback", "stop"))):
        reply = app.get(f"/migration/harvest/{path}", headers=people["admin"], status=None)
        assert reply.status_code in (404, 405)
    assert model.Session.query(HarvestRun).count() == 1


def test_a_post_from_another_site_is_refused(app, partner, monkeypatch):
    """DL-08: a logged-in browser that sends no token of ours changes nothing."""
    admin = factories.Sysadmin(password="a long password 1")
    monkeypatch.setitem(app.flask_app.config, "WTF_CSRF_ENABLED", True)  # CKAN's tests switch it off
    partner.register()
    app.post("/user/login", data={"login": admin["name"], "password": "a long password 1"})
    reply = app.post("/migration/harvest/partner/run", status=None)

    assert reply.status_code == 400
    assert model.Session.query(HarvestRun).count() == 0


def test_strangers_find_nothing(app, partner, people):
    partner.offer(package(1))
    run = partner.run()
    for path in ("partner", f"run/{run['id']}", "partner/raw?record=remote-001"):
        page(app, f"/migration/harvest/{path}", people["stranger"], status=404)
        assert app.get(f"/migration/harvest/{path}", status=None, follow_redirects=False).status_code in (
            302,
            403,
        )
    assert "The partner" not in text(page(app, "/migration/harvest/", people["stranger"], status=404))
    home = page(app, "/", people["stranger"])
    assert not home.select('a[href^="/migration/harvest"]')


def test_a_dataset_page_says_that_the_partner_lost_it(app, partner, people):
    partner.offer(package(1), package(2))
    partner.run()
    address = "/dataset/displacement-tracking-round-2"
    assert "has not listed it since" not in text(page(app, address, {}))
    partner.offer(package(1))
    partner.run()

    assert "has not listed it since" in text(page(app, address, {}))


def test_the_reply_of_a_partner_is_text_that_no_browser_runs(app, partner, people):
    partner.offer(package(1, notes="<script>alert(1)</script> is what this description of a dataset holds."))
    partner.run()

    reply = app.get("/migration/harvest/partner/raw?record=remote-001", headers=people["editor"])

    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert "remote-001" in reply.body
    assert len(packages()) == 1
