"""A whole result as a file: what the search page finds, for whoever asks, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from rdflib import DCAT, RDF, Graph

from ckanext.migration.export import reading, views
from ckanext.migration.export.formats import FORMATS
from registry_site import Site

SYNTAXES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
CANARY = "zwergspitzkanarie"

pytestmark = pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat")


def table(reply: Any) -> list[dict[str, str]]:
    text = reply.get_data().decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


def names(app: Any, address: str, headers: Any = None) -> set[str]:
    return {row["name"] for row in table(app.get(address, headers=headers))}


def test_the_file_holds_what_the_page_finds(app: Any, empty_site: Site) -> None:
    for country in ("SDN", "KEN", "SDN", "TCD"):
        empty_site.create(spatial_coverage=[country])
    empty_site.create(spatial_coverage=["SDN"], title_translated={"en": "Remittances"}, tags_translated={})
    searches = (
        "",
        "q=displacement",
        "country=SDN&country=KEN",
        "q=remittances&country=SDN",
        "ext_place=014",
        "q=nix",
    )
    for query in searches:
        page = BeautifulSoup(app.get(f"/dataset?{query}&sort=title_string+asc&page=1").body, "html.parser")
        shown = {a["href"].rpartition("/")[2] for a in page.select(".mig-hits .mig-hit-title a")}
        if query == "q=nix":
            shown = set()
        assert names(app, f"/dataset.csv?{query}&sort=title_string+asc&page=7") == shown, query
    assert len(names(app, "/dataset.csv?country=SDN&country=KEN")) == 4


def test_r_1_1_t_every_format_by_the_links_of_the_page(app: Any, empty_site: Site) -> None:
    made = {empty_site.create(name=f"round-{number}")["name"] for number in range(5)}
    page = BeautifulSoup(app.get("/fr/dataset?q=displacement&country=SDN").body, "html.parser")
    links = {a.get_text(): a["href"] for a in page.select(".mig-exports a")}
    assert len(links) == len(FORMATS)
    assert "5" in page.select_one(".mig-exports").get_text()
    for each in FORMATS.values():
        assert links[each.name] == f"/fr/dataset.{each.suffix}?q=displacement&country=SDN"
        reply = app.get(links[each.name])
        assert reply.headers["Content-Type"] == each.media_type
        assert reply.headers["Content-Disposition"].startswith('attachment; filename="datasets-20')
        assert reply.headers["Content-Disposition"].endswith(f'.{each.suffix}"')
        assert reply.headers["X-Total-Count"] == "5"
        text = reply.get_data().decode()
        if each.suffix in SYNTAXES:
            graph = Graph().parse(data=text, format=SYNTAXES[each.suffix])
            found = {str(node).rpartition("/")[2] for node in graph.subjects(RDF.type, DCAT.Dataset)}
        elif each.suffix == "json":
            found = {record["name"] for record in json.loads(text)["results"]}
        elif each.suffix == "jsonl":
            found = {json.loads(line)["name"] for line in text.splitlines()}
        elif each.suffix == "csv":
            found = {row["name"] for row in table(reply)}
        else:
            found = {name for name in made if name in text}
        assert found == made, each.suffix
    (row, *_rest) = table(app.get(links["CSV"]))
    assert row["title"] == "Déplacements au Soudan, cycle 9"
    assert row["address"] == f"http://test.ckan.net/dataset/{row['name']}", "the same in every language"


def test_pages_of_the_reading_make_one_file(
    app: Any, empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {empty_site.create()["name"] for _ in range(5)}
    original = reading.read
    monkeypatch.setattr(reading, "read", lambda user, asked: original(user, asked, rows=2))
    rows = table(app.get("/dataset.csv"))
    assert len(rows) == 5
    assert {row["name"] for row in rows} == made
    assert len(json.loads(app.get("/dataset.json").body)["results"]) == 5


def test_lk_11_a_hidden_record_is_in_no_file_of_who_may_not_see_it(app: Any, empty_site: Site) -> None:
    empty_site.create(name="public")
    hidden = {"title_translated": {"en": CANARY}, "notes_translated": {"en": f"{CANARY} " * 10}}
    empty_site.create(name=CANARY, private=True, **hidden)
    for suffix in FORMATS:
        for question in ("", f"?q={CANARY}", "?ext_place=SDN"):
            for headers in (None, empty_site.headers(empty_site.stranger)):
                reply = app.get(f"/dataset.{suffix}{question}", headers=headers)
                assert CANARY not in reply.body, suffix
                assert reply.headers["X-Total-Count"] == ("0" if CANARY in question else "1"), suffix
                cache = reply.headers["Cache-Control"]
                assert "private" in cache
                assert "public" not in cache
        seen = app.get(f"/dataset.{suffix}", headers=empty_site.headers())
        assert CANARY in seen.body, suffix
        assert seen.headers["X-Total-Count"] == "2"


def test_lk_20_what_became_private_a_moment_ago_is_not_in_the_file(app: Any, empty_site: Site) -> None:
    kept, hidden = empty_site.create(), empty_site.create()
    model.Session.query(model.Package).filter_by(id=hidden["id"]).update({"private": True})
    model.Session.commit()
    assert names(app, "/dataset.csv") == {kept["name"]}


def test_decision_0009_fields_for_agencies(app: Any, empty_site: Site) -> None:
    empty_site.create(
        personal_data_status=["personal"],
        resources=[],
        legal_basis=["consent"],
        purpose=["official-statistics"],
        sensitivity_level="high",
        access_rights="RESTRICTED",
        access_mode="on-request",
        access_procedure_translated={"en": "Write to the focal point, please."},
    )
    (public,) = table(app.get("/dataset.csv"))
    (agency,) = table(app.get("/dataset.csv", headers=empty_site.headers()))
    assert "legal_basis" not in public
    assert agency["legal_basis"] == "consent"
    assert "consent" not in app.get("/dataset.json").body
    assert "consent" in app.get("/dataset.json", headers=empty_site.headers()).body


def test_what_cannot_be_asked_is_said_before_the_file_begins(app: Any, empty_site: Site) -> None:
    empty_site.create()
    assert "csv, json" in app.get("/dataset.exe", status=404).body
    assert "ext_from" in app.get("/dataset.csv?ext_from=soon", status=400).body
    assert app.get("/dataset.csv?cursor=x").status_code == 200, "only parameters of the page count"


@pytest.mark.ckan_config("ckanext.migration.export.most_datasets", "2")
def test_a_result_above_the_limit_is_refused_with_both_numbers(app: Any, empty_site: Site) -> None:
    for _ in range(3):
        empty_site.create()
    refused = app.get("/dataset.csv", status=400).body
    assert "3 datasets" in refused
    assert "2 can be" in refused


@pytest.mark.ckan_config("ckanext.migration.export.anonymous", "false")
def test_operators_may_ask_for_a_log_in(app: Any, empty_site: Site) -> None:
    empty_site.create()
    assert "Log in" in app.get("/dataset.csv", status=403).body
    assert "mig-exports" not in app.get("/dataset").body
    assert len(table(app.get("/dataset.csv", headers=empty_site.headers(empty_site.stranger)))) == 1


@pytest.mark.ckan_config("ckanext.migration.export.at_once", "1")
def test_downloads_leave_room_for_pages(app: Any, empty_site: Site) -> None:
    empty_site.create()
    release = views._begin()
    assert release is not None
    busy = app.get("/dataset.csv", status=503)
    assert int(busy.headers["Retry-After"]) > 0
    release()
    release()
    for _ in range(3):
        assert len(table(app.get("/dataset.csv"))) == 1
    app.get("/dataset.csv?ext_from=soon", status=400)
    assert len(table(app.get("/dataset.csv"))) == 1, "a refusal gives its place back"


def test_fi_10_the_engine_away_is_no_empty_file(
    app: Any, empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_site.create()
    monkeypatch.setitem(tk.config, "solr_url", "http://127.0.0.1:9")
    away = app.get("/dataset.csv", status=503)
    assert "127.0.0.1" not in away.body
    assert "Retry-After" in away.headers
