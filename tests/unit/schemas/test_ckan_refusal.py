"""What CKAN says of a dataset that it does not take, in words."""

from __future__ import annotations

from migration_schemas import ckan_refusal


def test_each_field_is_a_sentence_also_of_repeated_parts() -> None:
    errors = {
        "title": ["Missing value"],
        "contact": [{}, {"email": ["not an address", "too long"]}],
        "resources": [{}],
        "__type": "Validation Error",
    }
    assert ckan_refusal.sentences(errors) == (
        "title: Missing value · contact: email: not an address; email: too long"
    )
    assert ckan_refusal.sentences({}) == ""


def test_it_has_an_end() -> None:
    assert len(ckan_refusal.sentences({f"field-{n}": ["Missing value"] for n in range(1000)})) == 2000
