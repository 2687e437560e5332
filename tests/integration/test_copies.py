"""The same dataset from several holders: proposed, decided, one hit of a search, undone (R-3.1-l)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

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
