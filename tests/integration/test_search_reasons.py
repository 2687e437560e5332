"""Why a dataset was found: true, in the reader's language, and of nothing that is hidden."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

from registry_site import Site
from search_site import Searching


def create(site: Site, title: str, language: str = "en", **values: Any) -> str:
    record = {
        "title_translated": {language: title},
        "notes_translated": {language: "Figures of a survey made for this test, household by household."},
        "tags_translated": {},
        "migration_theme": ["remittances"],
        "population_group": [],
        **values,
    }
    return str(site.create(**record)["name"])


def reasons(searching: Searching, name: str, words: str) -> list[tuple[str, str]]:
    found = searching.find(q=words)
    dataset = next(each["id"] for each in found["results"] if each["name"] == name)
    return [(each["kind"], each["code"]) for each in found["reasons"][dataset]]


def test_each_way_is_told_for_what_it_is_sr_15(searching: Searching, site: Site) -> None:
    coded = create(site, "Baseline round 5", population_group=["idps"])
    below = create(site, "Baseline round 6", population_group=["idps-location-return"])
    named = create(site, "Suivi des déplacés internes", "fr")
    assert reasons(searching, coded, "déplacés internes") == [("concept", "idps")]
    assert reasons(searching, below, "IDP") == [("narrower", "idps")]
    assert ("label", "idps") in reasons(searching, named, "IDP")
    assert ("title", "") in reasons(searching, named, "déplacés internes")
    assert reasons(searching, coded, "Baseline round 5")[0] == ("exact", "")
    assert reasons(searching, coded, "household") == [("description", "")]


def test_without_words_there_is_nothing_to_explain(searching: Searching, site: Site) -> None:
    create(site, "Baseline round 5")
    assert searching.find(q="*:*")["reasons"] == {}
    assert searching.find(q="title:baseline")["reasons"] == {}


def test_the_page_says_it_in_the_readers_language(empty_site: Site, app: Any) -> None:
    create(empty_site, "Baseline round 5", population_group=["idps"])
    create(empty_site, "Baseline round 6", population_group=["idps"], private=True)
    page = BeautifulSoup(app.get("/fr/dataset?q=internally+displaced").body, "html.parser")
    (why,) = page.select(".mig-why")
    assert why.summary.get_text(strip=True) == "Pourquoi ce résultat"
    (reason,) = why.select("li")
    assert reason.get_text() == (
        "Décrit par « Personnes déplacées internes », ce que signifie « internally displaced »."
    )
    evil = app.get("/dataset?q=%3Cscript%3Ealert(1)%3C/script%3E+IDP").body
    assert "<script>alert(1)" not in evil
