"""The open validator: anybody may have a record checked, nothing is stored (R-2.3-d, R-K-f, R-K-k)."""

from __future__ import annotations

import io
import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from rdflib import Graph

from ckanext.migration.logic import validating
from migration_schemas.namespaces import RDF, SH
from registry_site import Site, complete

PAGE = "/migration/validate"
SEVERE = {**complete(), "sensitivity_level": "severe", "identifier": "x-1", "publisher": [{"name": "Agency"}]}
TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://a.example.org/1> a dcat:Dataset ; dct:title "One"@en ."""


def rows() -> dict[str, int]:
    names = sa.inspect(model.meta.engine).get_table_names()
    return {
        name: model.Session.execute(sa.text(f'select count(*) from "{name}"')).scalar()  # noqa: S608
        for name in names
    }


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.body, "html.parser")


def test_action_checks_without_an_account_and_stores_nothing(site: Site, app: Any) -> None:
    before = rows()
    answer = app.post("/api/3/action/migration_validate", json={"record": SEVERE}).json["result"]
    assert answer["conforms"] is False
    (found,) = [one for one in answer["records"][0]["findings"] if one["rule"] == "HarmfulPublic"]
    assert found["layer"] == "do-no-harm"
    assert found["field_label"] == "Access"
    assert found["why"]
    assert found["example"]
    text = app.post("/api/3/action/migration_validate", json={"text": TURTLE, "lang": "fr"}).json["result"]
    assert {one["message"] for one in text["records"][0]["findings"]} & {
        "Description : cette information manque."
    }
    assert rows() == before


def test_action_and_form_say_the_same_rule(site: Site) -> None:
    """R-K-d: one wrong record is refused at every door for the same reason."""
    with pytest.raises(tk.ValidationError) as refused:
        site.create(sensitivity_level="severe")
    answer = site.call("migration_validate", "", record=SEVERE)
    (told,) = [one["message"] for one in answer["records"][0]["findings"] if one["rule"] == "HarmfulPublic"]
    assert told in refused.value.error_dict["access_rights"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"record": {"a": 1}, "text": "x"},
        {"record": {}},
        {"text": "hello"},
        {"text": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'},
        {"text": '{"@context": "http://169.254.169.254/x", "@id": "y"}'},
        {"text": "[" * 50_000},
        {"url": "http://127.0.0.1:9200/"},
        {"url": "http://[::1]/x.ttl"},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "file:///etc/passwd"},
        {"text": TURTLE, "format": "exe"},
    ],
)
def test_xm03_ht01_bad_input_is_one_clear_error(site: Site, app: Any, given: dict[str, Any]) -> None:
    answer = app.post("/api/3/action/migration_validate", json=given)
    assert answer.status_code == 409
    error = answer.json["error"]
    assert error["__type"] == "Validation Error"
    assert "Traceback" not in answer.body
    assert "root:" not in answer.body


@pytest.mark.ckan_config("ckanext.migration.validate.max_bytes", 300)
def test_too_large_is_refused(site: Site, app: Any) -> None:
    answer = app.post("/api/3/action/migration_validate", json={"text": TURTLE + " " * 300})
    assert answer.status_code == 409
    assert "300" in answer.body


def test_only_so_many_at_once(site: Site, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validating, "_running", 99)
    assert app.post("/api/3/action/migration_validate", json={"text": TURTLE}).status_code == 409
    assert app.post(PAGE, data={"text": TURTLE}).status_code == 503


@pytest.mark.ckan_config("ckanext.migration.validate.links", False)
def test_links_can_be_switched_off(site: Site, app: Any) -> None:
    answer = app.post("/api/3/action/migration_validate", json={"url": "https://a.example.org/x.ttl"})
    assert answer.status_code == 409
    assert not soup(app.get(PAGE)).find(id="field-url")


@pytest.mark.parametrize("way", ["text", "file"])
def test_page_shows_the_report_in_words(site: Site, app: Any, way: str) -> None:
    before = rows()
    text = json.dumps(SEVERE)
    sent: dict[str, Any] = {"text": text}
    if way == "file":
        sent = {"file": (io.BytesIO(text.encode()), "record.json")}
    page = soup(app.post(PAGE, data=sent, content_type="multipart/form-data"))
    assert "does not meet" in page.find(class_="mig-verdict").text
    (repair,) = page.select(".mig-findings-bad li")
    assert "cannot be public" in repair.text
    assert "Do no harm" in repair.text
    assert "Example:" in repair.text
    assert json.loads(page.find(id="field-text").text) == SEVERE  # so that a file can be had next
    assert rows() == before


@pytest.mark.parametrize("form", validating.FORMATS)
def test_report_can_be_downloaded(site: Site, app: Any, form: str) -> None:
    answer = app.post(PAGE, data={"text": TURTLE, "format": form})
    assert answer.headers["Content-Type"] == validating.FORMATS[form]
    name = "record.json" if form == "repaired" else f"report.{form}"
    assert f'"{name}"' in answer.headers["Content-Disposition"]
    if form in {"ttl", "jsonld"}:
        graph = Graph().parse(data=answer.body, format={"ttl": "turtle", "jsonld": "json-ld"}[form])
        assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) > 5
    if form == "json":
        assert json.loads(answer.body)["records"][0]["title"] == "One"
    if form == "csv":
        assert answer.body.splitlines()[0].startswith("record,title,severity,layer,rule")


def test_three_megabytes_can_be_pasted(site: Site, app: Any) -> None:
    one = {**SEVERE, "notes_translated": {"en": "Description " * 600}}
    text = json.dumps([one] * 420)
    assert len(text) > 3_000_000
    page = soup(app.post(PAGE, data={"text": text}))
    assert "0 of 420 records" in page.find(class_="mig-verdict").text


def test_markup_in_a_record_stays_text(site: Site, app: Any) -> None:
    nasty = {**SEVERE, "title_translated": {"en": "<script>alert(1)</script>"}, "frequency": "<img src=x>"}
    answer = app.post(PAGE, data={"text": json.dumps([nasty, nasty])})
    assert "<script>alert(1)" not in answer.body
    assert "<img src=x>" not in answer.body


def test_broken_text_keeps_what_was_typed(site: Site, app: Any) -> None:
    answer = app.post(PAGE, data={"text": "@prefix broken"})
    assert answer.status_code == 400
    page = soup(answer)
    assert page.find(role="alert").text.strip()
    assert page.find(id="field-text").text.strip() == "@prefix broken"


def test_why_a_document_cannot_be_read_is_told_in_the_readers_language(site: Site, app):
    page = app.post("/fr/migration/validate", data={"text": "<html><body>Catalogue</body></html>"})
    assert page.status_code == 400
    assert "Ceci est une page web, pas du RDF." in page.body
    with pytest.raises(tk.ValidationError) as caught:
        site.call("migration_validate", "", text="<html></html>", lang="ar")
    assert "هذه صفحة شبكية وليست RDF." in str(caught.value)
