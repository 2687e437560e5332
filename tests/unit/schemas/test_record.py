"""Records from CKAN packages and back."""

from __future__ import annotations

import json

from migration_schemas import Record, record


def test_json_texts_of_the_database_and_lists_of_the_api_are_the_same():
    from_api = {
        "title_translated": {"en": "Arrivals", "fr": ""},
        "migration_theme": ["flows"],
        "contact": [{"email": "a@b.org", "name": ""}],
        "tags_translated": {"en": ["sea", " sea ", ""]},
        "admin_level": 1,
    }
    from_database = {key: json.dumps(value) for key, value in from_api.items()}
    one, two = record.from_package(from_api), record.from_package(from_database)
    assert one == two
    assert one.fields == {
        "title_translated": {"en": "Arrivals"},
        "migration_theme": ["flows"],
        "contact": [{"email": "a@b.org"}],
        "tags_translated": {"en": ["sea"]},
        "admin_level": 1,
    }


def test_what_the_profile_does_not_know_stays_outside():
    package = {
        "title": "T",
        "state": "active",
        "identifier": " x ",
        "extras": [],
        "resources": [{"id": "1", "url": "u"}],
    }
    found = record.from_package(package)
    assert found.fields == {"identifier": "x"}
    assert found.resources == ({"url": "u"},)


def test_single_values_and_texts_become_what_the_field_needs():
    found = record.from_package(
        {
            "language": "en",
            "publisher": {"name": "A"},
            "title_translated": "Plain",
            "admin_level": "2",
            "alternative_title": "X",
        }
    )
    assert found.fields == {
        "language": ["en"],
        "publisher": [{"name": "A"}],
        "title_translated": {"en": "Plain"},
        "admin_level": 2,
        "alternative_title": ["X"],
    }


def test_values_that_do_not_fit_are_kept_for_validation_to_name():
    found = record.from_package(
        {"admin_level": "two", "modified": "soon", "sensitivity_level": "??", "size": True}
    )
    assert found.fields == {"admin_level": "two", "modified": "soon", "sensitivity_level": "??"}


def test_broken_json_is_a_text():
    assert record.from_package({"identifier": "{not json", "language": "[not json"}).fields == {
        "identifier": "{not json",
        "language": ["[not json"],
    }


def test_zero_is_a_value():
    assert record.from_package({"admin_level": 0}).fields == {"admin_level": 0}


def test_hash_does_not_depend_on_order_but_on_content():
    one = Record({"language": ["en", "fr"], "identifier": "x"}, ({"url": "a"}, {"url": "b"}))
    two = Record({"identifier": "x", "language": ["fr", "en"]}, ({"url": "b"}, {"url": "a"}))
    three = Record({"identifier": "x", "language": ["fr"]}, ())
    assert one.content_hash() == two.content_hash() != three.content_hash()


def test_title_falls_back_to_english_then_to_any_language_then_to_the_identifier():
    assert Record({"title_translated": {"fr": "F", "en": "E"}}).title("fr_FR") == "F"
    assert Record({"title_translated": {"fr": "F", "en": "E"}}).title("ar") == "E"
    assert Record({"title_translated": {"fr": "F"}}).title("ar") == "F"
    assert Record({"identifier": "x"}).title() == "x"
