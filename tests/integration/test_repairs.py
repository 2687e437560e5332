"""Repairs that are one click away: shown before, allowed to editors only, saved as any edit is."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup

from ckanext.migration.shared import KEEP_INVALID
from registry_site import Site, complete

BROKEN = {
    "issued": "31/12/2023",
    "spatial_coverage": ["Syria"],
    "frequency": "every now and then",
    "resources": [{"url": "https://agency.example.org/data.csv", "license": "Creative Commons BY 4.0"}],
}


@pytest.fixture
def broken(site: Site) -> dict[str, Any]:
    """Give a private record as a harvest keeps it: with values of a wrong form."""
    context = {**site.context(), KEEP_INVALID: True}
    package = {**complete(), **BROKEN, "owner_org": site.agency, "private": True}
    return tk.get_action("package_create")(context, package)


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.body, "html.parser")


def test_a_preview_saves_nothing(site: Site, broken: dict[str, Any]) -> None:
    answer = site.call("migration_repair", id=broken["name"], preview=True)

    told = {one["field"]: one for one in answer["repairs"]}
    assert told["issued"]["new"] == "2023-12-31"
    assert told["spatial_coverage"]["shown"] == "Syrian Arab Republic (SYR)"
    assert told["format"]["new"] == "CSV"
    assert answer["saved"] is False
    assert answer["after"]["violations"] < answer["before"]["violations"]
    assert site.call("package_show", id=broken["id"]) == broken


def test_what_is_certain_is_repaired_and_the_rest_stays(site: Site, broken: dict[str, Any]) -> None:
    answer = site.call("migration_repair", id=broken["id"])

    now = site.call("package_show", id=broken["id"])
    assert answer["saved"] is True
    assert now["issued"] == "2023-12-31"
    assert now["spatial_coverage"] == ["SYR"]
    assert now["resources"][0]["format"] == "CSV"
    assert now["resources"][0]["id"] == broken["resources"][0]["id"]
    assert now["frequency"] == "every now and then", "nobody knows what this means, so it stays"
    assert now["private"] is True
    assert site.call("migration_repair", id=broken["id"])["repairs"] == []


def test_one_of_them_is_chosen_by_its_id_and_one_that_is_gone_is_told(
    site: Site, broken: dict[str, Any]
) -> None:
    (issued,) = [
        one
        for one in site.call("migration_repair", id=broken["id"], preview=True)["repairs"]
        if one["field"] == "issued"
    ]

    first = site.call("migration_repair", id=broken["id"], repairs=[issued["id"]])
    second = site.call("migration_repair", id=broken["id"], repairs=[issued["id"]])

    assert [one["id"] for one in first["repairs"]] == [issued["id"]]
    assert (second["repairs"], second["gone"], second["saved"]) == ([], [issued["id"]], False)
    assert site.call("package_show", id=broken["id"])["spatial_coverage"] == ["Syria"]
    with pytest.raises(tk.ValidationError):
        site.call("migration_repair", id=broken["id"], repairs={"a": "b"})


def test_who_may_not_edit_may_neither_repair_nor_look(site: Site, broken: dict[str, Any], app: Any) -> None:
    for user in (site.stranger["name"], ""):
        for preview in (True, False):
            with pytest.raises(tk.NotAuthorized):
                site.call("migration_repair", user, id=broken["id"], preview=preview)
    public = site.create()
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_repair", site.stranger["name"], id=public["id"], preview=True)

    reply = app.post(f"/dataset/{broken['name']}/repair", headers=site.headers(site.stranger))
    assert reply.status_code in {403, 404}
    assert site.call("package_show", id=broken["id"])["issued"] == "31/12/2023"


def test_the_page_offers_repairs_to_editors_and_applies_one(
    site: Site, broken: dict[str, Any], app: Any
) -> None:
    page = soup(app.get(f"/dataset/{broken['name']}/quality", headers=site.headers()))
    buttons = {
        button.get_text(" ", strip=True): button["value"] for button in page.select(".mig-repair button")
    }
    assert "Repair: 2023-12-31" in buttons
    assert len(page.select(".mig-repairs input[name=repair]")) == 3

    done = app.post(
        f"/dataset/{broken['name']}/repair",
        data={"repair": [buttons["Repair: 2023-12-31"]]},
        headers=site.headers(),
    )

    assert "1 value was repaired." in done.body
    assert site.call("package_show", id=broken["id"])["issued"] == "2023-12-31"


def test_the_report_of_a_dataset_is_a_table_and_a_graph_too(
    site: Site, broken: dict[str, Any], app: Any
) -> None:
    place = f"/dataset/{broken['name']}/quality"
    table = app.get(f"{place}.csv", headers=site.headers())
    linked = app.get(f"{place}.jsonld", headers=site.headers())

    assert table.headers["Content-Type"].startswith("text/csv")
    assert "31/12/2023" in table.body
    assert table.body.splitlines()[0].startswith("record,title,severity")
    assert any("ValidationReport" in str(node.get("@type")) for node in json.loads(linked.body))
    for suffix in ("csv", "jsonld", "exe"):
        assert app.get(f"{place}.{suffix}", headers=site.headers(site.stranger)).status_code == 404


def test_the_open_validator_tells_repairs_and_hands_out_the_repaired_record(site: Site, app: Any) -> None:
    text = json.dumps({**complete(), **BROKEN, "identifier": "x-1", "publisher": [{"name": "Agency"}]})

    page = soup(app.post("/migration/validate", data={"text": text}))
    file = app.post("/migration/validate", data={"text": text, "format": "repaired"})
    told = site.call("migration_validate", "", text=text)["records"][0]["repairs"]

    assert "Meant is probably: Syrian Arab Republic (SYR)" in page.get_text(" ", strip=True)
    assert not page.select(".mig-repair button")
    assert json.loads(file.body)[0]["issued"] == "2023-12-31"
    assert {one["field"] for one in told} == {"issued", "spatial_coverage", "format"}
