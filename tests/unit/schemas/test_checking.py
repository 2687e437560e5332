"""A stranger's document: what is read, what is refused, and what is said of each record."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from rdflib import Graph

from migration_schemas import Record, checking, rdf, record, report_table
from migration_schemas.errors import DoctypeError, LimitError, MigrationError, ReadError, RemoteContextError
from migration_schemas.fields import LANGUAGES
from migration_schemas.namespaces import RDF, SH
from migration_schemas.parsing import Limits

TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://a.example.org/1> a dcat:Dataset ; dct:title "One"@en .
<https://a.example.org/2> a dcat:Dataset ; dct:title "Two"@en .
"""


def as_json(one: Record) -> dict:
    return {**record.to_package(one), "name": "a-name", "owner_org": "agency"}


@pytest.mark.parametrize("syntax", rdf.FORMATS)
def test_one_record_gets_the_same_findings_in_every_syntax_and_as_json(syntax, changed):
    faulty = changed(sensitivity_level="severe", title_translated=None)
    graph = rdf.write(faulty, subject="https://a.example.org/1", visibility="internal")
    by_rdf = checking.check(rdf.serialize(graph, syntax).encode(), syntax)
    by_json = checking.check(json.dumps(as_json(faulty)).encode())
    rules = [sorted(f.rule for f in one.report.findings) for one in (by_rdf, by_json)]
    assert rules[0] == rules[1]
    assert {"HarmfulPublic", "title_translated-required"} <= set(rules[0])
    assert not by_rdf.conforms


def test_full_record_conforms_whole(full):
    document = checking.check(json.dumps(as_json(full)).encode())
    assert document.report.findings == ()
    assert document.records[0].unknown == ()
    assert document.records[0].title("fr").startswith("Évaluation")


def test_records_are_told_apart():
    document = checking.check(TURTLE.encode())
    assert [one.title() for one in document.records] == ["One", "Two"]
    assert all(not one.report.conforms for one in document.records)
    assert document.as_dict()["violations"] == sum(len(one.report.violations) for one in document.records)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"success": True, "result": one},
        lambda one: {"success": True, "result": {"count": 1, "results": [one]}},
        lambda one: {"fields": one, "resources": one["resources"]},
    ],
)
def test_json_records_are_found_where_the_api_puts_them(wrap, minimal):
    document = checking.check(json.dumps(wrap(as_json(minimal))).encode())
    assert document.conforms
    assert [one.title() for one in document.records] == ["Arrivals by sea, 2024"]


def test_names_outside_the_profile_are_told():
    document = checking.check(b'{"title_translated": {"en": "A title"}, "tilte": "x"}')
    assert document.records[0].unknown == ("tilte",)
    assert document.as_dict()["records"][0]["unknown"] == ["tilte"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", ReadError),
        (b"   ", ReadError),
        (b"{}", ReadError),
        (b"[]", ReadError),
        (b"[1, 2]", ReadError),
        (b'{"success": true, "result": []}', ReadError),
        (b'{"a": ', ReadError),
        (b"[" * 100_000, ReadError),
        (b"\xff\xfe\x00", ReadError),
        (b"<https://a.example.org/1> <https://a.example.org/p> 1 .", ReadError),
        (b"<html><body>", ReadError),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', DoctypeError),
        (b'{"@context": "https://a.example.org/context", "@id": "x"}', RemoteContextError),
        (json.dumps([{"a": 1}] * (checking.MOST_RECORDS + 1)).encode(), LimitError),
    ],
)
def test_rkk_xm03_rd_bad_documents_give_one_clear_error(data, error):
    with pytest.raises(error) as caught:
        checking.check(data, limits=Limits(seconds=10))
    assert isinstance(caught.value, MigrationError)
    assert caught.value.message


def test_what_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(LimitError):
        checking.check(b'{"a": "' + b"x" * 1000 + b'"}', limits=Limits(input_bytes=500))


def test_sh05_time_runs_out_with_what_was_found_until_then():
    document = checking.check(TURTLE.encode(), seconds=-1)
    assert document.report.partial
    assert not document.conforms


def test_report_as_table_is_safe_and_complete():
    data = {"title_translated": {"en": "=1+1"}, "identifier": "=cmd()", "frequency": "=HYPERLINK(1)"}
    document = checking.check(json.dumps(data).encode())
    rows = list(csv.DictReader(io.StringIO(report_table.write(document, "fr"))))
    assert len(rows) == len(document.report.findings)
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    assert {row["severity"] for row in rows} == {"violation", "warning", "info"}
    assert all(row["rule"] and row["message"] and row["why"] and row["example"] for row in rows)


def test_report_is_a_shacl_report():
    document = checking.check(TURTLE.encode())
    for form in ("ttl", "jsonld"):
        graph = Graph().parse(data=rdf.serialize(document.report.to_graph(), form), format=rdf.FORMATS[form])
        assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(document.report.findings)


def test_rkf_no_message_holds_an_address_of_a_property_or_a_blank_node(changed):
    """Words for people: labels of fields, not addresses of properties."""
    spoiled = changed(title_translated=None, contact=[{}], frequency="often", resources=({"url": "x"},))
    for finding in checking.check(json.dumps(as_json(spoiled)).encode()).report.findings:
        for lang in LANGUAGES:
            assert "_:" not in finding.message(lang)
            assert "purl.org" not in finding.message(lang)
            assert "w3.org" not in finding.message(lang)


@pytest.mark.slow
def test_rki_the_pyshacl_command_gives_the_same_verdict(tmp_path, full, minimal, changed):
    """R-K-i, for days; the order of two bounds of which one is a year is checked beyond SHACL."""
    rules = tmp_path / "rules.ttl"
    command = [sys.executable, "-c", "from migration_schemas.cli import main; main()", "rules"]
    rules.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    samples = {
        "full": full,
        "minimal": minimal,
        "severe": changed(sensitivity_level="severe"),
        "period": changed(temporal_coverage=[{"start": "2024-02-01", "end": "2024-01-31"}]),
        "years": changed(temporal_coverage=[{"start": "2023", "end": "2024"}]),
    }
    verdicts = {}
    for name, one in samples.items():
        path = tmp_path / f"{name}.ttl"
        graph = rdf.write(one, subject="https://a.example.org/1", visibility="internal")
        path.write_text(rdf.serialize(graph, "ttl"), encoding="utf-8")
        command = [sys.executable, "-m", "pyshacl", "-s", str(rules), "--allow-warnings", str(path)]
        ran = subprocess.run(
            command, capture_output=True, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"}
        )
        verdicts[name] = (ran.returncode == 0, checking.check(path.read_bytes()).conforms)
    assert verdicts == {
        "full": (True, True),
        "minimal": (True, True),
        "severe": (False, False),
        "period": (False, False),
        "years": (True, True),
    }
