"""The crosswalk: words that nobody understood are listed, decided once by a person, then applied."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories

from ckanext.migration.harvest.model import HarvestTerm
from harvest_portal import call, package, packages


def unknown(number: int):
    return package(number, data_update_frequency="whenever we can", methodology=["Crystal ball"])


def test_a_word_is_mapped_once_and_applied_by_the_next_run(partner):
    partner.register()
    partner.offer(unknown(1), unknown(2), package(3))
    partner.run()

    listed = call("term_list", source="partner", only="unmapped")["results"]
    by_value = {row["value"]: row for row in listed}
    assert by_value["Crystal ball"]["records"] == 2
    assert by_value["Crystal ball"]["vocabulary"] == "collection-method"
    assert call("term_list", source="partner", only="decided")["count"] == 0

    known = packages()["displacement-tracking-round-3"]["collection_method"]
    code = known[0]
    call("term_decide", id=by_value["Crystal ball"]["id"], decision="mapped", code=code)
    run = partner.run()

    assert run["counters"]["updated"] == 2
    assert packages()["displacement-tracking-round-1"]["collection_method"] == [code]
    [decided] = call("term_list", source="partner", only="decided")["results"]
    assert (decided["value"], decided["decided"]["code"]) == ("Crystal ball", code)
    assert partner.run()["counters"]["unchanged"] == 3, "a decision is applied once"

    call("term_decide", id=decided["id"], decision="open")
    partner.run()
    assert not packages()["displacement-tracking-round-1"].get("collection_method")


def test_words_that_no_record_uses_any_more_are_forgotten(partner):
    def known(only="unmapped"):
        return {
            row["value"]: row["records"] for row in call("term_list", source="partner", only=only)["results"]
        }

    partner.register()
    partner.offer(unknown(1), unknown(2), package(3, methodology=["Tea leaves"]))
    partner.run()
    assert known() == {"Crystal ball": 2, "whenever we can": 2, "Tea leaves": 1}
    partner.offer(unknown(1), package(2), package(3, methodology=["Tea leaves"]))
    partner.run()
    # the run has read one record anew, and cannot know of the others
    assert known() == {"Crystal ball": 2, "whenever we can": 2, "Tea leaves": 1}
    assert call("term_recount", source="partner") == {"records": 3, "unread": 0, "known": 3, "forgotten": 0}
    assert known() == {"Crystal ball": 1, "whenever we can": 1, "Tea leaves": 1}

    ball = next(
        row for row in call("term_list", source="partner")["results"] if row["value"] == "Crystal ball"
    )
    call("term_decide", id=ball["id"], decision="ignored")
    partner.offer(package(1), package(2), package(3))
    partner.run()  # reads all records anew because of the decision: what is not met is not used
    assert known() == {}
    assert list(known("decided")) == ["Crystal ball"]
    nobody = {"user": factories.User()["name"], "ignore_auth": False}
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("migration_harvest_term_recount")(nobody, {"source": "partner"})


def test_cf_01_a_decision_for_no_such_term_is_refused(partner):
    partner.register()
    partner.offer(unknown(1))
    partner.run()
    row = call("term_list", source="partner")["results"][0]

    for wrong in ({"decision": "mapped", "code": "no-such-code"}, {"decision": "perhaps"}):
        with pytest.raises(tk.ValidationError):
            call("term_decide", id=row["id"], **wrong)


def test_an_editor_decides_on_the_page(partner, app):
    partner.register()
    partner.offer(unknown(1))
    partner.run()
    term = call("term_list", source="partner")["results"][0]
    editor = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": editor["name"]},
        {"id": partner.organization, "username": editor["name"], "role": "editor"},
    )
    headers = {"Authorization": editor["token"]}

    near = {"field": "frequency", "vocabulary": "frequency", "key": "yearly or so", "value": "Yearly or so"}
    model.Session.add(
        HarvestTerm(source_id=partner.source["id"], code="ANNUAL", confidence=0.8, how="similar", **near)
    )
    model.Session.commit()

    assert term["value"] in app.get("/migration/harvest/partner/terms", headers=headers).body
    assert "80 %" in app.get("/migration/harvest/partner/terms?show=uncertain", headers=headers).body
    here = f"/migration/harvest/partner/terms/{term['id']}"
    app.post(here, data={"decision": "ignored"}, headers=headers, follow_redirects=False)

    model.Session.expire_all()
    [decided] = call("term_list", source="partner", only="decided")["results"]
    assert (decided["decision"], decided["decided_by"]) == ("ignored", editor["name"])
    app.get("/migration/harvest/partner/terms", status=403)
