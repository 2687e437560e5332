"""Documents that are never refused (threats SR-13), and results as Solr gave them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from ckanext.migration.search import results
from ckanext.migration.search.index import document, mapping

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OWN = {"country": {"type": "keyword"}, "due_at": {"type": "date"}}
PROPERTIES = mapping.properties(OWN)
SHAPE = document.Shape(PROPERTIES, frozenset({"due_at"}), frozenset({"secret", "extras_secret"}))


def build(**given: Any) -> dict[str, Any]:
    return document.build(given, {}, SHAPE, NOW)


def test_empty_values_are_left_out() -> None:
    assert set(build(title="x", notes="", url=None, tags=[])) == {"title", "indexed_ts", "mapping_version"}


def test_five_thousand_keys_need_no_field_sr_13() -> None:
    found = build(**{f"key{number}": "v" for number in range(5000)})
    assert len(found["x"]) == 5000
    assert set(found) == {"x", "indexed_ts", "mapping_version"}


def test_extras_are_pairs_and_come_back_under_their_name() -> None:
    found = build(extras_theme="ENVI", theme="ENVI", res_extras_alt_url=["a", "b"])
    assert found["extras"] == [
        {"key": "extras_theme", "value": "ENVI"},
        {"key": "res_extras_alt_url", "value": ["a", "b"]},
    ]
    assert found["x"] == {"extras_theme": "ENVI", "theme": "ENVI", "res_extras_alt_url": ["a", "b"]}
    assert found["extras_theme"] == "ENVI"


def test_an_extra_with_a_field_of_its_own_is_no_pair() -> None:
    shape = document.Shape(mapping.properties({"extras_theme": mapping.EXTRA}))
    found = document.build({"extras_theme": "ENVI", "extras_other": "x"}, {}, shape, NOW)
    assert found["extras_theme"] == "ENVI"
    assert found["extras"] == [{"key": "extras_other", "value": "x"}]
    assert found["x"] == {"extras_theme": "ENVI", "extras_other": "x"}


@pytest.mark.parametrize("key", ["a.b", "", "ctx._source", "a b", "x" * 300, "\x00"])
def test_odd_keys_are_left_out_sr_13(key: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert set(build(**{key: "v"})) == {"indexed_ts", "mapping_version"}
    assert "key_left_out" in caplog.text


def test_containers_cannot_be_named_from_outside_sr_13() -> None:
    found = build(x="1", extras="2", dates="3", vocab="4", mapping_version=99)
    assert found["x"] == {"x": "1", "extras": "2", "dates": "3", "vocab": "4"}
    assert found["mapping_version"] == mapping.MAPPING_VERSION


def test_only_the_profile_fills_its_fields() -> None:
    assert "due_at" not in build(due_at="never")
    assert build(country="SDN")["country"] == "SDN"
    assert document.build({"country": "x"}, {"country": ["SDN"]}, SHAPE, NOW)["country"] == ["SDN"]


def test_what_only_an_agency_may_see_is_not_indexed() -> None:
    assert set(build(secret="s", extras_secret="s")) == {"indexed_ts", "mapping_version"}


def test_nested_values_become_text() -> None:
    assert build(theme={"a": [1]}, other=[{"b": 1}, ["c"]])["x"] == {
        "theme": '{"a": [1]}',
        "other": ['{"b": 1}', '["c"]'],
    }


def test_booleans_compare_as_text() -> None:
    assert build(flag=True)["x"] == {"flag": "true"}


def test_dates_as_solr_stores_them() -> None:
    found = build(metadata_modified="2014-06-10T08:24:12.782257Z", start_date="2001-02-03T00:00:00+02:00")
    assert found["metadata_modified"] == "2014-06-10T08:24:12.782Z"
    assert found["dates"] == [{"key": "start_date", "at": "2001-02-02T22:00:00Z"}]


def test_an_unreadable_date_is_left_out_sr_13() -> None:
    assert "dates" not in build(start_date="soon")


def test_broken_text_is_repaired() -> None:
    assert build(title="a\ud800b")["title"] == "a?b"


def hit(**source: Any) -> dict[str, Any]:
    return {"_id": "i", "_score": 1.5, "_source": source}


def test_only_stored_fields_come_back() -> None:
    found = results.document(
        hit(id="1", title="t", permission_labels=["public"], x={"a": "b"}, extras_a="b", views_total=3),
        ("*",),
        PROPERTIES,
        decode_dates=False,
    )
    assert found == {"id": "1", "title": "t", "extras_a": "b"}


def test_lists_where_solr_has_lists() -> None:
    found = results.document(
        hit(tags="a", vocab_geo="b", res_extras_x="c"), ("*",), PROPERTIES, decode_dates=False
    )
    assert found == {"tags": ["a"], "vocab_geo": ["b"], "res_extras_x": ["c"]}


def test_dates_decoded_to_the_second() -> None:
    found = results.document(
        hit(metadata_modified="2014-06-10T08:24:12.782Z", name="n"), ("*",), PROPERTIES, decode_dates=True
    )
    assert found == {"metadata_modified": datetime(2014, 6, 10, 8, 24, 12), "name": "n"}  # noqa: DTZ001 - as pysolr


def test_score_on_request() -> None:
    assert results.document(hit(id="1"), ("id", "score"), PROPERTIES, decode_dates=False) == {
        "id": "1",
        "score": 1.5,
    }


def test_permission_labels_never_leave_the_engine() -> None:
    assert "permission_labels" not in results.source(("id", "permission_labels"))["includes"]
    assert "permission_labels" in results.source(("*",))["excludes"]


def test_what_is_shown_with_marks_has_the_places_of_its_words() -> None:
    text = {"type": "text", "analyzer": "english"}
    found = mapping.properties({"title_en": text, "notes_other": text, "provenance_en": text})
    marked = {name for name, field in found.items() if field.get("index_options") == "offsets"}
    assert marked == {"title", "notes", "title_en", "notes_other"}
