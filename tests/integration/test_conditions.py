"""Terms of use: the data open after the reader agreed to what the terms say now (R-1.1-h)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.migration.logic import conditions
from registry_site import Site

TERMS = {"en": "Nobody may try to recognise persons.", "fr": "Nul ne doit reconnaître de personnes."}
DATA = "https://agency.example.org/data"


@pytest.fixture
def stated(site: Site) -> dict[str, Any]:
    return site.create(terms_of_use_translated=TERMS)


def gate(app: Any, package: dict[str, Any]) -> str:
    """Return where the page of the dataset leads for its data."""
    page = BeautifulSoup(app.get(f"/dataset/{package['name']}").body, "html.parser")
    [link] = page.select("#get-the-data .mig-resources .mig-resource-actions a")
    assert DATA not in page.select_one("#get-the-data").decode()
    return str(link["href"])


def read(body: str) -> tuple[str, str]:
    """Return the text of a page of terms, and their version."""
    page = BeautifulSoup(body, "html.parser")
    return page.main.get_text(" ", strip=True), page.select_one("input[name=version]")["value"]


def test_data_open_after_agreement_and_new_terms_ask_again(
    site: Site, app: Any, stated: dict[str, Any]
) -> None:
    address, headers = gate(app, stated), site.headers(site.stranger)
    text, version = read(app.get(address, headers=headers, follow_redirects=False, status=200).body)
    assert TERMS["en"] in text
    assert TERMS["fr"] in read(app.get(f"/fr{address}", headers=headers).body)[0]

    for _ in range(2):
        led = app.post(
            address, data={"version": version}, headers=headers, follow_redirects=False, status=302
        )
        assert led.headers["Location"] == DATA
    again = app.get(address, headers=headers, follow_redirects=False, status=302)
    assert again.headers["Location"] == DATA
    assert "no-store" in again.headers["Cache-Control"]

    site.call("package_patch", id=stated["id"], terms_of_use_translated={"en": "Tell us what you found."})
    text, newer = read(app.get(address, headers=headers, follow_redirects=False, status=200).body)
    assert "Tell us what you found." in text
    assert "have changed since" in text
    app.post(address, data={"version": version}, headers=headers, follow_redirects=False, status=409)
    site.call("migration_conditions_agree", site.stranger["name"], id=stated["id"], version=newer)
    app.get(address, headers=headers, follow_redirects=False, status=302)

    listed = site.call("migration_conditions_list", id=stated["id"])["results"]
    assert [(row["user"], row["version"], row["times"]) for row in listed] == [
        (site.stranger["name"], newer, 1),
        (site.stranger["name"], version, 2),
    ]
    assert listed[1]["texts"] == TERMS


def test_strangers_are_counted_and_not_asked_twice(site: Site, app: Any, stated: dict[str, Any]) -> None:
    address = gate(app, stated)
    _, version = read(app.get(address, follow_redirects=False, status=200).body)
    app.post(address, data={"version": version}, follow_redirects=False, status=302)
    assert app.get(address, follow_redirects=False, status=302).headers["Location"] == DATA
    app.get(address, headers=site.headers(site.stranger), follow_redirects=False, status=200)
    [row] = site.call("migration_conditions_list", id=stated["id"])["results"]
    assert (row["user"], row["times"]) == (None, 1)

    site.call("dataset_purge", factories.Sysadmin()["name"], id=stated["id"])
    kept = [table.c.package_id == stated["id"] for table in (conditions.AGREED, conditions.TEXTS)]
    assert [model.Session.execute(sa.select(each.left).where(each)).all() for each in kept] == [[], []]


def test_without_terms_nothing_stands_between(site: Site, app: Any) -> None:
    made = site.create()
    page = BeautifulSoup(app.get(f"/dataset/{made['name']}").body, "html.parser")
    assert [link["href"] for link in page.select(".mig-resources .mig-resource-actions a")] == [DATA]
    address = f"/dataset/{made['name']}/terms-of-use/{made['resources'][0]['id']}/url"
    assert app.get(address, follow_redirects=False, status=302).headers["Location"] == DATA
    app.get(address.replace("/url", "/download_url"), status=404)
    site.call("package_patch", id=made["id"], private=True)
    app.get(address, status=404)
