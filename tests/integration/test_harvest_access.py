"""Who may see and do what; the wrong person is refused for every action (CF-01 to CF-03, ID-01, JS-12)."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest import access
from ckanext.migration.harvest.model import HarvestCorrection, HarvestTerm
from ckanext.migration.harvest.plugin import MigrationHarvestPlugin
from harvest_portal import AGREED, by_remote_id, call, package, packages, records

PREFIX = "migration_harvest_"
SEEN_BY_EDITORS = {
    "source_show": {"id": "partner"},
    "source_list": {},
    "run_create": {"source": "partner", "wake": False},
    "run_show": {"id": "partner:1"},
    "run_list": {"source": "partner"},
    "run_diff": {"id": "partner:1"},
    "run_stop": {"id": "partner:1"},
    "record_list": {"run": "partner:1"},
    "record_show": {"source": "partner", "remote_id": "remote-001"},
    "term_list": {"source": "partner"},
    "term_decide": {"id": "a-term", "decision": "ignored"},
    "term_recount": {"source": "partner"},  # after a decision, for it forgets words that no record has
    "partner_show": {"id": "partner"},
    "protocol_list": {},
    "feed_test": {"protocol": "ckan", "text": "{}"},
    "correction_list": {"source": "partner"},
    "correction_update": {"id": "a-correction", "reason": "A misprint."},
    "correction_resolve": {"id": "a-correction", "take": "ours"},
    "correction_create": {"package": "displacement-tracking-round-1", "field": "version", "value": "2"},
}
# What concerns no source is open to the people of any organisation, who learn nothing of others by it.
OF_NO_SOURCE = {
    "source_list": lambda found: found == [],
    "protocol_list": lambda found: "ckan" in {protocol["name"] for protocol in found},
    "feed_test": lambda found: found["records"] == [] and found["ended"],
}
FOR_ADMINISTRATORS = {
    "partner_link": {"id": "partner"},
    "source_update": {"id": "partner", "title": "Other"},
    "source_delete": {"id": "partner"},
    "run_approve": {"id": "partner:1"},
    "run_rollback": {"id": "partner:1", "wake": False},
}


@pytest.fixture
def people(partner) -> dict[str, str]:
    """Register one source with a finished run, and people of its organisation, of another, and of none."""
    names = {role: factories.User()["name"] for role in ("admin", "editor", "member", "rival", "nobody")}
    for role in ("admin", "editor", "member"):
        tk.get_action("organization_member_create")(
            {"ignore_auth": True, "user": names["admin"]},
            {"id": partner.organization, "username": names[role], "role": role},
        )
    factories.Organization(name="rivals", users=[{"name": names["rival"], "capacity": "admin"}])
    partner.register()
    partner.offer(package(1))
    partner.run()
    met = {"field": "frequency", "vocabulary": "frequency", "key": "at times", "value": "At times"}
    model.Session.add(HarvestTerm(id="a-term", source_id=partner.source["id"], **met))
    of = {"source_id": partner.source["id"], "remote_id": "remote-001", "package_id": "p", "field": "notes"}
    model.Session.add(HarvestCorrection(id="a-correction", state="open", value="Other", **of))
    model.Session.commit()
    return names | {"anonymous": ""}


def attempt(user: str, action: str, **data: Any) -> Any:
    """Call an action as somebody, with all of CKAN's checks."""
    context = {"user": user, "auth_user_obj": model.User.get(user) if user else None, "ignore_auth": False}
    return tk.get_action(PREFIX + action)(context, data)


def settings(partner, **changes: Any) -> dict[str, Any]:
    whole = {
        "name": "second",
        "url": "https://second.example",
        "protocol": "ckan",
        "organization": partner.organization,
        "options": AGREED,
    }
    return whole | changes


def test_every_action_has_its_authorisation_function():
    assert set(MigrationHarvestPlugin().get_actions()) == set(access.functions())
    tried = {*SEEN_BY_EDITORS, *FOR_ADMINISTRATORS, "source_create"}
    assert {PREFIX + name for name in tried} == set(access.functions())


@pytest.mark.parametrize("role", ["anonymous", "nobody", "member", "rival"])
def test_strangers_are_refused_everything(people, role):
    for action, data in (SEEN_BY_EDITORS | FOR_ADMINISTRATORS).items():
        if action in OF_NO_SOURCE and role == "rival":
            assert OF_NO_SOURCE[action](attempt(people[role], action, **data))
            continue
        with pytest.raises(tk.NotAuthorized):
            attempt(people[role], action, **data)


def test_editors_see_and_start_but_do_not_decide(people):
    for action, data in FOR_ADMINISTRATORS.items():
        with pytest.raises(tk.NotAuthorized):
            attempt(people["editor"], action, **data)
    for action, data in SEEN_BY_EDITORS.items():
        assert attempt(people["editor"], action, **data)


def test_administrators_manage_their_own_sources(people, partner):
    created = attempt(people["admin"], "source_create", **settings(partner))

    assert created["organization"]["id"] == partner.organization
    assert attempt(people["admin"], "source_update", id="second", title="New")["title"] == "New"
    attempt(people["admin"], "source_delete", id="second")
    with pytest.raises(tk.ObjectNotFound):
        attempt(people["admin"], "source_show", id="second")


def test_nobody_else_registers_sources_for_an_organisation(people, partner):
    for role in ("anonymous", "nobody", "member", "editor", "rival"):
        with pytest.raises(tk.NotAuthorized):
            attempt(people[role], "source_create", **settings(partner))


