"""The same dataset from several holders: proposed, decided, one hit of a search, undone (R-3.1-l)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

from ckanext.migration.copies import following
from registry_site import Site

TITLE = {"en": "Refugees in Kakuma: multi-sector needs assessment"}
DOI = "10.5072/kakuma.2023"


@pytest.fixture
def pair(site: Site) -> Any:
    """Give two public records of one dataset, of two agencies, and the proposal that is made of them."""
    mine = site.create(title_translated=TITLE, identifier=f"https://doi.org/{DOI}-{site.agency}")
    rival = factories.UserWithToken()
    other = factories.Organization(
        title="A mirror", image_url="", users=[{"name": rival["name"], "capacity": "admin"}]
    )
    copied = {"owner_org": other["id"], "identifier": f"doi:{DOI}-{site.agency}"}
    theirs = site.create(user=rival["name"], title_translated={"en": "Kakuma needs"}, **copied)
    assert portal("find")["proposed"] >= 1
    return Two(site, rival, mine, theirs)


class Two:
    """Two records of one dataset, and who edits which."""

    def __init__(self, site: Site, rival: dict[str, Any], mine: Any, theirs: Any) -> None:
        self.site, self.rival, self.mine, self.theirs = site, rival, mine, theirs
        self.id = self.listed("proposed")["id"]

    def listed(self, state: str, user: str | None = None) -> dict[str, Any] | None:
        found = self.site.call("migration_copies_list", user, state=state, limit=100)
        both = {self.mine["id"], self.theirs["id"]}
        return next(
            (each for each in found["results"] if {one["id"] for one in each["datasets"]} == both), None
        )

    def hits(self, q: str = "kakuma", user: str = "", **extras: Any) -> Any:
        asked = {"q": q, "fq": f"entity_type:package +(id:{self.mine['id']} OR id:{self.theirs['id']})"}
        found = self.site.call("package_search", user, extras={"ext_fold": "series"}, **asked, **extras)
        return found["count"], [each["id"] for each in found["results"]]

    def held(self, package: Any, user: str = "") -> list[str]:
        found = self.site.call("migration_copies_of", user, id=package["id"])
        return [each["id"] for each in found["results"]]


def portal(action: str, **data: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(f"migration_copies_{action}")({"user": user, "ignore_auth": True}, data)


def waiting_jobs() -> list[str]:
    jobs = tk.get_action("job_list")({"ignore_auth": True}, {"queues": [following.QUEUE]})
    return [job["title"] for job in jobs]


def test_proposed_decided_one_hit_and_undone(pair: Two) -> None:
    proposal = pair.listed("proposed")
    assert proposal["confidence"] >= 0.9
    assert proposal["why"][0].startswith("same DOI (10.5072/kakuma")
    assert not proposal["may_decide"]
    assert pair.hits()[0] == 2

    portal("decide", id=pair.id, decision="same", lead=pair.mine["name"])
    assert pair.hits() == (1, [pair.mine["id"]])
    # Where only the words of the copy are searched for, it is found.
    assert pair.hits(q="needs -assessment") == (1, [pair.theirs["id"]])
    assert pair.held(pair.mine) == [pair.theirs["id"]]
    assert pair.held(pair.theirs) == [pair.mine["id"]]
    # A later look proposes nothing that was decided.
    portal("find")
    assert pair.listed("proposed") is None
    assert pair.listed("same")["lead"] == pair.mine["id"]

    portal("undo", id=pair.id)
    assert pair.hits()[0] == 2
    assert pair.held(pair.mine) == []
    assert pair.listed("proposed")["confidence"] == proposal["confidence"]

    portal("decide", id=pair.id, decision="different")
    portal("find")
    assert pair.listed("proposed") is None
    assert pair.hits()[0] == 2


def test_a_copy_of_a_round_joins_its_series(pair: Two) -> None:
    site = pair.site
    series = [{"title": f"Kakuma assessments {site.agency}", "uri": f"https://example.org/{site.agency}"}]
    site.call("package_patch", id=pair.mine["id"], in_series=series)
    later = site.create(
        title_translated={"en": "Refugees in Kakuma, the year after"},
        in_series=series,
        temporal_coverage=[{"start": "2024-01-01", "end": "2024-12-31"}],
    )
    ids = " OR ".join(each["id"] for each in (pair.mine, pair.theirs, later))

    def entries() -> list[str]:
        asked = {"q": "kakuma", "fq": f"entity_type:package +id:({ids})"}
        found = site.call("package_search", "", extras={"ext_fold": "series"}, **asked)
        return [each["id"] for each in found["results"]]

    assert len(entries()) == 2
    portal("decide", id=pair.id, decision="same", lead=pair.mine["name"])
    assert len(entries()) == 1
    portal("undo", id=pair.id)
    assert len(entries()) == 2


def test_what_was_made_from_another_is_proposed_after_a_harvest_and_named_on_both_pages(
    site: Site, app: Any
) -> None:
    source = site.create(title_translated={"en": "Household survey in Kakuma, microdata"})
    following.look()
    # nothing was written: nothing is asked for; something was: a job of its own waits, however many ask
    tk.get_action("job_clear")({"ignore_auth": True}, {"queues": [following.QUEUE]})
    following.after_run("partner", run_id="1", counters={"written": 0})
    assert waiting_jobs() == []
    following.after_run("partner", run_id="2", counters={"written": 1})
    assert waiting_jobs() == ["copies"]
    tk.get_action("job_clear")({"ignore_auth": True}, {"queues": [following.QUEUE]})
    table = site.create(
        title_translated={"en": "Displaced people by age and sex, tables"},
        derived_from=[f"{tk.config['ckan.site_url']}/dataset/{source['name']}"],
    )
    assert following.look()["new"] >= 1

    two = Two(site, {}, source, table)
    proposal = two.listed("proposed")
    assert proposal["reasons"][0] == {"kind": "derived", "value": table["id"]}
    portal("decide", id=two.id, decision="derived")
    assert two.listed("derived")["lead"] == source["id"]
    assert two.hits(q="kakuma OR displaced")[0] == 2
    assert two.held(source) == []
    told = site.call("migration_copies_of", "", id=source["id"])
    assert [each["id"] for each in told["made_into"]] == [table["id"]]
    page = BeautifulSoup(app.get(f"/dataset/{source['name']}").body, "html.parser")
    assert "Made from this dataset" in page.get_text()
    assert page.select_one(f'.mig-held a[href$="{table["name"]}"]') is not None

    # a hidden one is not named
    site.call("package_patch", id=table["id"], private=True)
    assert site.call("migration_copies_of", "", id=source["id"])["made_into"] == []
    assert "Made from this dataset" not in str(app.get(f"/dataset/{source['name']}").body)


def test_the_wrong_user_is_refused_and_no_hidden_record_is_named(pair: Two, app: Any) -> None:
    site = pair.site
    for user in (site.editor, pair.rival):
        with pytest.raises(tk.NotAuthorized):
            site.call("migration_copies_decide", user["name"], id=pair.id, decision="same")
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_copies_list", site.stranger["name"])

    portal("decide", id=pair.id, decision="same", lead=pair.theirs["name"])
    site.call("package_patch", pair.rival["name"], id=pair.theirs["id"], private=True)
    assert pair.listed("same") is None
    assert pair.listed("same", pair.rival["name"]) is not None
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_copies_undo", id=pair.id)
    # The original is hidden now: its copy stands alone, and nothing says that there is another.
    assert pair.held(pair.mine) == []
    assert pair.held(pair.mine, pair.rival["name"]) == [pair.theirs["id"]]
    assert pair.hits() == (1, [pair.mine["id"]])
    page = BeautifulSoup(app.get(f"/dataset/{pair.mine['name']}").body, "html.parser")
    assert "Also held by" not in page.get_text()


def test_the_pages(pair: Two, app: Any) -> None:
    admin = factories.SysadminWithToken()
    headers = {"Authorization": admin["token"]}
    page = BeautifulSoup(app.get("/migration/copies?show=proposed", headers=headers).body, "html.parser")
    proposal = page.select_one(f'form[action*="{pair.id}"]').find_parent("li")
    assert "same DOI" in proposal.get_text()
    assert all(title in proposal.get_text() for title in (TITLE["en"], "Kakuma needs"))
    address = f"/migration/copies/{pair.id}"
    app.post(address, data={"decision": "same", "lead": pair.theirs["id"]}, headers=headers)
    shown = BeautifulSoup(app.get(f"/dataset/{pair.mine['name']}").body, "html.parser")
    held = shown.select_one(".mig-held")
    assert "Also held by" in held.get_text()
    assert held.select_one("a")["href"].endswith(pair.theirs["name"])
    assert app.post(address, data={"decision": "undo"}, headers=headers, status=None).status_code == 200
    assert app.post(address, data={"decision": "same"}, headers=pair.site.headers(), status=403)
    assert app.get("/migration/copies", headers=pair.site.headers(pair.site.stranger), status=403)
