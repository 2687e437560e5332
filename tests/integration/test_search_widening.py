"""A search without hits widens step by step and shows nobody more than a search would."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.lib.search import SearchError

from ckanext.migration.logic import auth
from registry_site import Site

PLUGINS = "migration migration_search scheming_datasets dcat"
RESTRICTED = {
    "access_rights": "RESTRICTED",
    "access_mode": "licensed",
    "access_procedure_translated": {"en": "Write to the data team; they answer within ten days."},
    "access_url": "https://agency.example.org/request",
}
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)


def widen(site: Site, user: str = "", **parameters: Any) -> dict[str, Any]:
    return site.call("migration_search_widen", user, **parameters)


def told(answer: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(step["kind"], step["text"], step["count"]) for step in answer["steps"]]


@pytest.mark.usefixtures("with_request_context")
class TestAction:
    def test_exact_hits_are_not_widened(self, empty_site: Site) -> None:
        empty_site.create()
        assert widen(empty_site, q="displacement") == {"count": 1, "steps": [], "results": []}

    def test_any_of_the_words(self, empty_site: Site) -> None:
        made = empty_site.create()
        answer = widen(empty_site, q="displacement zebra")
        assert answer["count"] == 0
        assert told(answer) == [("any-word", "With any of the words “displacement zebra”", 1)]
        assert [each["id"] for each in answer["results"]] == [made["id"]]
        assert answer["steps"][0]["parameters"] == [("q", "displacement zebra"), ("ext_words", "any")]

    def test_each_filter_the_last_first(self, empty_site: Site) -> None:
        empty_site.create()
        empty_site.create(spatial_coverage=["TCD"], **RESTRICTED)
        answer = widen(empty_site, fq='country:"SDN" +dataset_type:dataset access_rights:"RESTRICTED"')
        assert told(answer)[:2] == [
            ("without-filter", "Without “Restricted” (Access)", 1),
            ("without-filter", "Without “Sudan” (Place)", 1),
        ]

    def test_a_country_goes_up_to_its_regions(self, empty_site: Site) -> None:
        empty_site.create(spatial_coverage=["EGY"])
        empty_site.create(spatial_coverage=["KEN"])
        empty_site.create(spatial_coverage=["AFG"])
        steps = widen(empty_site, fq='country:"SDN"')["steps"]
        places = [(step["text"], step["count"]) for step in steps if step["kind"] == "wider-place"]
        assert places == [
            ("Anywhere in Northern Africa, not only in Sudan", 1),
            ("Anywhere in Africa, not only in Sudan", 2),
        ]

    def test_a_region_finds_records_about_the_region_itself(self, empty_site: Site) -> None:
        made = empty_site.create(spatial_coverage=["002"])
        found = empty_site.call("package_search", "", ext_place="002")
        assert [each["id"] for each in found["results"]] == [made["id"]]
        assert empty_site.call("package_search", "", ext_place="015")["count"] == 0

    def test_a_region_goes_up_to_the_world(self, empty_site: Site) -> None:
        empty_site.create(spatial_coverage=["AFG"])
        answer = widen(empty_site, ext_place="015")
        assert told(answer) == [("wider-place", "Anywhere in the world, not only in Northern Africa", 1)]
        assert answer["steps"][0]["parameters"] == []

    def test_larger_areas_come_after_the_regions(self, empty_site: Site) -> None:
        empty_site.create(spatial_coverage=["001"])
        answer = widen(empty_site, fq='country:"SDN"')
        assert answer["count"] == 0
        steps = [step for step in answer["steps"] if step["kind"] == "larger-areas"]
        assert steps == []  # a filter of Solr's language means what it says
        chosen = widen(empty_site, ext_any_of={"country": ["SDN"]})["steps"]
        assert [(step["kind"], step["count"]) for step in chosen] == [
            ("without-filter", 1),
            ("larger-areas", 1),
        ]
        assert chosen[1]["text"] == "Also data about larger areas than Sudan"
        assert chosen[1]["parameters"] == [("country", "SDN"), ("ext_world", "in")]

    def test_years_around(self, empty_site: Site) -> None:
        empty_site.create(temporal_coverage=[{"start": "2016-01-01", "end": "2016-12-31"}])
        steps = widen(empty_site, fq='reference_year:"2020"')["steps"]
        periods = [step for step in steps if step["kind"] == "wider-period"]
        assert [step["text"] for step in periods] == ["Years 2015–2025, not only 2020"]
        assert periods[0]["parameters"] == [("ext_from", "2015"), ("ext_to", "2025")]
        open_end = widen(empty_site, ext_from="2020")["steps"]
        assert [step["text"] for step in open_end] == ["Years 2015–, not only 2020–"]

    def test_without_the_words(self, empty_site: Site) -> None:
        empty_site.create()
        answer = widen(empty_site, q="zebra", fq='country:"SDN"')
        assert [step["kind"] for step in answer["steps"]] == ["without-words"]

    @pytest.mark.parametrize("fq", ['(country:"SDN" OR country:"TCD")', '-country:"TCD" country:"SDN"'])
    def test_a_filter_of_another_form_is_never_let_go(self, empty_site: Site, fq: str) -> None:
        empty_site.create(spatial_coverage=["AFG"])
        assert {step["kind"] for step in widen(empty_site, q="zebra", fq=fq)["steps"]} <= {"without-filters"}
        empty_site.create(spatial_coverage=["KEN"])
        assert widen(empty_site, fq=fq + ' country:"EGY"')["steps"] == []

    def test_lk_02_steps_count_only_what_the_reader_may_see(self, empty_site: Site) -> None:
        hidden = empty_site.create(private=True, title_translated={"en": "Zebra crossing"})
        asked = {"q": "zebra unheard", "fq": 'country:"TCD"', "include_private": True, "include_drafts": True}
        for reader in ("", empty_site.stranger["name"]):
            for parameters in (asked, {**asked, "q": "zebra"}, {**asked, "fq": ""}):
                answer = widen(empty_site, reader, **parameters)
                assert answer == {"count": 0, "steps": [], "results": []}
        seen = widen(empty_site, empty_site.editor["name"], **{**asked, "fq": ""})
        assert [each["id"] for each in seen["results"]] == [hidden["id"]]

    def test_who_may_not_search_may_not_widen(
        self, empty_site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(name: str, *_rest: Any) -> bool:
            raise tk.NotAuthorized(name)

        monkeypatch.setattr(auth.tk, "check_access", refuse)
        with pytest.raises(tk.NotAuthorized, match="package_search"):
            auth.migration_search_widen({}, {})

    @pytest.mark.parametrize("extras", [{"ext_words": "some"}, {"ext_place": "ZZZ"}])
    def test_a_parameter_that_is_not_understood_is_refused(
        self, empty_site: Site, extras: dict[str, str]
    ) -> None:
        with pytest.raises(SearchError, match=next(iter(extras))):
            empty_site.call("package_search", "", **extras)


def soup(reply: Any) -> BeautifulSoup:
    assert reply.status_code == 200
    return BeautifulSoup(reply.body, "html.parser")


def test_the_page_keeps_the_count_of_nothing_and_says_what_is_shown(empty_site: Site, app: Any) -> None:
    empty_site.create(spatial_coverage=["EGY"])

    page = soup(app.get("/dataset?country=SDN&q=displacement"))

    assert page.select_one(".mig-result-count").get_text(strip=True) == "0 datasets"
    assert page.select_one(".mig-wider h2").text == "Shown instead: Without “Sudan” (Place)"
    assert len(page.select(".mig-wider .mig-hit")) == len(page.select(".mig-hit")) == 1
    links = {link.text: link["href"] for link in page.select(".mig-tries a")}
    wider = soup(app.get(links["Anywhere in Northern Africa, not only in Sudan"]))
    assert len(wider.select(".mig-hit")) == 1
    assert not wider.select(".mig-wider")
    chips = [chip.get_text(" ", strip=True).split(" remove")[0] for chip in wider.select(".mig-chip")]
    assert chips == ["Words: displacement", "Place: Northern Africa"]
    assert "country=015" in links["Anywhere in Northern Africa, not only in Sudan"]


def test_the_page_speaks_french(empty_site: Site, app: Any) -> None:
    empty_site.create(spatial_coverage=["EGY"])

    page = soup(app.get("/fr/dataset?country=SDN"))

    assert page.select_one(".mig-wider h2").text == "Affiché à la place : Sans « Soudan » (Lieu)"


def test_an_agency_page_stays_in_the_agency(empty_site: Site, app: Any) -> None:
    made = empty_site.create(spatial_coverage=["EGY"])
    page = soup(app.get(f"/organization/{empty_site.agency_name}?country=SDN"))
    assert made["name"] in str(page.select(".mig-wider .mig-hit"))
    assert all(empty_site.agency_name in link["href"] for link in page.select(".mig-tries a"))
