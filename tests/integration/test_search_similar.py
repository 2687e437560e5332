"""Similar datasets: why they are, nothing where nothing is, and nothing of what a reader may not see."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib.search import SearchError

from ckanext.migration.logic import auth
from registry_site import Site

pytestmark = pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat")

CANARY = "zwergspitzkanarie"
SERIES = {"title": "Tracking", "uri": "https://agency.example.org/series/tracking"}


def describe(name: str, title: str, notes: str, **fields: Any) -> dict[str, Any]:
    texts = {"title_translated": {"en": title}, "notes_translated": {"en": notes}}
    return {"name": name, **texts, "tags_translated": {}, **fields}


REMITTANCES = describe(
    "remittances",
    "Remittance inflows",
    "Money that workers abroad send to their families, by quarter and corridor, from central banks.",
    migration_theme=["remittances"],
    population_group=["migrant-workers"],
    spatial_coverage=["MEX"],
    collection_method=[],
)


def similar(site: Site, name: str, user: str = "", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = site.call("migration_dataset_similar", user, id=name, **more)
    return found


def names(answer: dict[str, Any]) -> list[str]:
    return [each["dataset"]["name"] for each in answer["results"]]


@pytest.mark.usefixtures("with_request_context")
def test_what_shares_more_comes_first_and_says_what_it_shares(empty_site: Site) -> None:
    empty_site.create(name="source")
    other = "People who crossed a border, counted by teams at bus stations along the way to the coast."
    empty_site.create(**describe("theme-and-place", "Counts at stations", other, population_group=[]))
    empty_site.create(
        **describe(
            "theme-and-people",
            "Counts on the coast",
            other,
            spatial_coverage=["TCD"],
            collection_method=["census"],
        )
    )
    notes = "Prices of bread and fuel on the markets of towns."
    bare: dict[str, Any] = {"population_group": [], "collection_method": []}
    empty_site.create(
        **describe("place-only", "Prices of bread", notes, migration_theme=["remittances"], **bare)
    )
    empty_site.create(**REMITTANCES)
    found = similar(empty_site, "source")
    assert names(found) == ["theme-and-place", "theme-and-people"]
    assert [each["shared"] for each in found["results"]] == [
        ["theme", "place", "method"],
        ["theme", "population"],
    ]
    assert found["results"][1]["why"] == "In common: theme and population group"
    assert found["rounds"] == 0


@pytest.mark.usefixtures("with_request_context")
def test_nothing_where_nothing_is_similar_enough(empty_site: Site) -> None:
    empty_site.create(name="source")
    empty_site.create(**REMITTANCES)
    assert similar(empty_site, "source") == {"results": [], "rounds": 0}
    assert similar(empty_site, "remittances") == {"results": [], "rounds": 0}


@pytest.mark.usefixtures("with_request_context")
def test_nearly_the_same_words_are_enough(empty_site: Site) -> None:
    text = "Quarterly money transfers of seasonal pickers between orchards and villages, by operator."
    own: dict[str, Any] = {"population_group": [], "collection_method": []}
    empty_site.create(**describe("one", "Transfers of pickers", text, migration_theme=["remittances"], **own))
    empty_site.create(
        **describe(
            "two",
            "Transfers of pickers",
            text,
            migration_theme=["labour-migration"],
            spatial_coverage=["MEX"],
            **own,
        )
    )
    found = similar(empty_site, "one")
    assert names(found) == ["two"]
    assert found["results"][0]["shared"] == ["words"]


@pytest.mark.usefixtures("with_request_context")
def test_rounds_of_the_series_come_first_and_leave_room_for_others(empty_site: Site) -> None:
    for number in range(1, 7):
        empty_site.create(
            name=f"round-{number}", in_series=[SERIES], temporal_coverage=[{"end": f"202{number}"}]
        )
    for number in (1, 2):
        empty_site.create(name=f"other-{number}", in_series=[{"title": "Another"}])
    found = similar(empty_site, "round-2")
    assert names(found)[:3] == ["round-6", "round-5", "round-4"]
    assert len(names(found)) == 4, "the other series is one entry"
    assert names(found)[3].startswith("other-")
    assert [each["why"] for each in found["results"]][:3] == ["Same series"] * 3
    assert found["rounds"] == 6
    assert len(similar(empty_site, "round-2", rows=2)["results"]) == 2


@pytest.mark.usefixtures("with_request_context")
def test_lk_06_lk_09_a_hidden_record_is_similar_to_nothing(empty_site: Site) -> None:
    empty_site.create(name="source", in_series=[SERIES])
    empty_site.create(name="seen")
    hidden = {"private": True, "title_translated": {"en": CANARY}, "in_series": [{**SERIES, "title": CANARY}]}
    empty_site.create(name=CANARY, **hidden)
    for user in ("", empty_site.stranger["name"]):
        found = similar(empty_site, "source", user)
        assert names(found) == ["seen"]
        assert found["rounds"] == 1
        assert CANARY not in json.dumps(found)
        with pytest.raises(tk.NotAuthorized):
            similar(empty_site, CANARY, user)
    seen = similar(empty_site, "source", empty_site.editor["name"])
    assert names(seen) == [CANARY, "seen"]


@pytest.mark.usefixtures("with_request_context")
def test_lk_09_words_of_a_hidden_record_find_nothing(empty_site: Site) -> None:
    """Who guesses what a hidden record says learns neither by results nor by the total that it is so."""
    empty_site.create(name="seen")
    notes = f"{CANARY} tracks {CANARY} along the whole {CANARY} road in the winter of the long night."
    empty_site.create(private=True, **describe("hidden", CANARY, notes, migration_theme=["remittances"]))
    guess = {"words": {"en": notes}, "migration_theme": ["remittances"], "country": ["SDN"]}
    for user in ("", empty_site.stranger["name"]):
        found = empty_site.call("package_search", user, include_private=True, ext_like=json.dumps(guess))
        assert (found["count"], found["results"]) == (0, [])
    found = empty_site.call("package_search", include_private=True, ext_like=guess)
    assert [each["name"] for each in found["results"]] == ["hidden"]


@pytest.mark.usefixtures("with_request_context")
def test_lk_20_what_became_private_a_moment_ago(empty_site: Site) -> None:
    empty_site.create(name="source")
    made = empty_site.create(name="other")
    assert names(similar(empty_site, "source")) == ["other"]
    model.Session.query(model.Package).filter_by(id=made["id"]).update({"private": True})
    model.Session.commit()
    assert names(similar(empty_site, "source")) == []


@pytest.mark.usefixtures("with_request_context")
def test_what_cannot_be_understood_is_refused(site: Site) -> None:
    for wrong in ("x", "[]", '{"words": "text"}'):
        with pytest.raises(SearchError, match="ext_like"):
            site.call("package_search", "", ext_like=wrong)
    made = site.create()
    for rows in (0, 21, "x"):
        with pytest.raises(tk.ValidationError):
            similar(site, made["id"], rows=rows)
    with pytest.raises(tk.ValidationError):
        site.call("migration_dataset_similar", "")


def test_who_may_not_read_may_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(name: str, *_rest: Any) -> bool:
        asked.append(name)
        raise tk.NotAuthorized(name)

    monkeypatch.setattr(auth.tk, "check_access", refuse)
    with pytest.raises(tk.NotAuthorized, match="package_show"):
        auth.migration_dataset_similar({}, {"id": "x"})
    assert asked == ["package_show"]


def test_the_panel_of_the_page(app: Any, empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_site.create(name="source")
    empty_site.create(name="other", title_translated={"en": "Another <b>one</b>"})
    empty_site.create(**REMITTANCES)
    page = BeautifulSoup(app.get("/fr/dataset/source").body, "html.parser")
    panel = page.select_one(".mig-similar")
    assert [a["href"] for a in panel.select("a")] == ["/fr/dataset/other"]
    assert "Another <b>one</b>" in panel.get_text()
    assert "En commun : thème, pays" in panel.get_text()
    assert ".mig-similar" not in app.get("/dataset/remittances").body
    assert (
        BeautifulSoup(app.get("/dataset/remittances").body, "html.parser").select_one(".mig-similar") is None
    )
    monkeypatch.setitem(tk.config, "solr_url", "http://127.0.0.1:9")
    away = BeautifulSoup(app.get("/dataset/source").body, "html.parser")
    assert away.select_one("h1") is not None, "the page stands without the panel"
    assert away.select_one(".mig-similar") is None
