"""The overlay: corrections with author and reason, kept over runs; in conflict where both sides changed."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories

from harvest_portal import call, package, packages

NAME = "displacement-tracking-round-1"
WORDS = "Counts of internally displaced persons, as corrected by a steward of this portal."
NEW = "Counts of internally displaced persons, as the partner writes now, with another sentence."


@pytest.fixture
def editor(partner) -> dict[str, str]:
    """Register and harvest one record, and give an editor of its organisation."""
    partner.register()
    partner.offer(package(1))
    partner.run()
    user = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": user["name"]},
        {"id": partner.organization, "username": user["name"], "role": "editor"},
    )
    return user


def edit(user: str, **values):
    """Save fields of the dataset as a person does in the form."""
    context = {"user": user, "auth_user_obj": model.User.get(user), "ignore_auth": False}
    tk.get_action("package_patch")(context, {"id": NAME, **values})


def correct(user: str, **data):
    context = {"user": user, "auth_user_obj": model.User.get(user), "ignore_auth": False}
    return tk.get_action("migration_harvest_correction_create")(context, {"package": NAME, **data})


def listed(only: str | None = None):
    model.Session.rollback()
    model.Session.expire_all()
    return call("correction_list", source="partner", **({"only": only} if only else {}))["results"]


def notes() -> str:
    return packages()[NAME]["notes_translated"]["en"]


def test_id_04_a_correction_has_author_reason_and_the_partners_value(partner, editor):
    before = notes()
    made = correct(editor["name"], field="notes_translated", value={"en": WORDS}, reason="Was cut off.")

    assert (made["author"], made["reason"], made["state"]) == (editor["name"], "Was cut off.", "open")
    assert (made["value"], made["upstream"]) == ({"en": WORDS}, {"en": before})
    assert notes() == WORDS
    partner.offer(package(1, title="Displacement tracking, first round"))
    run = partner.run()
    assert run["counters"]["updated"] == 1
    assert notes() == WORDS, "another field of the partner changed; the correction stays"
    [row] = listed("open")
    assert row["id"] == made["id"]


def test_id_04_an_edit_in_the_form_is_a_correction_and_taken_back_by_the_next_edit(partner, editor):
    before = notes()
    edit(editor["name"], notes_translated={"en": WORDS})
    [row] = listed("open")
    assert (row["author"], row["field"]) == (editor["name"], "notes_translated")

    edit(editor["name"], notes_translated={"en": before})
    assert listed("open") == []
    assert [row["state"] for row in listed("ended")] == ["withdrawn"]


@pytest.mark.parametrize("take", ["ours", "theirs"])
def test_id_04_where_both_changed_a_person_decides(partner, editor, take):
    correct(editor["name"], field="notes_translated", value={"en": WORDS})
    partner.offer(package(1, notes=NEW))
    partner.run()

    [row] = listed("conflict")
    assert (row["value"], row["incoming"]) == ({"en": WORDS}, {"en": NEW})
    assert notes() == WORDS, "until a person decides, the correction stays"

    call("correction_resolve", id=row["id"], take=take)
    assert notes() == (WORDS if take == "ours" else NEW)
    assert [one["state"] for one in listed()] == ["open" if take == "ours" else "withdrawn"]
    partner.run()
    partner.offer(package(1, notes=NEW, title="Displacement tracking, first round"))
    partner.run()
    assert notes() == (WORDS if take == "ours" else NEW)
    assert listed("conflict") == []


def test_a_partner_who_takes_a_correction_over_ends_it(partner, editor):
    correct(editor["name"], field="notes_translated", value={"en": WORDS})
    partner.offer(package(1, notes=WORDS))
    partner.run()

    assert [row["state"] for row in listed()] == ["adopted"]
    partner.offer(package(1, notes=NEW))
    partner.run()
    assert notes() == NEW


def test_a_conflict_is_settled_on_the_page(partner, editor, app):
    correct(editor["name"], field="notes_translated", value={"en": WORDS})
    partner.offer(package(1, notes=NEW))
    partner.run()
    [row] = listed("conflict")
    headers = {"Authorization": editor["token"]}

    body = app.get("/migration/harvest/partner/corrections", headers=headers).body
    assert WORDS in body
    assert NEW in body
    here = f"/migration/harvest/partner/corrections/{row['id']}"
    app.post(here, data={"take": "theirs"}, headers=headers, follow_redirects=False)

    assert notes() == NEW
    app.get("/migration/harvest/partner/corrections", status=403)
