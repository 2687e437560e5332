"""Another spelling as a second pass: told as such, and made of nothing but what the reader may see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan.lib.search.common import SearchQueryError

import fixture_world
from registry_site import Site
from search_site import Searching

PLUGINS = "migration migration_search scheming_datasets dcat"
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)
in_a_request = pytest.mark.usefixtures("with_request_context")
CANARY = "zebrafinch"


@pytest.fixture
def world(request: pytest.FixtureRequest, with_plugins: None, non_clean_db: None) -> Site:
    """Make the world once; no test changes it."""
    return fixture_world.standing(request)


def spelt(site: Site, q: str, user: str = "", **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = site.call("package_search", user, q=q, **asked)
    return answer.get("spelling") or {}


def names(site: Site, q: str) -> list[str]:
    return [each["name"] for each in site.call("package_search", "", q=q)["results"]]


@in_a_request
class TestAnswer:
    def test_near_matches_in_a_second_pass_r_1_1_q(self, world: Site) -> None:
        answer = world.call("package_search", "", q="refuge kenia")
        assert (answer["count"], answer["results"]) == (0, [])
        told = answer["spelling"]
        assert told["text"].split()[0] == told["words"]["refuge"]
        assert told["text"].split()[0] in ("refugee", "refugees")
        found = world.call("package_search", "", q=told["text"])
        assert {each["name"] for each in found["results"]} == {"f04", "f05"}
        assert told["count"] == found["count"] == 2

    def test_slips_of_the_pen(self, world: Site) -> None:
        for typed, meant, name in (
            ("Remitance inflows", "Remittance inflows", "f09"),
            ("inflws", "inflows", "f09"),
            ("trafiking", "trafficking", "f03"),
        ):
            assert spelt(world, typed).get("text") == meant, typed
            assert names(world, meant)[0] == name

    def test_nothing_is_told_where_nothing_is_near_or_the_text_is_a_query(self, world: Site) -> None:
        for words in ("qwrtzpl", "refuge qwrtzpl", "kenya", "难民数据集啊", "RFGE", "kenya 20233"):
            assert spelt(world, words) == {}, words
        queries = ('"refuge kenia"', "title:refuge", "+refuge kenia", "refuge -kenya", "refuge OR kenia")
        for text in (*queries, "refuge*", "refuge~1", "refuge^2", "NOT refuge"):
            assert spelt(world, text) == {}, text

    def test_the_rest_of_the_search_holds(self, world: Site) -> None:
        assert spelt(world, "refuge kenia", fq='country:"SDN"') == {}
        assert spelt(world, "refuge kenia", fq='organization:"unhcr"')["count"] == 2
        assert spelt(world, "refuge kenia", ext_any_of={"organization": ["ilo"]}) == {}
        assert spelt(world, "refuge kenia", ext_from="2024", ext_to="2024")["count"] == 1

        assert spelt(world, "refuge kenia", ext_spelling="off") == {}
        with pytest.raises(SearchQueryError, match="ext_spelling"):
            world.call("package_search", "", q="refuge", ext_spelling="on")
        assert spelt(world, "inflws", start=10) == {}
        assert spelt(world, "inflws", ext_scan="after:") == {}

    def test_no_word_of_a_hidden_record_lk_09(self, world: Site) -> None:
        everything = {"include_private": True, "include_drafts": True}
        for reader in ("", world.stranger["name"]):
            for typed in ("zebrafinsh", "zebrafinc", "Zebrefinch", "site zebrafnch", "zebrafinch"):
                answer = world.call("package_search", reader, q=typed, **everything)
                assert not answer.get("spelling"), typed
                widened = world.call("migration_search_widen", reader, q=typed, **everything)
                assert f"{CANARY}-" not in json.dumps([answer, widened], default=str)
        seen = spelt(world, "zebrafinsh", world.editor["name"], **everything)
        assert (seen["text"], seen["count"]) == (CANARY, 1)
        # a member who searches what is public is told what is public
        assert spelt(world, "zebrafinsh", world.editor["name"]) == {}


@in_a_request
def test_each_language_is_spelt_in_its_own_letters_sr_15(empty_site: Site) -> None:
    for language, title, typed, meant in (
        ("fr", "Évaluation des campements", "évalution", "évaluation"),
        ("es", "Encuesta de movilidad", "encueta de movilidad", "encuesta de movilidad"),
        ("ru", "Обследование домохозяйств", "обследвание", "обследование"),
        ("ar", "مسح الأسر المعيشية", "المعيشـــبة", "المعيشية"),
        ("zh", "难民营地调查", "难民营地调差", None),
    ):
        made = empty_site.create(title_translated={language: title}, tags_translated={})
        assert spelt(empty_site, typed).get("text") == meant
        if meant:
            assert names(empty_site, meant) == [made["name"]]


@in_a_request
def test_a_word_that_has_just_been_hidden_is_not_told_lk_20(searching: Searching, site: Site) -> None:
    shown = site.create(title_translated={"en": f"Count of {CANARY}"})
    assert spelt(site, "zebrafinsh")["text"] == CANARY
    with searching.away():
        site.call("package_patch", id=shown["id"], private=True)
    assert spelt(site, "zebrafinsh") == {}


def soup(reply: Any) -> BeautifulSoup:
    assert reply.status_code == 200
    return BeautifulSoup(reply.body, "html.parser")


class TestPage:
    def test_nothing_found_shows_near_matches_and_says_so(self, world: Site, app: Any) -> None:
        page = soup(app.get("/dataset/?q=refuge+kenia"))
        assert page.select_one(".mig-result-count").get_text(strip=True) == "0 datasets"
        assert page.select_one(".mig-empty h2").text == "No exact matches for “refuge kenia”."
        assert page.select_one(".mig-wider h2").text.startswith("Near matches for “refugee")
        links = [link["href"] for link in page.select(".mig-wider .mig-hit h2 a, .mig-wider .mig-hit h3 a")]
        assert {link.rsplit("/", maxsplit=1)[1] for link in links} == {"f04", "f05"}
        exactly = page.find("a", string="Search for exactly what I typed")
        as_typed = soup(app.get(exactly["href"]))
        assert "Near matches" not in as_typed.text
        assert as_typed.select_one(".mig-empty h2").text == "Nothing matches exactly."

        french = soup(app.get("/fr/dataset/?q=refuge+kenia"))
        assert (
            french.select_one(".mig-empty h2").text == "Aucune correspondance exacte pour « refuge kenia »."
        )
        assert french.select_one(".mig-wider h2").text.startswith("Correspondances proches pour «")

    def test_few_hits_stay_and_the_other_spelling_is_a_question(self, empty_site: Site, app: Any) -> None:
        one = empty_site.create(title_translated={"en": "Boats in the harbour"}, tags_translated={})
        for number in range(4):
            title = {"en": f"Harbour with fishermen {number}"}
            empty_site.create(title_translated=title, tags_translated={})
        page = soup(app.get("/dataset/?q=boats+harbour+fishermn"))
        asked = page.select_one(".mig-spelling").get_text(" ", strip=True)
        assert asked == "Did you mean boats harbour fishermen 5"
        assert [one["name"] in str(hit) for hit in page.select(".mig-hit")] == [True]
        assert len(soup(app.get(page.select_one(".mig-spelling a")["href"])).select(".mig-hit")) == 5
