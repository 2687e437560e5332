"""`migration-registry validate`: exit codes, formats, one sentence for each error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Graph

from migration_schemas.cli import main
from migration_schemas.namespaces import RDF, SH
from migration_schemas.rdf import FORMATS, serialize, write

SUBJECT = "https://agency-a.example.org/dataset/1"


@pytest.fixture
def run():
    def invoke(*arguments: str, data: bytes | None = None):
        return CliRunner().invoke(main, ["validate", *arguments], input=data)

    return invoke


@pytest.fixture
def valid(tmp_path, minimal) -> Path:
    target = tmp_path / "valid.ttl"
    target.write_text(serialize(write(minimal, subject=SUBJECT), "ttl"), encoding="utf-8")
    return target


@pytest.fixture
def invalid(tmp_path, changed) -> Path:
    target = tmp_path / "invalid.ttl"
    record = changed(title_translated=None, sensitivity_level="severe")
    target.write_text(serialize(write(record, subject=SUBJECT), "ttl"), encoding="utf-8")
    return target


def test_exit_0_for_valid_records_with_warnings(run, valid):
    result = run(str(valid))
    assert result.exit_code == 0
    assert "Arrivals by sea, 2024" in result.stdout
    assert "warning  Keywords" in result.stdout


def test_exit_1_for_violations_that_are_explained(run, invalid):
    result = run(str(invalid))
    assert result.exit_code == 1
    assert "violation  Title" in result.stdout
    assert "People decide by the title" in result.stdout
    assert "cannot be public" in result.stdout


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        b"no rdf",
        b"@prefix x",
        b"<!DOCTYPE x><x/>",
        b'{"@context": "http://x/"}',
        b"<urn:a> <urn:b> <urn:c> .",
    ],
)
def test_exit_2_with_one_sentence_for_what_cannot_be_read(run, data):
    result = run("-", data=data)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("-: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_exit_2_for_a_missing_file_and_the_others_are_still_checked(run, valid):
    result = run("/nonexistent.ttl", str(valid))
    assert result.exit_code == 2
    assert "cannot be opened" in result.stderr
    assert "Arrivals by sea" in result.stdout


def test_exit_2_outranks_exit_1(run, invalid):
    assert run(str(invalid), "/nonexistent.ttl").exit_code == 2


@pytest.mark.parametrize("syntax", FORMATS)
def test_every_syntax_is_read_from_standard_input(run, syntax, minimal):
    result = run("-", data=serialize(write(minimal, subject=SUBJECT), syntax).encode())
    assert result.exit_code == 0


def test_json_groups_findings_by_record(run, invalid, valid):
    result = run("--json", str(invalid), str(valid))
    data = json.loads(result.stdout)
    assert (result.exit_code, data["conforms"]) == (1, False)
    broken, fine = data["files"]
    (record,) = broken["records"]
    assert record["id"] == SUBJECT
    assert {f["field"] for f in record["findings"] if f["severity"] == "violation"} == {
        "title_translated",
        "access_rights",
    }
    assert fine["conforms"] is True


def test_json_says_why_a_file_could_not_be_read(run):
    result = run("--json", "-", data=b"no rdf")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["files"][0]["error"]["code"] == "unknown-syntax"


def test_turtle_is_a_validation_report(run, invalid):
    result = run("--format", "ttl", str(invalid))
    graph = Graph().parse(data=result.stdout, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert result.exit_code == 1
    assert len(list(graph.objects(report, SH.result))) > 2


def test_french(run, invalid):
    result = run("--lang", "fr", str(invalid))
    assert "erreur  Titre" in result.stdout
    assert "cette information manque" in result.stdout


def test_control_sequences_of_a_file_do_not_reach_the_terminal(run):
    title = '<http://purl.org/dc/terms/title> "\\u001b[31mred"@en'
    data = f"<urn:a> a <http://www.w3.org/ns/dcat#Dataset> ; {title} ."
    result = run("-", data=data.encode())
    assert "\x1b[31m" not in result.stdout


def test_command_works_without_ckan(valid):
    code = (
        "import sys\n"
        "for name in ('ckan', 'ckanext', 'elasticsearch'): sys.modules[name] = None\n"
        f"sys.argv = ['migration-registry', 'validate', {str(valid)!r}]\n"
        "from migration_schemas.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_rd10_one_record_without_title_among_many_is_the_only_one_named(run, minimal, changed):
    graph = Graph()
    for number in range(60):
        record = changed(title_translated=None) if number == 17 else minimal
        graph += write(record, subject=f"https://agency-a.example.org/dataset/{number}")
    result = run("--json", "-", data=serialize(graph, "nt").encode())
    (file,) = json.loads(result.stdout)["files"]
    assert len(file["records"]) == 60
    assert [r["id"] for r in file["records"] if not r["conforms"]] == [
        "https://agency-a.example.org/dataset/17"
    ]


@pytest.mark.parametrize("form", ["text", "json", "ttl"])
def test_distribution_that_no_dataset_names_is_reported_too(run, form, minimal):
    data = (
        serialize(write(minimal, subject=SUBJECT), "nt")
        + "<urn:lost> a <http://www.w3.org/ns/dcat#Distribution> ."
    )
    result = run("--format", form, "-", data=data.encode())
    assert result.exit_code == 1
    assert {"text": "Resource, address", "json": '"elsewhere": [', "ttl": "urn:lost"}[form] in result.stdout
