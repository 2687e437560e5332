"""Nothing typed is lost: forms that cannot be saved, sessions that end, and the list of drafts (UI-05)."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

from registry_site import Site

TYPED = {
    "title_translated-en": "Arrivals by sea",
    "title_translated-ar": "الوافدون بحراً",
    "notes_translated-fr": "Personnes arrivées par la mer, selon la garde côtière.",
    "modified": "yesterday",
    "contact-0-name": "Night shift",
    "contact-0-email": "not an address",
    "migration_theme": ["", "flows"],
    "save": "",
    "_ckan_phase": "dataset_new_1",
}


def page(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.body, "html.parser")


def send(app: Any, site: Site, url: str, fields: dict[str, Any], user: dict[str, Any] | None = None) -> Any:
    return app.post(url, data=fields, headers=site.headers(user), follow_redirects=False)


def values(form: BeautifulSoup) -> dict[str, str]:
    names = ("title_translated-en", "title_translated-ar", "modified", "contact-0-name", "contact-0-email")
    return {name: form.select_one(f"#field-{name}")["value"] for name in names}


def test_new_form_that_cannot_be_saved_becomes_a_draft_with_everything_typed(site: Site, app):
    refused = page(send(app, site, "/dataset/new", {**TYPED, "owner_org": site.agency}))

    key = refused.select_one("input[name=pkg_name]")["value"]
    draft = site.call("package_show", id=key)
    assert (draft["state"], draft["owner_org"]) == ("draft", site.agency)
    assert draft["title_translated"] == {"en": "Arrivals by sea", "ar": "الوافدون بحراً"}
    assert draft["migration_theme"] == ["flows"]
    assert not draft.get("modified")
    assert not draft.get("contact")
    assert "yesterday" not in str(site.call("package_show", id=key, include_plugin_data=True))
    again = page(app.get(f"/dataset/edit/{draft['name']}", headers=site.headers()))  # after leaving
    assert values(again) == values(refused) == {name: TYPED[name] for name in values(again)}
    assert {"#block-modified", "#field-contact-0-email"} <= {a["href"] for a in again.select(".mig-errors a")}

    mended = {**TYPED, "owner_org": site.agency, "pkg_name": key, "name": draft["name"]}
    mended |= {"modified": "2024-05-01", "contact-0-email": "data@agency.example.org"}
    saved = send(app, site, "/dataset/new", mended)
    assert saved.status_code == 302
    assert site.call("migration_draft_show", id=key)["kept"] is None
    assert site.call("package_show", id=key)["modified"] == "2024-05-01"
    assert site.call("migration_draft_list")["count"] == 1  # no second dataset


def test_form_without_a_title_is_kept_too(site: Site, app):
    fields = {**TYPED, "owner_org": site.agency, "title_translated-en": "", "title_translated-ar": ""}

    key = page(send(app, site, "/dataset/new", fields)).select_one("input[name=pkg_name]")["value"]

    assert site.call("package_show", id=key)["title"] == "Draft without a title"
    assert site.call("migration_draft_show", id=key)["kept"]["fields"]["modified"] == "yesterday"


def test_public_record_stays_while_what_was_typed_is_kept_for_its_writer(site: Site, app):
    made, colleague = site.create(), factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": site.editor["name"]},
        {"id": site.agency, "username": colleague["name"], "role": "editor"},
    )
    edit = f"/dataset/edit/{made['name']}"
    fields = {**TYPED, "owner_org": site.agency, "name": made["name"], "private": "False"}

    assert send(app, site, edit, fields).status_code == 200

    assert site.call("package_show", id=made["id"])["title"] == made["title"]
    assert "Arrivals by sea" not in app.get(f"/dataset/{made['name']}", headers=site.headers()).body
    assert values(page(app.get(edit, headers=site.headers())))["modified"] == "yesterday"
    assert values(page(app.get(edit, headers=site.headers(colleague))))["modified"] == made["modified"]
    assert site.call("migration_draft_show", colleague["name"], id=made["id"])["kept"] is None
    listed = site.call("migration_draft_list")["results"]
    assert [(row["id"], bool(row["kept"])) for row in listed] == [(made["id"], True)]
    send(app, site, f"/dataset/{made['name']}/typed/discard", {})
    assert values(page(app.get(edit, headers=site.headers())))["modified"] == made["modified"]


def test_form_whose_session_ended_is_kept_and_goes_on_after_the_log_in(site: Site, app):
    made = site.create(state="draft")
    form = page(app.get(f"/dataset/edit/{made['name']}", headers=site.headers()))
    proof = form.select_one("input[name=migration_written_by]")["value"]
    fields = {**TYPED, "migration_written_by": proof, "pkg_name": made["id"], "name": made["name"]}

    ended = app.post("/dataset/new", data=fields, follow_redirects=False)

    assert ended.status_code == 302
    assert "/user/login" in ended.headers["Location"]
    assert made["id"] in ended.headers["Location"]
    kept = site.call("migration_draft_show", id=made["id"])["kept"]["fields"]
    assert kept["title_translated"]["ar"] == "الوافدون بحراً"
    assert kept["migration_theme"] == ["", "flows"]
    assert site.call("package_show", id=made["id"])["title"] == made["title"]  # nothing is saved
    fields |= {"pkg_name": "", "name": "", "owner_org": site.agency}
    new = app.post("/dataset/new", data=fields, follow_redirects=False)
    assert re.search(r"came_from=.*edit", new.headers["Location"])
    assert site.call("migration_draft_list")["count"] == 2


@pytest.mark.parametrize("proof", ["", "nonsense", "stranger"])
def test_form_without_the_proof_of_its_writer_is_not_kept(site: Site, app, proof: str):
    made = site.create(state="draft")
    if proof == "stranger":  # a proof of somebody who may not edit this dataset
        form = page(app.get("/dataset/new", headers=site.headers(site.stranger)))
        proof = (form.select_one("input[name=migration_written_by]") or {"value": "none"})["value"]

    reply = app.post(f"/dataset/edit/{made['name']}", data={**TYPED, "migration_written_by": proof})

    assert reply.status_code in {200, 400, 403, 404}
    assert site.call("migration_draft_list")["results"][0]["kept"] is None


def test_drafts_are_nobody_elses(site: Site, app):
    made = site.create(state="draft")
    site.call("migration_draft_keep", id=made["id"], fields={"version": "2", "unknown": "x"})

    for action in ("keep", "show", "discard"):
        for name in ("", site.stranger["name"]):
            with pytest.raises(tk.NotAuthorized):
                site.call(f"migration_draft_{action}", name, id=made["id"], fields={})
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_draft_list", "")
    assert site.call("migration_draft_list", site.stranger["name"]) == {"count": 0, "results": []}
    assert site.call("migration_draft_show", id=made["id"])["kept"]["fields"] == {"version": "2"}
    for data in ({"fields": "text"}, {"fields": {"version": "x" * 1_100_000}}):
        with pytest.raises(tk.ValidationError):
            site.call("migration_draft_keep", id=made["id"], **data)
    mine = page(app.get("/migration/drafts", headers=site.headers()))
    assert mine.select_one(f"main a[href='/dataset/edit/{made['name']}']") is not None
    assert made["name"] not in app.get("/migration/drafts", headers=site.headers(site.stranger)).body
    assert app.get("/migration/drafts", follow_redirects=False).status_code == 302


def test_publishing_from_the_page_leaves_what_was_typed(site: Site, app):
    made = site.create(state="draft")
    site.call("migration_draft_keep", id=made["id"], fields={"version": "2"})

    send(app, site, f"/dataset/{made['name']}/publish", {})

    assert site.call("package_show", id=made["id"])["state"] == "active"
    assert site.call("migration_draft_show", id=made["id"])["kept"]["fields"] == {"version": "2"}