def test_what_administrators_of_an_organisation_may_not_set(people, partner):
    reaching_out = (
        {"allow_private": True},
        {"credential": "HARVEST_KEY_OTHER"},
        {"options": {"publisher_organizations": {"X": "rivals"}}},
        {"organization": "rivals"},
    )
    for changes in reaching_out:
        with pytest.raises(tk.NotAuthorized):
            attempt(people["admin"], "source_create", **settings(partner, **changes))


def test_a_trusted_source_is_not_led_elsewhere(people):
    """A private address was allowed for one partner, not for whatever an administrator types in later."""
    with pytest.raises(tk.NotAuthorized):
        attempt(people["admin"], "source_update", id="partner", url="http://127.0.0.1:1/")


WRONG = [
    ({"url": "ftp://partner.example"}, "url"),
    ({"url": "https://me:secret@partner.example"}, "url"),
    ({"url": ""}, "url"),
    ({"protocol": "gopher"}, "protocol"),
    ({"organization": "nowhere"}, "organization"),
    ({"options": "{not json"}, "options"),
    ({"options": "[1]"}, "options"),
    ({"options": {"api_key": "1234"}}, "options"),
    ({"options": {"default_sensitivity": "harmless"}}, "options"),
    ({"options": {"row": 5}}, "options"),
    ({"options": {"rows": "many"}}, "options"),
    ({"credential": "SECRET_KEY"}, "credential"),
    ({"credential": "the key itself"}, "credential"),
    ({"name": "Not a name!"}, "name"),
    ({"user": "admin"}, "user"),
]


def test_wrong_settings_are_named(partner):
    for changes, key in WRONG:
        with pytest.raises(tk.ValidationError) as refused:
            call("source_create", **settings(partner, **changes))
        assert key in refused.value.error_dict, changes


def test_a_credential_is_never_shown(partner, monkeypatch):
    monkeypatch.setenv("HARVEST_KEY_PARTNER", "very-secret-value")
    partner.register(credential="HARVEST_KEY_PARTNER")
    partner.offer(package(1))
    run = partner.run()

    everything = json.dumps(
        [call("source_list"), call("run_list"), records(run["id"]), list(packages().values())]
    )
    assert "very-secret-value" not in everything
    assert "HARVEST_KEY_PARTNER" not in everything
    assert call("source_show", id="partner")["has_credential"]


def test_a_credential_that_is_not_set_is_a_failed_run(partner, monkeypatch):
    monkeypatch.delenv("HARVEST_KEY_PARTNER", raising=False)
    partner.register(credential="HARVEST_KEY_PARTNER")

    run = partner.run()

    assert run["state"] == "failed"
    assert "HARVEST_KEY_PARTNER" in run["error"]["message"]


def test_a_private_address_is_refused_unless_it_was_allowed(partner):
    partner.register(allow_private=False)

    run = partner.run()

    assert run["state"] == "failed"
    assert not partner.portal.asked


def test_no_source_reaches_a_dataset_it_did_not_bring(partner):
    """ID-01: another source, and a portal that names ids, names and owners of datasets here."""
    partner.register("first")
    partner.offer(package(1))
    partner.run()
    secret = factories.Dataset(
        owner_org=partner.organization, private=True, name="secret-plans", title="Secret"
    )
    [mine] = [one for one in packages().values() if one["name"] != "secret-plans"]
    before = json.dumps(packages(), sort_keys=True, default=str)
    hostile = [
        package(1, title="Taken over"),
        package(2, id=mine["id"], name=mine["name"], title=mine["title"], owner_org="rivals", private=True),
        package(
            3, id=secret["id"], name="secret-plans", title="Secret plans", state="deleted", type="harvest"
        ),
        package(4, creator_user_id="admin", extras=[{"key": "guid", "value": mine["id"]}]),
    ]
    partner.register("second")
    partner.offer(*hostile)
    partner.run()

    now = packages()
    assert json.dumps({name: now[name] for name in json.loads(before)}, sort_keys=True, default=str) == before
    added = {name: one for name, one in now.items() if name not in json.loads(before)}
    assert added
    for one in added.values():
        assert one["owner_org"] == partner.organization
        assert one["type"] == "dataset"
        assert one["id"] not in (mine["id"], secret["id"])


def test_a_taken_name_gets_a_suffix_that_stays(partner):
    taken = factories.Dataset(
        name="displacement-tracking-round-1", owner_org=partner.organization, private=True
    )
    partner.register()
    partner.offer(package(1))
    partner.run()
    [mine] = [one for one in packages().values() if one["id"] != taken["id"]]
    assert mine["name"].startswith("displacement-tracking-round-1-")

    partner.offer(package(1, title="Quite another title"))
    partner.run()
    assert packages()[mine["name"]]["title"] == "Quite another title"


def test_titles_in_other_scripts_have_names(partner):
    partner.register()
    partner.offer(
        package(1, title="إحصاءات النزوح"), package(2, title="境内流离失所"), package(3, title="Миграция")
    )
    partner.run()

    names = sorted(packages())
    assert len(names) == 3
    assert all(name.startswith("partner-") for name in names)


def test_datasets_go_to_the_organisation_of_their_publisher(partner):
    other = factories.Organization(name="idmc")
    partner.register(options={**AGREED, "publisher_organizations": {"Displacement Tracking Unit": "idmc"}})
    partner.offer(package(1))
    partner.run()

    assert [one["owner_org"] for one in packages().values()] == [other["id"]]


def test_an_organisation_that_does_not_exist_is_named(partner):
    partner.register(options={**AGREED, "publisher_organizations": {"Displacement Tracking Unit": "nowhere"}})
    partner.offer(package(1))
    run = partner.run()

    [failure] = records(run["id"], "failed")
    assert "nowhere" in failure["error"]["message"]
    assert "publisher_organizations" in failure["error"]["remedy"]
    assert by_remote_id() == {}
