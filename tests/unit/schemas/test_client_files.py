"""Records in a folder: read from every form, written back so that they read the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from migration_schemas import Record, yaml_text
from migration_schemas.client import files
from migration_schemas.client.commands import token
from migration_schemas.client.publishing import completed, merged, stopped
from migration_schemas.client.state import NAME, Met, State
from migration_schemas.errors import ReadError
from migration_schemas.validation import validate_record

FULL = Path(__file__).parents[2] / "data" / "full_dataset.yaml"


def full() -> Record:
    values = yaml.safe_load(FULL.read_text(encoding="utf-8"))
    return Record(values["fields"], tuple(values["resources"]))


@pytest.mark.parametrize("form", ["yaml", "json", "ttl", "rdf", "jsonld", "nt"])
def test_a_full_record_comes_back_from_its_file(tmp_path: Path, form: str):
    text = files.text_of(full(), form, name="full", private=False, subject="https://r.example.org/dataset/1")
    files.write(tmp_path / f"full.{form}", text)

    (entry,) = files.read_folder(tmp_path)

    assert entry.error is None
    assert entry.record.content_hash() == full().content_hash()
    assert entry.report.conforms


def test_a_folder_is_read_in_the_order_of_names_without_hidden_files(tmp_path: Path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("z.json", "b/a.json", ".git/c.json", ".hidden.json", "readme.md"):
        (tmp_path / name).write_text(json.dumps({"identifier": name}), encoding="utf-8")

    assert [entry.file for entry in files.read_folder(tmp_path)] == ["b/a.json", "z.json"]


def test_yaml_says_what_its_text_says():
    values = yaml_text.load("country: NO\nissued: 2024-01-01\nnumber: 12\nempty: ~\nyes: on")

    assert values == {"country": "NO", "issued": "2024-01-01", "number": "12", "empty": None, "yes": "on"}
    assert yaml_text.load(yaml_text.dump({"a": ["NO", "2024", "x: y", "#"]})) == {
        "a": ["NO", "2024", "x: y", "#"]
    }


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x", "a: [", "!!python/object/apply:os.system [ls]", "[" * 5000, "\x00"]
)
def test_yaml_that_is_broken_or_dangerous_is_one_error(text: str):
    with pytest.raises(ReadError):
        yaml_text.load(text)


def test_a_file_that_cannot_be_read_is_told_and_stops_no_other(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"identifier": "b", "private": True, "name": "bb"}))
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")

    one, two, three = files.read_folder(tmp_path)

    assert "line 1" in str(one.error)
    assert (two.record.identifier, two.private, two.name) == ("b", True, "bb")
    assert three.error is not None


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", "CON.", "x" * 300, "a\x00b"])
def test_a_name_of_the_portal_never_leads_out_of_the_folder(tmp_path: Path, name: str):
    found = files.free_file(tmp_path, name, "yaml", set())

    assert (tmp_path / found).resolve().parent == tmp_path.resolve()
    assert found.endswith(".yaml")


def test_a_free_name_is_not_that_of_another_record(tmp_path: Path):
    (tmp_path / "one.yaml").touch()

    assert files.free_file(tmp_path, "one", "yaml", {"one-2.yaml"}) == "one-3.yaml"


def test_the_memory_of_a_folder_is_one_for_each_portal(tmp_path: Path):
    met = Met("id", "a.yaml", "1", "2")
    State(tmp_path, "https://a.example.org").keep("x", met)
    State(tmp_path, "https://b.example.org").keep("x", Met("other", "a.yaml", "3", "2"))

    assert State(tmp_path, "https://a.example.org").get("x") == met
    assert State(tmp_path, "https://c.example.org").get("x") is None
    (tmp_path / NAME).write_text("{", encoding="utf-8")
    with pytest.raises(ReadError):
        State(tmp_path, "https://a.example.org")


def test_what_the_portal_fills_in_is_no_difference():
    there = Record(
        {**full().fields},
        tuple({**row, "mimetype": "text/csv", "size": 12} for row in full().resources),
    )
    here = Record(
        {name: value for name, value in full().fields.items() if name != "publisher"},
        tuple({n: v for n, v in row.items() if n not in {"mimetype", "size"}} for row in full().resources),
    )

    assert completed(here, there).content_hash() == there.content_hash()


def test_what_is_no_field_of_the_profile_stays_on_the_portal():
    stored = {"id": "r", "url": "https://x.example.org/1", "url_type": "upload", "license": "CC0-1.0"}
    held = {"id": "1", "name": "n", "groups": [{"name": "g"}], "issued": "2020", "resources": [stored]}
    wanted = Record({"title_translated": {"en": "T"}}, ({"url": "https://x.example.org/1", "format": "CSV"},))

    package = merged(held, wanted)

    assert package["groups"] == [{"name": "g"}]
    assert "issued" not in package
    assert package["resources"] == [
        {"id": "r", "url": "https://x.example.org/1", "url_type": "upload", "format": "CSV"}
    ]


def test_a_private_record_may_be_incomplete_but_not_malformed():
    fields = {n: v for n, v in full().fields.items() if n not in {"sensitivity_level", "publisher"}}
    report = validate_record(Record(fields, full().resources))
    malformed = validate_record(Record({**fields, "issued": "31/12/2024"}, full().resources))
    without = {n: v for n, v in full().fields.items() if n != "publisher"}

    assert stopped(report, private=False)
    assert not stopped(report, private=True)
    assert stopped(malformed, private=True)
    assert not stopped(validate_record(Record(without, full().resources)), private=False)


def test_a_token_file_holds_a_token_and_nothing_else(tmp_path: Path):
    path = tmp_path / "token"
    for text in ("", "two words", "é"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ReadError):
            token(str(path))
    with pytest.raises(ReadError):
        token(str(tmp_path / "none"))
