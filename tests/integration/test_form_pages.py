"""The dataset form over HTTP: saving, errors that lead to their field, nothing typed lost."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from registry_site import Site, complete


def post(app: Any, site: Site, url: str, fields: dict[str, Any], **options: Any) -> Any:
    return app.post(url, data=fields, headers=site.headers(), follow_redirects=False, **options)


def filled(site: Site, **changes: Any) -> dict[str, Any]:
    """What the browser sends for a complete record."""
    record = complete()
    fields: dict[str, Any] = {
        "title_translated-en": f"Displacement {uuid4().hex[:6]}",
        "title_translated-fr": "Déplacements",
        "notes_translated-en": record["notes_translated"]["en"],
        "tags_translated-en": "displacement, Sudan",
        "contact-0-name": "Data team",
        "contact-0-email": "data@agency.example.org",
        "contact-0-url": "",
        "temporal_coverage-0-start": "2023-04-15",
        "temporal_coverage-0-end": "2026-06-30",
        "publisher-0-name": "",
        "publisher-0-uri": "",
        "owner_org": site.agency,
        "private": "False",
    }
    for name in (
        "migration_theme",
        "population_group",
        "spatial_coverage",
        "language",
        "personal_data_status",
    ):
        fields[name] = ["", *record[name]]
    for name in ("frequency", "sensitivity_level", "access_rights"):
        fields[name] = record[name]
    return {**fields, **changes}


def page(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.body, "html.parser")


def test_form_names_every_field_and_what_it_is_needed_for(site: Site, app):
    form = page(app.get("/dataset/new", headers=site.headers())).select_one("#dataset-edit")

    ids = {label["for"] for label in form.select("label[for]")}
    inputs = form.select("input:not([type=hidden]), select, textarea")
    unnamed = [
        field.get("name")
        for field in inputs
        if field.get("id") not in ids and not field.find_parent("label") and not field.get("aria-label")
    ]
    assert unnamed == []
    assert len(form.select(".mig-step")) == 6
    assert form.select_one(".mig-level-save") is not None
    assert len(form.select(".mig-level-publish")) >= 6
    country = form.select_one("#field-spatial_coverage")
    assert "Sudan" in country.text
    assert country["data-module"] == "migration-choose"


def needed(form: Any) -> tuple[int, int]:
    bar = form.select_one("#form-progress")
    return int(bar["value"]), int(bar["max"])


def test_steps_say_what_publishing_still_needs(site: Site, app):
    draft = site.create(state="draft", without=("sensitivity_level", "contact"))
    whole = site.create()

    new = page(app.get("/dataset/new", headers=site.headers()))
    begun = page(app.get(f"/dataset/edit/{draft['name']}", headers=site.headers()))
    done = page(app.get(f"/dataset/edit/{whole['name']}", headers=site.headers()))

    total = len(new.select("[data-needed]"))
    assert total == len(new.select(".mig-level-publish, .mig-level-save"))
    assert needed(new)[0] <= 1  # the only agency of this person is chosen
    assert needed(begun) == (total - 2, total)
    assert needed(done) == (total, total)
    steps = [link["href"] for link in new.select(".mig-steps a")]
    assert steps == [f"#{step['id']}" for step in new.select(".mig-step")]
    open_steps = [
        item.a["href"] for item in begun.select(".mig-steps li:not(.mig-step-done):has([data-needed-of])")
    ]
    assert open_steps == ["#step-describe", "#step-access"]


def test_optional_fields_are_folded_unless_something_is_in_them(site: Site, app):
    draft = site.create(state="draft", theme=["SOCI"])
    form = page(app.get(f"/dataset/edit/{draft['name']}", headers=site.headers()))

    opened = {step["id"] for step in form.select(".mig-step:has(> details[open])")}
    assert "step-content" in opened
    assert "step-quality" not in opened
    assert form.select_one("details #block-theme") is not None
    assert form.select_one("details [data-needed]") is None


def test_form_is_in_french(site: Site, app):
    form = page(app.get("/fr/dataset/new", headers=site.headers())).select_one("#dataset-edit")

    assert "Groupe de population" in form.text
    assert "Soudan" in form.select_one("#field-spatial_coverage").text


def test_draft_then_published_through_the_two_pages(site: Site, app):
    first = post(app, site, "/dataset/new", {**filled(site), "_ckan_phase": "dataset_new_1", "save": ""})
    assert first.status_code == 302
    name = re.search(r"/dataset/([^/]+)/resource/new", first.headers["Location"])[1]
    draft = site.call("package_show", id=name)
    assert draft["state"] == "draft"
    assert draft["title_translated"]["fr"] == "Déplacements"
    assert draft["tags_translated"] == {"en": ["displacement", "Sudan"]}
    assert draft["contact"] == [{"name": "Data team", "email": "data@agency.example.org"}]
    assert draft["publisher"][0]["name"] == "Agency A"

    resource = {"id": "", "url": "https://agency.example.org/data", "format": "CSV", "license": "CC-BY-4.0"}
    second = post(app, site, f"/dataset/{name}/resource/new", {**resource, "save": "go-metadata"})
    assert second.status_code == 302
    published = site.call("package_show", id=name)
    assert published["state"] == "active"
    assert published["resources"][0]["format"] == "CSV"


def test_nothing_typed_is_lost_on_an_error(site: Site, app):
    typed = filled(
        site,
        **{
            "modified": "yesterday",
            "contact-0-name": "Night shift",
            "contact-1-name": "Day shift",
            "contact-1-email": "not an address",
            "documentation": ["https://agency.example.org/codebook", ""],
            "title_translated-ar": "النزوح",
        },
    )
    reply = post(app, site, "/dataset/new", {**typed, "_ckan_phase": "dataset_new_1", "save": ""})

    assert reply.status_code == 200
    form = page(reply)
    links = form.select(".mig-errors a")
    assert {"#block-modified", "#field-contact-1-email"} <= {link["href"] for link in links}
    for link in links:
        assert form.select_one(link["href"]) is not None
    assert form.select_one("#field-title_translated-ar")["value"] == "النزوح"
    assert form.select_one("#field-title_translated-fr")["value"] == "Déplacements"
    assert form.select_one("#field-modified")["value"] == "yesterday"
    assert form.select_one("#field-contact-1-name")["value"] == "Day shift"
    assert form.select_one("#field-contact-1-email")["value"] == "not an address"
    assert form.select_one("input[value='https://agency.example.org/codebook']") is not None
    chosen = form.select("#field-spatial_coverage option[selected]")
    assert [option["value"] for option in chosen] == ["SDN"]
    assert form.select_one("#field-frequency option[selected]")["value"] == "MONTHLY"


def test_edit_that_would_spoil_a_published_record(site: Site, app):
    package = site.create()
    typed = filled(site, sensitivity_level="", name=package["name"], **{"title_translated-en": "New title"})

    reply = post(app, site, f"/dataset/edit/{package['name']}", {**typed, "_ckan_phase": "x", "save": ""})

    assert reply.status_code == 200
    form = page(reply)
    assert "#block-sensitivity_level" in {link["href"] for link in form.select(".mig-errors a")}
    assert form.select_one("#block-sensitivity_level .mig-error") is not None
    assert form.select_one("#field-title_translated-en")["value"] == "New title"
    assert site.call("package_show", id=package["id"])["title"] == package["title"]


def test_saving_says_which_recommendations_are_open(site: Site, app):
    package = site.create()
    typed = filled(site, name=package["name"])

    reply = app.post(
        f"/dataset/edit/{package['name']}",
        data={**typed, "_ckan_phase": "x", "save": ""},
        headers=site.headers(),
        follow_redirects=True,
    )

    assert reply.status_code == 200
    assert "recommendation" in page(reply).select_one(".flash-messages").text
    assert len(site.call("package_show", id=package["id"])["resources"]) == 1


def test_publish_button_of_a_draft(site: Site, app):
    bad = site.create(state="draft", without=("access_rights",))
    good = site.create(state="draft")

    refused = post(app, site, f"/dataset/{bad['name']}/publish", {})
    assert refused.headers["Location"].endswith(f"/dataset/{bad['name']}/quality")
    accepted = post(app, site, f"/dataset/{good['name']}/publish", {})
    assert accepted.headers["Location"].endswith(f"/dataset/{good['name']}")
    assert site.call("package_show", id=good["id"])["state"] == "active"


@pytest.mark.parametrize("url", ["/dataset/new", "/dataset/edit/{name}", "/dataset/{name}/resource/new"])
def test_form_pages_refuse_strangers(site: Site, app, url: str):
    package = site.create(private=True)

    reply = app.get(url.format(name=package["name"]), headers=site.headers(site.stranger))

    assert reply.status_code in {200, 302, 403, 404}
    if url != "/dataset/new":
        assert reply.status_code in {403, 404}
