"""The versions of the profile and its crosswalk: one source each, and no name that does not exist."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from migration_schemas import Record, load, profile, profile_version, schema_org, validate_record
from migration_schemas.kinds import KINDS

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
DATA = Path(__file__).resolve().parents[2] / "data"
CROSSWALK: dict[str, Any] = yaml.safe_load((files("migration_schemas") / "crosswalk.yaml").read_text("utf-8"))


def test_the_version_is_the_latest_of_the_change_log() -> None:
    found = profile.versions()
    assert found[0].number == profile_version()
    assert [one.issued for one in found] == sorted((one.issued for one in found), reverse=True)
    for one in found:
        assert re.fullmatch(r"\d+\.\d+\.\d+", one.number)
        assert set(one.notes) == {"en", "fr"}


def test_a_report_says_by_which_version_it_was_made() -> None:
    report = validate_record(Record({"title_translated": {"en": "Arrivals by sea"}}))
    assert report.as_dict()["profile_version"] == profile_version()
    graph = report.to_graph()
    (used,) = graph.objects(None, profile.PREFIXES["prov"].used)
    assert used == profile.profile_iri()
    assert str(used).endswith(f"/{profile_version()}")


def test_every_field_has_a_label_in_the_six_languages() -> None:
    schemas = [load(kind) for kind in KINDS]
    lacking = [
        (part.name, lang)
        for schema in schemas
        for field in (*schema.fields, *schema.resource_fields)
        for part in (field, *field.subfields)
        for lang in LANGUAGES
        if not part.labels.get(lang)
    ]
    assert not lacking
    assert all(set(labels) == set(LANGUAGES) for schema in schemas for labels in schema.groups.values())


def test_the_crosswalk_names_fields_and_standards_that_exist() -> None:
    known = {
        "fields": {field.name for field in load().fields},
        "resource_fields": {field.name for field in load().resource_fields},
    }
    for group, names in known.items():
        assert set(CROSSWALK[group]) <= names
        for elsewhere in CROSSWALK[group].values():
            assert set(elsewhere) <= set(CROSSWALK["standards"])


def test_the_crosswalk_to_schema_org_is_what_is_written() -> None:
    whole = yaml.safe_load((DATA / "full_dataset.yaml").read_text(encoding="utf-8"))
    record = Record({**whole["fields"], "access_rights": "PUBLIC"}, tuple(whole["resources"]))
    written = schema_org.dataset(
        record, url="https://x.example/1", catalogue_url="https://x.example/", catalogue_name="X"
    )
    said = {
        term
        for group in ("fields", "resource_fields")
        for elsewhere in CROSSWALK[group].values()
        if (term := elsewhere.get("schema_org"))
    }
    inner = {f"distribution.{key}" for key in written["distribution"][0]}
    ours = {"@context", "@type", "@id", "url", "includedInDataCatalog", "distribution", "distribution.@type"}
    assert said == (set(written) | inner) - ours
