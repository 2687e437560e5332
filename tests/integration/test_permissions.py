"""Every action of the plugins over HTTP: as nobody, as a user of no agency, as one of another agency (LK-01).

An authorisation function that does not look at the user lets strangers pass, because over HTTP a stranger
comes with an object for nobody. An action that is not in the table makes the test fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model, plugins
from ckan.tests import factories

from ckanext.migration.copies.model import PAIR
from ckanext.migration.harvest.model import (
    HarvestCorrection,
    HarvestRecord,
    HarvestRun,
    HarvestSource,
    HarvestTerm,
)
from registry_site import Site, complete

Case = tuple[dict[str, Any], tuple[int, int, int]]

OPEN = (200, 200, 200)
ACCOUNT = (403, 200, 200)
AN_AGENCY = (403, 403, 200)
NOBODY = (403, 403, 403)
UNKNOWN = (404, 404, 404)
"""Where what is hidden must not be told apart from what does not exist."""

HIDDEN, SHOWN, AGENCY = {"id": "hidden-id"}, {"id": "shown-id"}, {"id": "agency-id"}
NEED, HIDDEN_NEED = {"id": "need-id"}, {"id": "hidden-need-id"}
SOURCE, RUN = {"id": "a-source"}, {"id": "a-run"}
OF_SOURCE = {"source": "a-source"}
TABLE: dict[str, list[Case]] = {
    # CKAN's own, which our plugins extend
    "current_package_list_with_resources": [({"limit": 1}, OPEN)],
    "dataset_followee_list": [({"id": "the-editor"}, (403, 403, 403))],
    "dcat_catalog_show": [({}, OPEN)],
    "dcat_dataset_show": [(SHOWN, OPEN), (HIDDEN, UNKNOWN)],
    "organization_update": [(AGENCY, NOBODY)],
    "package_create": [({"owner_org": "agency-id"}, NOBODY)],
    "package_search": [({"rows": 1}, OPEN)],
    "package_show": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "package_update": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    # the root plugin
    "migration_bulk_template": [({}, OPEN)],
    "migration_bulk_upload": [({"organization": "agency-id", "content": "x"}, NOBODY)],
    "migration_compare": [
        ({"ids": ["shown-id", "other-id"]}, OPEN),
        ({"ids": ["shown-id", "hidden-id"]}, UNKNOWN),
    ],
    "migration_concept_match": [({"vocabulary": "country", "text": "Syria"}, OPEN)],
    "migration_concept_show": [({"vocabulary": "country", "code": "SDN"}, OPEN)],
    "migration_conditions_agree": [
        (HIDDEN | {"version": "x"}, NOBODY),
        (SHOWN | {"version": "x"}, (409, 409, 409)),
    ],
    "migration_conditions_list": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    "migration_conditions_show": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "migration_dataset_find": [({"identifiers": ["x"]}, ACCOUNT)],
    "migration_dataset_needs": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "migration_dataset_similar": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "migration_dataset_validate": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "migration_draft_discard": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    "migration_draft_keep": [(SHOWN | {"fields": {}}, NOBODY), (HIDDEN | {"fields": {}}, NOBODY)],
    "migration_draft_list": [({}, ACCOUNT)],
    "migration_draft_show": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    "migration_facet_values": [({"facet": "migration_theme"}, OPEN)],
    "migration_need_answers": [(NEED, OPEN), (HIDDEN_NEED, NOBODY), (HIDDEN, NOBODY)],
    "migration_need_gaps": [({}, OPEN)],
    "migration_repair": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    "migration_rule_list": [({}, OPEN)],
    "migration_rule_show": [({"id": "contact-email-value"}, OPEN)],
    "migration_search_scan": [({}, OPEN)],
    "migration_search_widen": [({"q": "displacement"}, OPEN)],
    "migration_validate": [({"record": complete()}, OPEN)],
    "migration_vocabulary_list": [({}, OPEN)],
    "migration_vocabulary_show": [({"id": "frequency"}, OPEN)],
    # the search
    "migration_search_health": [({}, NOBODY)],
    "migration_search_relevance_show": [({}, OPEN)],
    "migration_suggest": [({"q": "dis"}, OPEN)],
    # the harvest
    "migration_harvest_correction_create": [
        ({"package": "shown-id", "field": "version", "value": "2"}, NOBODY)
    ],
    "migration_harvest_correction_list": [(OF_SOURCE, NOBODY)],
    "migration_harvest_correction_resolve": [({"id": "a-correction", "take": "ours"}, NOBODY)],
    "migration_harvest_correction_update": [({"id": "a-correction", "reason": "x"}, NOBODY)],
    "migration_harvest_feed_test": [({"protocol": "ckan", "text": "{}"}, AN_AGENCY)],
    "migration_harvest_partner_link": [(SOURCE, NOBODY)],
    "migration_harvest_partner_show": [
        (SOURCE, NOBODY),
        (SOURCE | {"key": "guessed"}, NOBODY),
        ({"id": "public-source"}, OPEN),
    ],
    "migration_harvest_protocol_list": [({}, AN_AGENCY)],
    "migration_harvest_record_list": [({"run": "a-run"}, NOBODY)],
    "migration_harvest_record_show": [(OF_SOURCE | {"remote_id": "r1"}, NOBODY)],
    "migration_harvest_run_approve": [(RUN, NOBODY)],
    "migration_harvest_run_create": [(OF_SOURCE, NOBODY)],
    "migration_harvest_run_diff": [(RUN, NOBODY)],
    "migration_harvest_run_list": [(OF_SOURCE, NOBODY), ({}, AN_AGENCY)],
    "migration_harvest_run_rollback": [(RUN, NOBODY)],
    "migration_harvest_run_show": [(RUN, NOBODY)],
    "migration_harvest_run_stop": [(RUN, NOBODY)],
    "migration_harvest_source_create": [({"organization": "agency-id", "name": "new"}, NOBODY)],
    "migration_harvest_source_delete": [(SOURCE, NOBODY)],
    "migration_harvest_source_list": [({}, AN_AGENCY)],
    "migration_harvest_source_show": [(SOURCE, NOBODY)],
    "migration_harvest_source_update": [(SOURCE, NOBODY)],
    "migration_harvest_term_decide": [({"id": "a-term", "decision": "ignored"}, NOBODY)],
    "migration_harvest_term_list": [(OF_SOURCE, NOBODY)],
    "migration_harvest_term_recount": [(OF_SOURCE, NOBODY)],
    # scores
    "migration_quality_scorecard": [({}, OPEN), ({"organization": "agency-id"}, OPEN)],
    "migration_quality_show": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    # the copies
    "migration_copies_decide": [
        ({"id": "a-hidden-pair", "decision": "same"}, UNKNOWN),
        ({"id": "a-pair", "decision": "same"}, NOBODY),
    ],
    "migration_copies_find": [({}, NOBODY)],
    "migration_copies_list": [({}, AN_AGENCY)],
    "migration_copies_of": [(SHOWN, OPEN), (HIDDEN, NOBODY)],
    "migration_copies_undo": [({"id": "a-hidden-pair"}, UNKNOWN), ({"id": "a-pair"}, NOBODY)],
    # the review
    "migration_review_approve": [(HIDDEN, NOBODY)],
    "migration_review_list": [({"organization": "agency-id"}, NOBODY), ({}, AN_AGENCY)],
    "migration_review_policy_show": [(AGENCY, NOBODY)],
    "migration_review_policy_update": [(AGENCY | {"required": False}, NOBODY)],
    "migration_review_return": [(HIDDEN | {"note": "x"}, NOBODY)],
    "migration_review_show": [(SHOWN, NOBODY), (HIDDEN, NOBODY)],
    "migration_review_submit": [(HIDDEN, NOBODY)],
    "migration_review_withdraw": [(HIDDEN, NOBODY)],
}


@dataclass(frozen=True)
class World:
    """Which real id stands for which of the table, and who asks."""

    names: dict[str, str]
    callers: tuple[dict[str, str], dict[str, str], dict[str, str]]

    def told(self, value: Any) -> Any:
        """Put real ids into the arguments of a case."""
        if isinstance(value, dict):
            return {key: self.told(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.told(entry) for entry in value]
        return self.names.get(value, value) if isinstance(value, str) else value


@pytest.fixture
def world(site: Site) -> World:
    shown, other = site.create(), site.create()
    hidden = site.create(private=True, title_translated={"en": "Nobody may know of this"})
    need, hidden_need = (_need(site, private) for private in (False, True))
    rival = factories.UserWithToken()
    factories.Organization(image_url="", users=[{"name": rival["name"], "capacity": "admin"}])
    about = {
        "protocol": "ckan",
        "owner_org": site.agency,
        "title": "A partner",
        "url": "https://partner.example",
    }
    source = HarvestSource(name=f"closed-{shown['id']}", options={}, **about)
    public = HarvestSource(name=f"public-{shown['id']}", options={}, public=True, **about)
    model.Session.add_all((source, public))
    model.Session.flush()
    run = HarvestRun(source_id=source.id, number=1, state="finished")
    word = {"field": "frequency", "vocabulary": "frequency", "key": "at times", "value": "At times"}
    term = HarvestTerm(source_id=source.id, **word)
    record = {"source_id": source.id, "remote_id": "r1", "package_id": shown["id"]}
    correction = HarvestCorrection(field="notes", value="Other", **record)
    model.Session.add_all((run, term, correction, HarvestRecord(**record)))
    pairs = {"a-pair": (shown, other), "a-hidden-pair": (shown, hidden)}
    for name, two in pairs.items():
        one, another = sorted(each["id"] for each in two)
        row = {"id": f"{name}-{shown['id']}", "one": one, "other": another, "confidence": 0.9, "reasons": []}
        model.Session.execute(sa.insert(PAIR).values(**row))
    model.Session.commit()
    names = {
        "shown-id": shown["id"],
        "other-id": other["id"],
        "hidden-id": hidden["id"],
        "need-id": need["id"],
        "hidden-need-id": hidden_need["id"],
        "agency-id": site.agency,
        "the-editor": site.editor["id"],
        "a-source": source.id,
        "public-source": public.id,
        "a-run": run.id,
        "a-term": term.id,
        "a-correction": correction.id,
        **{name: f"{name}-{shown['id']}" for name in pairs},
    }
    return World(names, ({}, site.headers(site.stranger), site.headers(rival)))


def _need(site: Site, private: bool) -> dict[str, Any]:
    fields = {"migration_theme": ["internal-displacement"], "need_status": "open", "urgency": "planning"}
    texts = {
        "title_translated": {"en": "Age by district"},
        "notes_translated": {"en": "Totals exist; five-year age groups by district are missing."},
    }
    made: dict[str, Any] = site.call(
        "package_create", type="data-need", owner_org=site.agency, private=private, **texts, **fields
    )
    return made


def ours() -> set[str]:
    """Return the names of all actions of our plugins."""
    return {
        name
        for plugin in plugins.PluginImplementations(plugins.IActions)
        if type(plugin).__module__.startswith("ckanext.migration.")
        for name in plugin.get_actions()
    }


def test_every_action_is_in_the_table(with_plugins: None) -> None:
    assert ours() == set(TABLE)


def test_lk01_each_action_answers_whom_it_should(world: World, app: Any) -> None:
    wrong = []
    for action, cases in TABLE.items():
        for given, expected in cases:
            answers = [
                app.post(f"/api/3/action/{action}", json=world.told(given), headers=headers, status=None)
                for headers in world.callers
            ]
            if tuple(answer.status_code for answer in answers) != expected:
                codes = [(answer.status_code, answer.body[:200]) for answer in answers]
                wrong.append(f"{action} {given}: {codes}, not {expected}")
            wrong += [f"{action}: tells of it" for answer in answers if "Nobody may know" in answer.body]
    assert not wrong, "\n".join(wrong)


def test_dl08_no_form_is_taken_without_its_token(app: Any, monkeypatch: Any) -> None:
    """CKAN lifts its check from a page once somebody has called it with an API token, or as nobody."""
    user = factories.User(password="a long password 1")
    app.post("/user/login", data={"login": user["name"], "password": "a long password 1"})
    flask = app.flask_app
    views = flask.view_functions
    own = [
        rule
        for rule in flask.url_map.iter_rules()
        if "POST" in rule.methods
        and (
            views[rule.endpoint].__module__.startswith("ckanext.migration.")
            or rule.endpoint.startswith("dataset.")
        )
    ]
    lifted = {f"{views[rule.endpoint].__module__}.{views[rule.endpoint].__name__}" for rule in own}
    monkeypatch.setitem(flask.config, "WTF_CSRF_ENABLED", True)  # CKAN's tests switch it off
    monkeypatch.setattr(flask.extensions["csrf"], "_exempt_views", lifted)

    answers = {rule.rule: app.post(re.sub("<[^>]+>", "x", rule.rule), status=None) for rule in own}

    assert len(answers) > 20
    taken = {rule: answer.status_code for rule, answer in answers.items() if answer.status_code != 400}
    assert not taken, taken
    assert "CSRF" in answers["/dataset/<name>/review"].body
