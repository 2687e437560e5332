"""Review before publishing: who may take which step, what the API refuses, what the pages show (R-F1-a)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest.model import HarvestCorrection, HarvestRecord, HarvestSource
from ckanext.migration.quality.model import HISTORY, SCORE
from ckanext.migration.review import mails
from ckanext.migration.review.model import STEP
from registry_site import Site, complete

STEPS = ("submit", "withdraw", "return", "approve")


@dataclass(frozen=True)
class Reviewing:
    """An agency that wants reviews: its administrator reviews, its editor submits, its member only reads."""

    site: Site
    editor: dict[str, Any]
    member: dict[str, Any]

    @property
    def reviewer(self) -> dict[str, Any]:
        return self.site.editor

    def call(self, action: str, user: dict[str, Any], **data: Any) -> Any:
        return self.site.call(action, user["name"], **data)

    def draft(self, **changes: Any) -> dict[str, Any]:
        return self.site.create(user=self.editor["name"], **{"state": "draft", **changes})

    def submitted(self) -> dict[str, Any]:
        made = self.draft()
        self.call("migration_review_submit", self.editor, id=made["id"], note="Round nine is final.")
        return made

    def public(self, package: dict[str, Any]) -> bool:
        found = self.site.call("package_show", id=package["id"])
        return found["state"] == "active" and not found["private"]


@pytest.fixture
def reviewing(site: Site) -> Reviewing:
    editor, member = factories.UserWithToken(), factories.UserWithToken()
    for user, role in ((editor, "editor"), (member, "member")):
        tk.get_action("organization_member_create")(
            {"ignore_auth": True, "user": site.editor["name"]},
            {"id": site.agency, "username": user["name"], "role": role},
        )
    site.call("migration_review_policy_update", id=site.agency, required=True)
    return Reviewing(site, editor, member)


def refused(call: Any, *args: Any, **data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as raised:
        call(*args, **data)
    return raised.value.error_dict


def test_submitted_returned_and_approved_with_their_history(reviewing: Reviewing):
    made = reviewing.submitted()

    shown = reviewing.call("migration_review_show", reviewing.editor, id=made["id"])
    assert (shown["state"], shown["may_decide"], shown["changed_since"]) == ("submitted", False, False)
    assert not reviewing.public(made)
    reviewing.call("migration_review_return", reviewing.reviewer, id=made["id"], note="Name the method.")
    again = reviewing.call("migration_review_submit", reviewing.editor, id=made["id"])
    assert again["state"] == "submitted"
    done = reviewing.call("migration_review_approve", reviewing.reviewer, id=made["id"])

    assert reviewing.public(made)
    assert done["state"] is None
    assert [step["step"] for step in done["history"]] == ["submitted", "returned", "submitted", "approved"]
    assert [step["note"] for step in done["history"]] == ["Round nine is final.", "Name the method.", "", ""]
    by = [step["by"] for step in done["history"]]
    assert by == [user["fullname"] for user in (reviewing.editor, reviewing.reviewer) * 2]


def test_wrong_people_take_no_step(reviewing: Reviewing):
    draft, submitted = reviewing.draft(), reviewing.submitted()
    for step in STEPS:
        names = ["", reviewing.site.stranger["name"], reviewing.member["name"]]
        names += [] if step in {"submit", "withdraw"} else [reviewing.editor["name"]]
        made = draft if step == "submit" else submitted
        for name in names:
            with pytest.raises(tk.NotAuthorized):
                reviewing.site.call(f"migration_review_{step}", name, id=made["id"], note="Please.")

    assert not reviewing.public(draft)
    shown = reviewing.call("migration_review_show", reviewing.editor, id=submitted["id"])
    assert (shown["state"], len(shown["history"])) == ("submitted", 1)


def test_states_and_lists_are_for_those_concerned(reviewing: Reviewing):
    made, agency = reviewing.submitted(), reviewing.site.agency
    asked: dict[str, dict[str, Any]] = {
        "show": {"id": made["id"]},
        "list": {"organization": agency},
        "policy_show": {"id": agency},
        "policy_update": {"id": agency, "required": False},
    }

    for action, data in asked.items():
        names = ["", reviewing.site.stranger["name"], reviewing.member["name"]]
        names += [] if action in {"show", "policy_show"} else [reviewing.editor["name"]]
        for name in names:
            with pytest.raises(tk.NotAuthorized):
                reviewing.site.call(f"migration_review_{action}", name, **data)
    assert reviewing.call("migration_review_policy_show", reviewing.editor, id=agency)["required"] is True


def test_api_does_not_get_round_the_review(reviewing: Reviewing):
    site, editor = reviewing.site, reviewing.editor["name"]
    draft, private = reviewing.draft(), reviewing.draft(state="active", private=True)
    whole = site.call("package_show", id=draft["id"])
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("package_create", {**complete(), "owner_org": site.agency}),
        ("package_create", {**complete(), "owner_org": site.agency_name, "private": False}),
        ("package_patch", {"id": draft["id"], "state": "active"}),
        ("package_patch", {"id": private["id"], "private": False}),
        ("package_update", {**whole, "state": "active", "private": "False"}),
        ("package_revise", {"match": {"id": draft["id"]}, "update": {"state": "active"}}),
    ]

    for action, data in attempts:
        assert "migration_publishing" in refused(site.call, action, editor, **data), action
    with pytest.raises(tk.NotAuthorized):
        site.call("bulk_update_public", editor, org_id=site.agency, datasets=[private["id"]])

    assert not reviewing.public(draft)
    assert not reviewing.public(private)


def test_public_dataset_is_not_changed_past_the_review(reviewing: Reviewing):
    made = reviewing.site.create()
    resource = {"package_id": made["id"], "url": "https://agency.example.org/more", "license": "CC-BY-4.0"}

    for action, data in (
        ("package_patch", {"id": made["id"], "version": "2"}),
        ("resource_create", resource),
    ):
        errors = refused(reviewing.call, action, reviewing.editor, **data)
        assert "migration_publishing" in errors

    changed = reviewing.call("package_patch", reviewing.editor, id=made["id"], private=True, version="2")
    assert changed["private"]  # it may be taken back
    reviewing.call("package_patch", reviewing.reviewer, id=made["id"], private=False)
    assert reviewing.public(made)


def test_dataset_does_not_become_public_in_an_agency_that_reviews_by_moving_there(reviewing: Reviewing):
    other = factories.Organization(
        image_url="", users=[{"name": reviewing.editor["name"], "capacity": "admin"}]
    )
    made = reviewing.site.create(user=reviewing.editor["name"], owner_org=other["id"])

    errors = refused(
        reviewing.call, "package_patch", reviewing.editor, id=made["id"], owner_org=reviewing.site.agency
    )

    assert "migration_publishing" in errors


def test_reviewers_system_administrators_and_harvests_publish_as_before(reviewing: Reviewing):
    site = reviewing.site
    assert reviewing.public(site.create())
    assert reviewing.public(site.create(user=factories.Sysadmin()["name"]))
    robot = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    made = tk.get_action("package_create")(
        {"user": robot, "ignore_auth": True}, {**complete(), "owner_org": site.agency}
    )
    assert reviewing.public(made)


def test_only_what_meets_the_profile_is_submitted(reviewing: Reviewing):
    made = reviewing.draft(sensitivity_level="", resources=[{"name": "No address"}])

    errors = refused(reviewing.call, "migration_review_submit", reviewing.editor, id=made["id"])

    assert "sensitivity_level" in errors
    assert "url" in errors["resources"][0]
    assert reviewing.call("migration_review_show", reviewing.editor, id=made["id"])["history"] == []


def test_steps_out_of_order_are_refused(reviewing: Reviewing):
    made = reviewing.draft()
    for step, user in (
        ("approve", reviewing.reviewer),
        ("return", reviewing.reviewer),
        ("withdraw", reviewing.editor),
    ):
        assert refused(reviewing.call, f"migration_review_{step}", user, id=made["id"], note="x")["message"]
    reviewing.call("migration_review_submit", reviewing.editor, id=made["id"])
    assert refused(reviewing.call, "migration_review_submit", reviewing.editor, id=made["id"])["message"]
    assert refused(reviewing.call, "migration_review_return", reviewing.reviewer, id=made["id"])["note"]
    reviewing.call("migration_review_withdraw", reviewing.editor, id=made["id"])
    assert refused(reviewing.call, "migration_review_approve", reviewing.reviewer, id=made["id"])["message"]
    with pytest.raises(tk.ObjectNotFound):
        reviewing.call("migration_review_submit", reviewing.editor, id="no-such-dataset")


def test_what_was_changed_after_reading_is_not_approved(reviewing: Reviewing):
    made = reviewing.submitted()
    read = reviewing.call("migration_review_show", reviewing.reviewer, id=made["id"])["version"]
    reviewing.call("package_patch", reviewing.editor, id=made["id"], version="3")

    errors = refused(
        reviewing.call, "migration_review_approve", reviewing.reviewer, id=made["id"], version=read
    )

    assert "changed" in errors["message"][0]
    assert not reviewing.public(made)
    shown = reviewing.call("migration_review_show", reviewing.reviewer, id=made["id"])
    assert shown["changed_since"] is True
    reviewing.call("migration_review_approve", reviewing.reviewer, id=made["id"], version=shown["version"])
    assert reviewing.public(made)


def test_approval_of_a_record_that_was_spoiled_meanwhile_changes_nothing(reviewing: Reviewing):
    made = reviewing.submitted()
    reviewing.call("package_patch", reviewing.editor, id=made["id"], sensitivity_level="")

    errors = refused(reviewing.call, "migration_review_approve", reviewing.reviewer, id=made["id"])

    assert "sensitivity_level" in errors
    shown = reviewing.call("migration_review_show", reviewing.reviewer, id=made["id"])
    assert (shown["state"], len(shown["history"])) == ("submitted", 1)


def test_list_holds_what_waits_and_ends_with_the_decision(reviewing: Reviewing):
    first, second = reviewing.submitted(), reviewing.submitted()

    def listed(**given: Any) -> list[str]:
        found = reviewing.call("migration_review_list", reviewing.reviewer, **given)
        assert found["count"] == len(found["results"])
        return [each["id"] for each in found["results"]]

    assert listed() == listed(organization=reviewing.site.agency_name) == [first["id"], second["id"]]
    reviewing.call("migration_review_return", reviewing.reviewer, id=first["id"], note="Not yet.")
    reviewing.call("package_patch", reviewing.reviewer, id=second["id"], state="active")
    assert listed() == []
    assert listed(state="returned") == [first["id"]]
    steps = reviewing.call("migration_review_show", reviewing.reviewer, id=second["id"])["history"]
    assert steps[-1]["step"] == "published"
    reviewing.call("package_delete", reviewing.reviewer, id=first["id"])
    assert listed(state="returned") == []


def test_agency_without_review_publishes_as_before(reviewing: Reviewing):
    reviewing.call(
        "migration_review_policy_update", reviewing.reviewer, id=reviewing.site.agency, required=False
    )
    made = reviewing.draft()

    assert "without a review" in str(
        refused(reviewing.call, "migration_review_submit", reviewing.editor, id=made["id"])
    )
    reviewing.call("package_patch", reviewing.editor, id=made["id"], state="active")
    assert reviewing.public(made)


@pytest.mark.ckan_config("ckanext.migration.review.mails", True)
def test_mails_name_an_address_and_nothing_of_the_dataset(reviewing: Reviewing, monkeypatch):
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr(tk, "mail_user", lambda user, subject, body: sent.append((user.name, subject, body)))
    monkeypatch.setattr(tk, "enqueue_job", lambda job, args, **_: job(*args))

    made = reviewing.submitted()
    reviewing.call("migration_review_return", reviewing.reviewer, id=made["id"], note="Secret reason")

    assert [name for name, _, _ in sent] == [reviewing.reviewer["name"], reviewing.editor["name"]]
    for _, subject, body in sent:
        assert f"/dataset/{made['id']}/review" in body
        for word in (made["title"], made["name"], "Secret reason", "Round nine"):
            assert word not in subject + body


def test_no_mail_unless_it_is_wanted(reviewing: Reviewing, monkeypatch):
    monkeypatch.setattr(mails.tk, "enqueue_job", lambda *_args, **_more: pytest.fail("a mail"))

    assert reviewing.submitted()


def test_draft_that_an_editor_creates_by_the_api_stays_one(reviewing: Reviewing, app):
    headers = reviewing.site.headers(reviewing.editor)
    body = {**complete(), "owner_org": reviewing.site.agency}

    made = app.post("/api/action/package_create", json={**body, "state": "draft"}, headers=headers)
    refusal = app.post("/api/action/package_create", json=body, headers=headers, status=409)

    assert made.json["result"]["state"] == "draft"
    assert "migration_publishing" in refusal.json["error"]


def page(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.body, "html.parser")


def test_pages_lead_from_the_draft_to_the_public_dataset(reviewing: Reviewing, app):
    site, made = reviewing.site, reviewing.draft()
    address = f"/dataset/{made['name']}"

    seen = page(app.get(address, headers=site.headers(reviewing.editor)))
    assert seen.select_one(f'form[action="{address}/publish"]') is None
    assert seen.select_one('input[name=decision][value="submit"]') is not None
    form = {"decision": "submit", "note": ""}
    app.post(f"{address}/review", data=form, headers=site.headers(reviewing.editor), follow_redirects=False)
    listed = page(app.get("/migration/review", headers=site.headers()))
    assert listed.select_one("main") is not None, listed
    assert listed.select_one(f'main a[href="{address}/review"]') is not None
    deciding = page(app.get(f"{address}/review", headers=site.headers()))
    version = deciding.select_one("input[name=version]")["value"]

    empty = {"decision": "return", "note": "", "version": version}
    asked = app.post(f"{address}/review", data=empty, headers=site.headers(), status=409)
    assert page(asked).select_one("[role=alert]") is not None
    approve = {"decision": "approve", "note": "Well done.", "version": version}
    done = app.post(f"{address}/review", data=approve, headers=site.headers(), follow_redirects=False)
    assert done.headers["Location"].endswith(address)
    assert reviewing.public(made)
    for user in (reviewing.member, site.stranger):
        assert "Well done." not in app.get(address, headers=site.headers(user)).body
        assert app.get(f"{address}/review", headers=site.headers(user), status=404)


def test_pages_refuse_the_wrong_people(reviewing: Reviewing, app):
    site, made = reviewing.site, reviewing.submitted()
    review, agency = f"/dataset/{made['name']}/review", f"/organization/{site.agency_name}/review"

    for user in (site.stranger, reviewing.member, reviewing.editor):
        headers = site.headers(user)
        assert app.post(review, data={"decision": "approve"}, headers=headers, status=403)
        assert app.get(agency, headers=headers, status=403)
        assert app.post(agency, data={"required": "false"}, headers=headers, status=403)
    assert app.post(review, data={"decision": "burn"}, headers=site.headers(), status=400)
    assert not reviewing.public(made)


def test_publish_button_of_an_old_page_says_what_to_do(reviewing: Reviewing, app):
    made = reviewing.draft()

    reply = app.post(f"/dataset/{made['name']}/publish", headers=reviewing.site.headers(reviewing.editor))

    assert "submit it for review" in reply.body
    assert not reviewing.public(made)


def test_empty_page_for_data_keeps_no_empty_row(reviewing: Reviewing, app):
    made = reviewing.draft(resources=[])
    form = {"id": "", "url": "", "name": "", "save": "go-dataset-complete"}

    reply = app.post(
        f"/dataset/{made['name']}/resource/new",
        data=form,
        headers=reviewing.site.headers(reviewing.editor),
    )

    assert "Nothing was entered" in reply.body
    assert reviewing.site.call("package_show", id=made["id"])["resources"] == []


def test_purged_dataset_leaves_no_notes_scores_or_corrections(reviewing: Reviewing):
    made = reviewing.submitted()
    about = {"protocol": "ckan", "owner_org": reviewing.site.agency, "title": "A partner", "options": {}}
    source = HarvestSource(name=f"source-{made['id']}", url="https://partner.example", **about)
    model.Session.add(source)
    model.Session.flush()
    of = {"source_id": source.id, "remote_id": "r1", "package_id": made["id"]}
    model.Session.add(HarvestCorrection(field="notes", value="Other", **of))
    model.Session.add(HarvestRecord(report={"title": "A title", "findings": []}, **of))
    model.Session.commit()
    tables = (STEP, SCORE, HISTORY, HarvestCorrection.__table__)

    def left() -> list[int]:
        count = sa.select(sa.func.count())
        return [model.Session.scalar(count.where(table.c.package_id == made["id"])) for table in tables]

    assert all(left())
    sysadmin = factories.Sysadmin()
    reviewing.call("dataset_purge", sysadmin, id=made["id"])

    assert left() == [0, 0, 0, 0]
    held = model.Session.query(HarvestRecord).filter_by(package_id=made["id"]).one()
    assert held.report is None
