"""Datasets side by side: the action, the page, and who may see what (issue 5, item 8)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup

from registry_site import Site

STOCK: dict[str, Any] = {
    "statistic_type": ["stock"],
    "defining_criterion": ["birth"],
    "unit_of_analysis": ["individual"],
    "collection_method": ["census"],
    "population_group": ["foreign-born"],
    "migration_theme": ["stocks"],
    "displacement_cause": [],
}
FLOW: dict[str, Any] = {
    **STOCK,
    "statistic_type": ["flow"],
    "flow_direction": ["inflow"],
    "minimum_stay": "P12M",
    "corridors": [{"origin": "NER", "destination": "LBY"}],
}


@pytest.fixture
def three(site: Site) -> tuple[str, str, str]:
    """A stock, a flow, and a private stock."""
    return (
        site.create(title_translated={"en": "Foreign-born residents"}, **STOCK)["name"],
        site.create(title_translated={"en": "Arrivals in a year"}, **FLOW)["name"],
        site.create(title_translated={"en": "Okapi, not for everybody"}, private=True, **STOCK)["name"],
    )


def test_the_action_tells_verdict_reasons_and_definitions(
    site: Site, three: tuple[str, str, str], app: Any
) -> None:
    stock, flow, hidden = three
    reply = app.get(f"/api/3/action/migration_compare?ids={stock}&ids={flow}")
    found = reply.json["result"]
    assert found["verdict"] == "not-comparable"
    assert [dataset["name"] for dataset in found["datasets"]] == [stock, flow]
    (pair,) = found["pairs"]
    assert pair["reasons"][0]["rule"] == "stock-and-flow"
    stay = next(row for row in found["datasets"][1]["passport"] if row["aspect"] == "minimum-stay")
    assert stay["values"] == [{"code": "P12M", "label": "12 months", "help": ""}]
    french = site.call("migration_compare", ids=[stock, hidden], lang="fr")
    assert french["verdict"] == "comparable"
    assert french["pairs"][0]["reasons"][0]["reason"] == "Tous deux sont le même type de statistique."


def test_a_hidden_record_is_as_unknown_as_one_that_does_not_exist(
    site: Site, three: tuple[str, str, str], app: Any
) -> None:
    stock, _, hidden = three
    for user in (site.stranger, None):
        headers = site.headers(user) if user else {}
        told = []
        for other in (hidden, "no-such-dataset"):
            reply = app.get(
                f"/api/3/action/migration_compare?ids={stock}&ids={other}", headers=headers, status=404
            )
            told.append({key: value for key, value in reply.json["error"].items() if key != "help"})
            page = app.get(f"/compare?id={stock}&id={other}", headers=headers, status=404)
            assert "Okapi" not in page.body
            file = app.get(f"/compare.json?id={stock}&id={other}", headers=headers, status=404)
            assert file.json == {"error": "Dataset not found"}
            assert app.get(f"/compare?id={other}", headers=headers, status=404)
        assert told[0] == told[1]
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_compare", site.stranger["name"], ids=[hidden, stock])
    reply = app.get(f"/compare?id={stock}&id={hidden}", headers=site.headers())
    assert "Okapi" in reply.body


@pytest.mark.parametrize("number", [0, 1, 5])
def test_two_to_four_can_be_compared(site: Site, three: tuple[str, str, str], number: int) -> None:
    with pytest.raises(tk.ValidationError, match="two to 4"):
        site.call("migration_compare", ids=[three[0]] * number)


def test_the_same_dataset_under_two_names_is_refused(site: Site, three: tuple[str, str, str]) -> None:
    package = site.call("package_show", id=three[0])
    with pytest.raises(tk.ValidationError, match="twice"):
        site.call("migration_compare", ids=[package["name"], package["id"]])


def test_the_page_shows_definitions_side_by_side_and_helps_to_choose(
    site: Site, three: tuple[str, str, str], app: Any
) -> None:
    stock, flow, _ = three
    page = BeautifulSoup(app.get(f"/compare?id={stock}&id={flow}").body, "html.parser")
    assert "Not comparable" in page.select_one(".mig-verdict").text
    assert "One is a stock, the other a flow." in page.select_one(".mig-compare-reasons").text
    rows = {
        row.th.contents[0].strip(): [cell.find_all("bdi") for cell in row("td")]
        for row in page.select(".mig-compare-table tbody tr")
    }
    assert [[bdi.text for bdi in cell] for cell in rows["Type of statistic"]] == [["Stock"], ["Flow"]]
    assert not rows["Minimum stay"][0], "not stated"
    first = page.select_one("a.mig-remove")["href"]
    assert first == f"/compare?id={flow}"
    alone = BeautifulSoup(app.get(first).body, "html.parser")
    assert alone.select_one(".mig-verdict") is None
    found = BeautifulSoup(app.get(f"/compare?id={flow}&q=foreign-born").body, "html.parser")
    assert f"/compare?id={flow}&id={stock}" in [a["href"] for a in found.select(".mig-compare-offered a")]
    dataset = BeautifulSoup(app.get(f"/dataset/{flow}").body, "html.parser")
    assert "12 months" in dataset.select_one(".mig-passport").text
    assert dataset.select_one(".mig-passport a")["href"] == f"/compare?id={flow}"
    hits = BeautifulSoup(app.get("/dataset?q=foreign-born").body, "html.parser")
    box = hits.select_one(f"input[name=id][value={stock}]")
    assert hits.select_one(f"form#{box['form']}")["action"] == "/compare"
    too_many = app.get(
        f"/compare?{'&'.join(f'id={name}' for name in three * 2)}&id=x", headers=site.headers(), status=404
    )
    assert "Dataset not found" in too_many.body


def test_page_without_a_choice_helps_to_choose(site: Site, app):
    reply = app.get("/compare")

    assert reply.status_code == 200
    assert 'name="q"' in reply.body
