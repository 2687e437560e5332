"""Described data needs: records of their own, beside datasets and never among them (R-2.1-a, R-2.1-b)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest
import yaml
from bs4 import BeautifulSoup
from rdflib import RDF, Graph, URIRef

from ckanext.migration import shared
from migration_schemas import Record, rdf
from migration_schemas.namespaces import DCAT, DCT, MIG
from registry_site import Site

FULL = yaml.safe_load((Path(__file__).parents[1] / "data" / "full_need.yaml").read_text(encoding="utf-8"))
FORM = {
    "title_translated-en": "Age of displaced people by district",
    "notes_translated-en": "Totals exist; five-year age groups at district level are missing, once a year.",
    "migration_theme": ["", "internal-displacement"],
    "need_status": "open",
    "urgency": "planning",
    "private": "False",
    "save": "",
    "state": "active",
}


def declared(site: Site, **changes: Any) -> dict[str, Any]:
    fields = {**FULL["fields"], "identifier": f"NEED-{uuid4().hex[:8]}"}
    return site.call("package_create", type="data-need", owner_org=site.agency, **{**fields, **changes})


def page(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.body, "html.parser")


def address(package: dict[str, Any]) -> str:
    return f"{tk.config['ckan.site_url']}/{package['type']}/{package['name']}"


def ids(found: dict[str, Any], key: str = "results") -> set[str]:
    return {each["id"] for each in found[key]}


def test_every_field_of_a_need_comes_back_and_rdf_is_that_of_the_record(site: Site, app):
    made = declared(site, identifier="NEED-2026-7")

    shown = site.call("package_show", id=made["id"])
    assert shared.as_record(shown) == Record(FULL["fields"], kind="data-need")
    text = app.get(f"/data-need/{made['name']}.ttl").body
    graph, subject = Graph().parse(data=text, format="turtle"), URIRef(made_address(made["id"]))
    assert (subject, RDF.type, MIG.DataNeed) in graph
    assert (subject, RDF.type, DCAT.Dataset) not in graph
    assert rdf.read(graph, subject) == shared.as_record(shown)
    negotiated = app.get(f"/data-need/{made['name']}", headers={"Accept": "text/turtle"})
    assert negotiated.headers["Content-Type"].startswith("text/turtle")


def made_address(package_id: str) -> str:
    return f"{tk.config['ckan.site_url']}/data-need/{package_id}"


def test_needs_are_found_as_needs_and_never_counted_as_datasets(site: Site, app):
    need, dataset = declared(site), site.create()
    inside = f"+owner_org:{site.agency}"

    assert ids(site.call("package_search", fq=inside)) == {dataset["id"]}
    assert ids(site.call("package_search", fq=f"{inside} +dataset_type:data-need")) == {need["id"]}
    both = f"{inside} +dataset_type:(dataset OR data-need)"
    assert ids(site.call("package_search", fq=both)) == {need["id"], dataset["id"]}
    facets = site.call("package_search", fq=inside, **{"facet.field": ["migration_theme"]})["facets"]
    assert facets["migration_theme"]["internal-displacement"] == 1
    listed = page(app.get(f"/data-need/?organization={site.agency_name}"))
    assert [a["href"] for a in listed.select(".mig-hit-title a")] == [f"/data-need/{need['name']}"]
    assert listed.select_one("#facet-need_status")
    asked = {"organization": site.agency_name, "urgency": "acute"}
    assert not page(app.get("/data-need/", query_string=asked)).select(".mig-hit")
    assert not page(app.get(f"/dataset/?organization={site.agency_name}&q=districts")).select(
        f"a[href='/data-need/{need['name']}']"
    )
    feed = Graph().parse(data=app.get(f"/catalog.ttl?fq=owner_org:{site.agency}").body, format="turtle")
    assert set(feed.subjects(RDF.type, DCAT.Dataset))
    assert not set(feed.subjects(RDF.type, MIG.DataNeed))


def test_form_publishes_a_need_keeps_drafts_and_tells_what_is_missing(site: Site, app):
    form = page(app.get("/data-need/new", headers=site.headers())).select_one("#dataset-edit")
    assert len(form.select(".mig-step")) == 4
    assert {button["value"] for button in form.select("button[name=state]")} == {"active", "draft"}

    fields = {**FORM, "owner_org": site.agency}
    made = app.post("/data-need/new", data=fields, headers=site.headers(), follow_redirects=False)
    name = made.headers["Location"].rpartition("/")[2]
    need = site.call("package_show", id=name)
    assert (need["type"], need["state"], need["urgency"]) == ("data-need", "active", "planning")
    assert need["identifier"] == made_address(need["id"])
    read = page(app.get(f"/data-need/{name}"))
    assert read.h1.text == FORM["title_translated-en"]
    assert not read.select_one("#get-the-data")

    lacking = {**fields, "title_translated-en": "Without a status", "need_status": ""}
    refused = page(app.post("/data-need/new", data=lacking, headers=site.headers()))
    assert "#block-need_status" in {a["href"] for a in refused.select(".mig-errors a")}
    key = refused.select_one("input[name=pkg_name]")["value"]
    assert (site.call("package_show", id=key)["state"], site.call("package_show", id=key)["type"]) == (
        "draft",
        "data-need",
    )
    assert key in ids(site.call("migration_draft_list"))
    whole = {**lacking, "need_status": "open"}
    mended = app.post(f"/data-need/edit/{key}", data=whole, headers=site.headers(), follow_redirects=False)
    assert mended.status_code == 302
    assert site.call("package_show", id=key)["state"] == "active"
    assert app.post("/data-need/new", data=fields, headers=site.headers(site.stranger)).status_code != 302


def test_a_need_has_no_resources(site: Site):
    with pytest.raises(tk.ValidationError, match="resources"):
        declared(site, resources=[{"url": "https://agency.example.org/x.csv"}])


def test_a_need_and_its_data_find_each_other_from_both_sides(site: Site, app):
    named, claiming = site.create(), site.create()
    need = declared(site, answered_by=[address(named), "https://elsewhere.example.org/data"])
    relation = {"relation": address(need), "role": "addresses-need"}
    other = {"relation": address(need), "role": "complement"}
    site.call("package_patch", id=claiming["id"], qualified_relation=[relation])
    beside = site.create(qualified_relation=[other])

    found = site.call("migration_need_answers", id=need["id"])
    assert ids(found, "datasets") == {named["id"], claiming["id"]}
    assert found["elsewhere"] == ["https://elsewhere.example.org/data"]
    for dataset, wanted in ((named, {need["id"]}), (claiming, {need["id"]}), (beside, set())):
        assert ids(site.call("migration_dataset_needs", id=dataset["id"]), "needs") == wanted
    shown = page(app.get(f"/data-need/{need['name']}"))
    links = {a["href"] for a in shown.select("#answers-title ~ ul a")}
    assert {f"/dataset/{named['name']}", f"/dataset/{claiming['name']}"} <= links
    told = page(app.get(f"/dataset/{named['name']}")).select_one("#needs-title ~ ul a")
    assert told["href"] == f"/data-need/{need['name']}"
    graph = Graph().parse(data=app.get(f"/data-need/{need['name']}.ttl").body, format="turtle")
    assert (URIRef(made_address(need["id"])), DCT.relation, URIRef(address(named))) in graph


def test_a_private_need_is_hidden_everywhere_and_its_data_from_the_wrong_user(site: Site, app):
    dataset = site.create()
    need = declared(site, private=True, answered_by=[address(dataset)])
    hidden = site.create(private=True)
    public = declared(site, answered_by=[address(hidden)])

    for user in (site.stranger["name"], ""):
        with pytest.raises(tk.NotAuthorized):
            site.call("package_show", user, id=need["id"])
        with pytest.raises(tk.NotAuthorized):
            site.call("migration_need_answers", user, id=need["id"])
        with pytest.raises(tk.NotAuthorized):
            site.call("migration_dataset_needs", user, id=hidden["id"])
        assert site.call("migration_dataset_needs", user, id=dataset["id"]) == {"needs": []}
        assert site.call("migration_need_answers", user, id=public["id"]) == {"datasets": [], "elsewhere": []}
        asked = f"+owner_org:{site.agency} +dataset_type:data-need"
        assert ids(site.call("package_search", user, fq=asked, include_private=True)) == {public["id"]}
        with pytest.raises(tk.NotAuthorized):
            site.call("package_patch", user, id=public["id"], need_status="closed")
    stranger = site.headers(site.stranger)
    assert app.get(f"/data-need/{need['name']}", headers=stranger).status_code == 404
    assert app.get(f"/data-need/{need['name']}.ttl").status_code == 404
    assert need["name"] not in app.get(f"/dataset/{dataset['name']}", headers=stranger).text
    assert hidden["name"] not in app.get(f"/data-need/{public['name']}", headers=stranger).text
    assert app.get(f"/data-need/edit/{public['name']}", headers=stranger).status_code in {302, 403}
    assert ids(site.call("migration_dataset_needs", id=dataset["id"]), "needs") == {need["id"]}


def test_a_need_is_checked_and_not_scored(site: Site, app):
    need = declared(site, answered_by=[])
    report = site.call("migration_dataset_validate", id=need["id"])
    assert report["conforms"]
    assert [finding["rule"] for finding in report["findings"]] == ["need-answer"]
    shown = page(app.get(f"/dataset/{need['name']}/quality", headers=site.headers()))
    assert "give the address of the data" in shown.text
    assert not shown.select_one(".mig-score")


def counted(site: Site) -> dict[str, tuple[int, int]]:
    found = site.call("migration_need_gaps", "")
    return {row["code"]: (row["needs"], row["datasets"]) for row in found["results"]}


def test_gaps_count_open_public_needs_beside_datasets(site: Site, app):
    declared(site, answered_by=[])
    before = counted(site)
    declared(site, need_status="open", answered_by=[])
    declared(site, migration_theme=["remittances"], answered_by=[])
    declared(site, need_status="filled")
    declared(site, private=True)
    site.create()

    after = counted(site)
    for code in ("internal-displacement", "forced-displacement"):
        assert after[code] == tuple(number + 1 for number in before[code])
    needs, datasets = before.get("remittances", (0, 0))
    assert after["remittances"][0] == needs + 1
    assert datasets in {0, after["remittances"][1]}
    shown = page(app.get("/migration/gaps"))
    link = shown.select_one("#by-migration_theme ~ .mig-table-frame a[href*='remittances']")["href"]
    assert len(page(app.get(link)).select(".mig-hit")) == after["remittances"][0]
    with pytest.raises(tk.ValidationError):
        site.call("migration_need_gaps", by="title")
