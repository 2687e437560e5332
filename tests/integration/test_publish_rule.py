"""The rule of publishing: what is active and public has no violation; drafts and private records may wait."""

from __future__ import annotations

from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest

from registry_site import Site, complete


def errors_of(call, *args, **kwargs) -> dict:
    with pytest.raises(tk.ValidationError) as raised:
        call(*args, **kwargs)
    return raised.value.error_dict


def test_complete_record_is_published_and_completed(site: Site):
    word = uuid4().hex[:8]
    package = site.create(title_translated={"en": f"Displacement, {word}", "fr": "Déplacements"})

    assert package["state"] == "active"
    assert package["title"] == f"Displacement, {word}"
    assert package["notes"].startswith("Internally displaced")
    assert package["name"] == f"displacement-{word}"
    assert package["identifier"] == f"http://test.ckan.net/dataset/{package['id']}"
    assert package["publisher"] == [
        {"name": "Agency A", "uri": f"http://test.ckan.net/organization/{site.agency_name}"}
    ]


def test_two_datasets_of_one_title_get_two_addresses(site: Site):
    assert site.create()["name"] != site.create()["name"]


def test_title_in_another_script_gets_an_address(site: Site):
    package = site.create(title_translated={"ar": "النزوح في السودان"})

    assert package["name"].startswith("dataset-")
    assert package["title"] == "النزوح في السودان"


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("migration_theme", "theme"),
        ("sensitivity_level", "sensitiv"),
        ("access_rights", "access"),
        ("contact", "contact"),
        ("notes_translated", "description"),
    ],
)
def test_a_missing_mandatory_field_is_named_in_words(site: Site, field: str, word: str):
    errors = errors_of(site.create, without=(field,))

    assert field in errors
    assert word in " ".join(map(str, errors[field])).lower() or errors[field]
    assert "sh:" not in str(errors)
    assert "Constraint" not in str(errors)


@pytest.mark.parametrize("change", [{"private": True}, {"state": "draft"}])
def test_private_records_and_drafts_may_be_incomplete(site: Site, change: dict):
    package = site.create(without=("migration_theme", "contact", "sensitivity_level"), **change)

    assert package["id"]


def test_a_title_is_enough_for_a_draft(site: Site):
    package = site.call(
        "package_create", title_translated={"en": "Only a title"}, owner_org=site.agency, state="draft"
    )

    assert package["title"] == "Only a title"


def test_incomplete_draft_is_not_activated_by_a_patch(site: Site):
    draft = site.create(without=("sensitivity_level",), state="draft")

    errors = errors_of(site.call, "package_patch", id=draft["id"], state="active")

    assert "sensitivity_level" in errors
    assert site.call("package_show", id=draft["id"])["state"] == "draft"
    site.call("package_patch", id=draft["id"], sensitivity_level="low", state="active")
    assert site.call("package_show", id=draft["id"])["state"] == "active"


def test_incomplete_private_record_is_not_opened(site: Site):
    package = site.create(without=("access_rights",), private=True)

    assert "access_rights" in errors_of(site.call, "package_patch", id=package["id"], private=False)
    assert "access_rights" in errors_of(
        site.call, "bulk_update_public", org_id=site.agency, datasets=[package["id"]]
    )
    assert site.call("package_show", id=package["id"])["private"] is True


def test_published_record_is_not_spoiled(site: Site):
    package = site.create()

    assert "migration_theme" in errors_of(site.call, "package_patch", id=package["id"], migration_theme=[])
    assert site.call("package_show", id=package["id"])["migration_theme"] == ["internal-displacement"]


def test_error_of_a_resource_stands_at_the_resource(site: Site):
    resources = [*complete()["resources"], {"name": "No address"}]

    errors = errors_of(site.create, resources=resources)

    assert errors["resources"][0] == {}
    assert "url" in errors["resources"][1]


def test_resource_that_spoils_a_published_record_is_refused(site: Site):
    package = site.create()

    errors = errors_of(site.call, "resource_create", package_id=package["id"], name="No address")

    assert "url" in errors
    assert len(site.call("package_show", id=package["id"])["resources"]) == 1


def test_unchanged_resources_count_in_an_update(site: Site):
    """CKAN validates only what a save changes; the rule looks at the whole record."""
    package = site.create(
        resources=[{**complete()["resources"][0], "download_url": "https://agency.example.org/data.csv"}]
    )

    errors = errors_of(
        site.call,
        "package_patch",
        id=package["id"],
        sensitivity_level="severe",
    )

    assert errors
    assert site.call("package_show", id=package["id"])["sensitivity_level"] == "low"


def test_messages_are_in_the_language_of_the_reader(site: Site, app):
    body = {**complete(), "owner_org": site.agency}
    body.pop("sensitivity_level")

    english = app.post("/api/action/package_create", json=body, headers=site.headers(), status=409)
    french = app.post("/fr/api/action/package_create", json=body, headers=site.headers(), status=409)

    assert english.json["error"]["sensitivity_level"] != french.json["error"]["sensitivity_level"]


def test_client_that_knows_only_ckan_texts(site: Site):
    body = complete()
    texts = {"title": body.pop("title_translated")["en"], "notes": body.pop("notes_translated")["en"]}

    package = site.call("package_create", **body, **texts, owner_org=site.agency)
    assert package["title_translated"] == {"en": texts["title"]}

    changed = site.call("package_patch", id=package["id"], title="Another title")
    assert changed["title_translated"] == {"en": "Another title"}


def test_report_for_those_who_may_read(site: Site):
    package = site.create(without=("sensitivity_level",), private=True)

    report = site.call("migration_dataset_validate", id=package["id"])

    assert report["conforms"] is False
    assert any(finding["field"] == "sensitivity_level" for finding in report["findings"])
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_dataset_validate", user=site.stranger["name"], id=package["id"])
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_dataset_validate", user="", id=package["id"])


def test_stranger_may_not_publish(site: Site, app):
    draft = site.create(state="draft")

    reply = app.post(f"/dataset/{draft['name']}/publish", headers=site.headers(site.stranger))

    assert reply.status_code in {403, 404}
    assert site.call("package_show", id=draft["id"])["state"] == "draft"


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("population_group", ["no-such-group"], "population_group"),
        ("access_rights", "MAYBE", "access_rights"),
        ("modified", "31/12/2024", "modified"),
        ("admin_level", "nine", "admin_level"),
        ("admin_level", "9", "admin_level"),
        ("url", "javascript:alert(1)", "url"),
        ("documentation", ["data:text/html,hello"], "documentation"),
        ("title_translated", {"english": "x"}, "title_translated"),
    ],
)
def test_malformed_values_are_refused_even_in_drafts(site: Site, field: str, value, part: str):
    assert part in errors_of(site.create, state="draft", **{field: value})


def test_terms_are_understood_by_label(site: Site):
    package = site.create(spatial_coverage=["Sudan"], frequency="monthly")

    assert package["spatial_coverage"] == ["SDN"]
    assert package["frequency"] == "MONTHLY"
