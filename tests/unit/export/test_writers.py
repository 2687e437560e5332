"""What a file holds, whose fields are in it, and that one bad record costs only itself (R-K-p)."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from ckanext.migration.export.columns import columns
from ckanext.migration.export.formats import FORMATS
from ckanext.migration.export.streaming import stream
from ckanext.migration.export.writers import BROKEN, Job
from migration_schemas import load, rdf

DATA = Path(__file__).resolve().parents[2] / "data" / "full_dataset.yaml"
RDF = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


def package(name: str = "full", **changes: Any) -> dict[str, Any]:
    full = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {
        **full["fields"],
        "resources": full["resources"],
        "id": f"id-of-{name}",
        "name": name,
        "private": False,
        "organization": {"name": "agency-b", "title": "Agency B"},
        "metadata_modified": "2026-01-01T00:00:00",
        **changes,
    }


def job(lang: str = "en", *, everything: bool = False, count: int = 1) -> Job:
    return Job(
        lang=lang,
        everything=everything,
        count=count,
        day="2026-11-24",
        address=lambda found: f"https://registry.example.org/dataset/{found['name']}",
        publisher=lambda found: found["organization"]["title"],
    )


USUAL = job()


def written(suffix: str, *packages: Any, job: Job = USUAL) -> str:
    return b"".join(stream(FORMATS[suffix].writer(job), [list(packages)])).decode()


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_every_field_of_the_list_has_its_column() -> None:
    names = [column.name for column in columns(everything=True)]
    assert len(set(names)) == len(names)
    for prefix, fields in (("", load().fields), ("resource_", load().resource_fields)):
        for field in fields:
            stem = prefix + field.name.removesuffix("_translated")
            assert any(name == stem or name.startswith(f"{stem}_") for name in names), field.name


def test_a_row_in_the_language_of_the_reader_with_the_originals() -> None:
    (row,) = table(written("csv", package(), job=job("fr")))
    assert row["title"] == "Évaluation de base du déplacement interne, cycle 0"
    assert row["title_language"] == "fr"
    assert json.loads(row["title_translated"])["zh"] == "境内流离失所基线评估第0轮"
    assert row["migration_theme"] == "internal-displacement | stocks"
    assert row["migration_theme_label"].lower() == "déplacement interne | stocks de migrants"
    assert (row["temporal_coverage_start"], row["temporal_coverage_end"]) == (
        "2025-01-01 | 2024",
        "2025-03-31 | 2024",
    )
    assert (row["contact_name"], row["contact_email"], row["contact_url"]) == (
        "Displacement data team | Request form",
        "data@agency-b.example.org | ",
        " | https://agency-b.example.org/ask",
    )
    assert row["resource_format"] == "CSV | PDF"
    assert row["resource_size"] == "120034 | "
    assert row["address"] == "https://registry.example.org/dataset/full"
    assert row["organization_title"] == "Agency B"
    assert row["in_series_title"] == "Displacement tracking, Yemen | Baseline assessments"


def test_a_text_that_is_not_there_in_the_language_of_the_reader_says_which_it_is() -> None:
    only_arabic = package(title_translated={"ar": "النزوح"}, tags_translated={"fr": ["a", "b"]})
    (row,) = table(written("csv", only_arabic, job=job("fr")))
    assert (row["title"], row["title_language"]) == ("النزوح", "ar")
    assert (row["tags"], row["tags_language"]) == ("a | b", "fr")


def test_a_number_stays_a_number() -> None:
    text = written("csv", package(admin_level=2, resources=[{"url": "https://x.org", "size": 7}]))
    (row,) = table(text)
    assert (row["admin_level"], row["resource_size"]) == ("2", "7")
    assert ",2," in text
    assert ",7," in text


def test_decision_0009_fields_for_agencies_are_for_agencies() -> None:
    hidden = {field.name for field in load().fields if field.visibility != "public"}
    (public,) = table(written("csv", package()))
    (agency,) = table(written("csv", package(), job=job(everything=True)))
    assert not hidden.intersection(public)
    assert agency["legal_basis"] == "public-interest"
    for suffix in RDF:
        assert "hasLegalBasis" not in written(suffix, package(), job=job(everything=True))


def test_columns_do_not_depend_on_the_datasets() -> None:
    empty = {"id": "x", "name": "x"}
    heads = {text.split("\r\n", 1)[0] for text in (written("csv"), written("csv", package(), empty))}
    assert len(heads) == 1
    assert len(table(written("csv", package(), empty))) == 2


def test_json_and_json_lines_hold_the_packages_as_they_are() -> None:
    one, two = package("one", title="=1"), package("two", title="\ud800")
    whole = json.loads(written("json", one, two, job=job(count=2)))
    assert whole["results"] == [one, two]
    assert (whole["complete"], whole["count"], whole["written"], whole["left_out"]) == (True, 2, 2, 0)
    assert [json.loads(line) for line in written("jsonl", one, two).splitlines()] == [one, two]
    assert json.loads(written("json", job=job(count=0)))["results"] == []


@pytest.mark.parametrize("suffix", RDF)
def test_rdf_is_what_the_one_writer_says_of_each(suffix: str) -> None:
    one, two = package("one"), package("two")
    graph = Graph().parse(data=written(suffix, one, two), format=RDF[suffix])
    assert {str(subject) for subject in rdf.subjects(graph)} == {
        "https://registry.example.org/dataset/one",
        "https://registry.example.org/dataset/two",
    }


BAD = {
    "iri": package("iri", url="not an address", conforms_to=["<>"], in_series=[{"uri": "a b"}]),
    "date": package("date", issued="0000-00-00", temporal_coverage=[{"start": "soon"}, "never"]),
    "large": package("large", notes_translated={"en": "é=\n" * 350_000}),
    "shape": package("shape", contact="text", title_translated=7, resources=[None, {"size": "big"}]),
    "nothing": {},
    "control": package("control", title_translated={"en": "\x00=cmd\x0b"}),
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_r_k_p_one_bad_value_never_breaks_an_export(suffix: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = written(suffix, package("first"), *BAD.values(), package("last"))
    read(suffix, text)
    assert "first" in text
    assert "last" in text
    if suffix in RDF:
        assert any("export.value_left_out id=id-of-iri field=url" in line for line in caplog.messages)


def read(suffix: str, text: str) -> Any:
    """Read a file as strictly as its format allows."""
    if suffix in RDF:
        return Graph().parse(data=text, format=RDF[suffix])
    if suffix == "json":
        return json.loads(text)
    if suffix == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    if suffix == "csv":
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}
        return rows
    return text


def test_r_k_p_a_record_that_cannot_be_written_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Listed(dict[str, Any]):
        def items(self) -> Any:
            raise RuntimeError

    text = written("json", package("one"), Listed(a=1), package("two"))
    whole = json.loads(text)
    assert [each["name"] for each in whole["results"]] == ["one", "two"]
    assert (whole["written"], whole["left_out"]) == (2, 1)
    assert sum("export.left_out" in line for line in caplog.messages) == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_whose_reading_failed_does_not_look_complete(suffix: str) -> None:
    def pages() -> Iterator[list[dict[str, Any]]]:
        yield [package("one")]
        raise OSError("the engine went away")

    pieces = stream(FORMATS[suffix].writer(job()), pages())
    text = "".join(next(pieces).decode() for _ in range(3))
    with pytest.raises(OSError, match="went away"):
        next(pieces)
    assert BROKEN in text
    assert "went away" not in text, "what failed is for the log"
    if suffix in {"ttl", "rdf", "jsonld", "json"}:
        with pytest.raises(Exception):  # noqa: B017, PT011 - each parser has an error of its own
            read(suffix, text)
    if suffix == "csv":
        with pytest.raises(AssertionError):
            read(suffix, text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional={field.name: VALUES for field in load().fields}))
def test_r_k_p_whatever_a_field_holds_a_table_keeps_its_shape(values: dict[str, Any]) -> None:
    rows = read("csv", written("csv", package("one"), {"id": "x", "name": "x", **values}))
    assert len(rows) == 3
