"""The panel of filters as a reader gets it, without a script."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup

from ckanext.migration.logic import auth
from registry_site import Site

PLUGINS = "migration migration_search scheming_datasets dcat"
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)


def soup(reply: Any, status: int = 200) -> BeautifulSoup:
    assert reply.status_code == status
    return BeautifulSoup(reply.body, "html.parser")


def chips(page: BeautifulSoup) -> list[str]:
    return [chip.get_text(" ", strip=True).split(" remove")[0] for chip in page.select(".mig-chip")]


def number(page: BeautifulSoup) -> str:
    return page.select_one(".mig-result-count").get_text(strip=True)


def values(page: BeautifulSoup, facet: str) -> dict[str, str]:
    links = page.select(f"section[aria-labelledby=facet-{facet}] a.mig-facet-value[href]")
    return {link.bdi.text: link["href"] for link in links if link.bdi}


@pytest.fixture
def three(empty_site: Site) -> Site:
    empty_site.create(
        name="niger",
        spatial_coverage=["NER"],
        corridors=[{"origin": "NER", "destination": "LBY", "transit": ["DZA"]}],
    )
    empty_site.create(
        name="kenya", spatial_coverage=["KEN"], temporal_coverage=[{"start": "2010", "end": "2012"}]
    )
    empty_site.create(name="world", spatial_coverage=["001"], temporal_coverage=[{"start": "2010"}])
    return empty_site


def test_a_tree_of_places_leads_to_what_is_inside(three: Site, app: Any) -> None:
    page = soup(app.get("/dataset"))
    places = values(page, "country")
    assert {"Africa", "Western Africa", "Niger", "World"} <= set(places)
    niger = page.find("bdi", string="Niger")
    above = [
        branch.summary.get_text(strip=True) for branch in niger.find_parents("details", "mig-facet-branch")
    ]
    assert above == ["Inside Western Africa", "Inside Sub-Saharan Africa", "Inside Africa"]
    africa = soup(app.get(places["Africa"]))
    assert number(africa) == "2 datasets"
    assert chips(africa) == ["Place: Africa"]
    chosen = soup(app.get(values(africa, "country")["Niger"]))
    assert "2 datasets" in number(chosen)  # one of several values of a facet: Niger is in Africa already
    only = soup(app.get("/dataset?country=NER"))
    assert number(only) == "1 dataset"
    assert only.select_one("details.mig-facet-branch[open]")
    wider = only.select_one(".mig-filter-switches a")
    assert number(soup(app.get(wider["href"]))) == "2 datasets"


def test_forms_keep_what_is_chosen_and_ask_by_the_address(three: Site, app: Any) -> None:
    page = soup(app.get("/dataset?country=002&q=displacement&ext_from=2011&ext_to=2011"))
    assert number(page) == "1 dataset"
    assert chips(page) == ["Words: displacement", "Place: Africa", "Period: 2011"]
    form = page.select_one("#filter-from").find_parent("form")
    kept = {(field["name"], field["value"]) for field in form.select("input[type=hidden]")}
    assert kept == {("country", "002"), ("q", "displacement")}
    assert page.select_one("#filter-from")["value"] == "2011"
    search = page.select_one("form.mig-search-page")
    assert {"ext_from", "ext_to", "country"} <= {
        field["name"] for field in search.select("input[type=hidden]")
    }
    assert number(soup(app.get("/dataset?ext_bbox=13,20,14,21"))) == "1 dataset"


def test_a_corridor_is_chosen_among_the_pairs_there_are(three: Site, app: Any) -> None:
    page = soup(app.get("/dataset"))
    origins = [option["value"] for option in page.select("#filter-ext_origin option")]
    assert origins == ["", "NER", "002", "202", "011"]
    found = soup(app.get("/dataset?ext_origin=NER&ext_destination=LBY&ext_transit=DZA"))
    assert number(found) == "1 dataset"
    assert chips(found) == ["From: Niger", "To: Libya", "Through: Algeria"]
    shown = soup(app.get("/dataset/niger")).get_text(" ", strip=True)
    assert "From Niger to Libya, through Algeria" in shown


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("ext_from=2020-13", "ext_from", "“2020-13” is not a date"),
        ("ext_from=2024&ext_to=2023", "ext_to", "The end of the period lies before its beginning."),
        ("ext_bbox=999,0,1,<b>", "ext_bbox", "“999,0,1,<b>” is not a box"),
        ("ext_place=ZZZ", "", "The filter ext_place does not know “ZZZ”."),
    ],
)
def test_sr_11_the_page_names_the_field_and_keeps_the_rest(
    site: Site, app: Any, query: str, name: str, words: str
) -> None:
    page = soup(app.get(f"/dataset?q=zebra&{query}", status=400), 400)
    assert words in page.select_one("#filter-problem").text
    assert [field["name"] for field in page.select("[aria-invalid]")] == ([name] if name else [])
    assert page.select_one("#field-giant-search")["value"] == "zebra"
    assert not page.select("b")
    inside = app.get(f"/organization/{site.agency_name}?{query}", status=400)
    assert words in soup(inside, 400).select_one("#filter-problem").text


def test_all_values_of_a_facet_have_a_page(three: Site, app: Any) -> None:
    page = soup(app.get("/dataset/filter/country?_find=nig&language=en"))
    assert [link.bdi.text for link in page.select(".mig-facet-value")] == ["Niger"]
    assert "language=en" in page.select_one(".mig-facet-value")["href"]
    assert number(soup(app.get(page.select_one(".mig-facet-value")["href"]))) == "1 dataset"
    part = app.get("/dataset/filter/country?_find=السودان&_part=1")
    assert "0 values" in part.body
    assert "<html" not in part.body
    french = soup(app.get("/fr/dataset/filter/country?_find=afr"))
    assert "Afrique" in french.get_text()
    assert app.get("/dataset/filter/permission_labels", status=404)
    assert app.get("/dataset/filter/country?ext_from=x", status=400)
    inside = soup(app.get(f"/dataset/filter/country?_agency={three.agency_name}"))
    assert f"/organization/{three.agency_name}?" in inside.select_one(".mig-facet-value")["href"]


@pytest.mark.usefixtures("with_request_context")
def test_lk_02_values_of_a_facet_are_those_that_the_reader_may_see(three: Site) -> None:
    three.create(spatial_coverage=["ETH"], private=True)

    def asked(user: str, **more: Any) -> dict[str, Any]:
        return three.call("migration_facet_values", user, facet="country", include_private=True, **more)

    for reader in ("", three.stranger["name"]):
        assert asked(reader, find="eth")["values"] == []
    seen = asked(three.editor["name"], find="eth")["values"]
    assert [(each["name"], each["count"]) for each in seen] == [("ETH", 1)]
    chosen = asked("", ext_any_of={"country": ["NER"]}, find="Кения")["values"]  # its Russian name
    assert chosen == [{"name": "KEN", "label": "Kenya", "count": 1, "chosen": False, "added": 1}]
    first, second = asked("", limit=2)["values"], asked("", limit=2, offset=2)["values"]
    assert len(first) == len(second) == 2
    assert {each["name"] for each in first}.isdisjoint(each["name"] for each in second)
    for wrong in ({"facet": "permission_labels"}, {"limit": 0}, {"limit": "x"}, {"offset": -1}):
        with pytest.raises(tk.ValidationError):
            three.call("migration_facet_values", "", **{"facet": "country", **wrong})


def test_who_may_not_search_may_not_look_through_facets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_rest: Any) -> bool:
        raise tk.NotAuthorized(name)

    monkeypatch.setattr(auth.tk, "check_access", refuse)
    with pytest.raises(tk.NotAuthorized, match="package_search"):
        auth.migration_facet_values({}, {})
