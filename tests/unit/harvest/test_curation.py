"""What a person changed here stays; the rest follows the partner (ID-04)."""

from __future__ import annotations

import pytest

from ckanext.migration.harvest.curation import changed, merge, same

BASE = {"title": "Old", "theme": ["a", "b"], "note": "n"}


@pytest.mark.parametrize(
    ("current", "incoming", "fields", "kept"),
    [
        pytest.param(BASE, BASE, BASE, (), id="nothing happened"),
        pytest.param(BASE, BASE | {"title": "New"}, BASE | {"title": "New"}, (), id="the partner changed it"),
        pytest.param(
            BASE | {"title": "Ours"}, BASE, BASE | {"title": "Ours"}, ("title",), id="a person changed it"
        ),
        pytest.param(
            BASE | {"title": "Ours"},
            BASE | {"title": "Theirs"},
            BASE | {"title": "Ours"},
            ("title",),
            id="both changed it",
        ),
        pytest.param(
            BASE | {"title": "Same"}, BASE | {"title": "Same"}, BASE | {"title": "Same"}, (), id="both agree"
        ),
        pytest.param(BASE | {"theme": ["b", "a"]}, BASE, BASE, (), id="order means nothing"),
        pytest.param(
            BASE | {"extra": "x"}, BASE, BASE | {"extra": "x"}, ("extra",), id="a person added a field"
        ),
        pytest.param(
            {"title": "Old", "theme": ["a", "b"]},
            BASE | {"title": "New"},
            {"title": "New", "theme": ["a", "b"]},
            ("note",),
            id="a person emptied a field",
        ),
        pytest.param(
            BASE,
            {"title": "Old", "theme": ["a", "b"]},
            {"title": "Old", "theme": ["a", "b"]},
            (),
            id="the partner dropped a field",
        ),
    ],
)
def test_three_way_merge(current, incoming, fields, kept):
    merged = merge(BASE, current, incoming)

    assert merged.fields == fields
    assert merged.kept == kept


def test_the_names_of_changed_fields():
    assert changed({"a": 1, "b": [1, 2], "c": "x"}, {"a": 2, "b": [2, 1], "d": ""}) == ("a", "c")


@pytest.mark.parametrize(
    ("one", "other"),
    [(None, ""), ([], None), ({"en": ""}, None), ([{"a": 1}, {"b": 2}], [{"b": 2}, {"a": 1}]), (3, "3")],
)
def test_values_that_are_the_same_to_people(one, other):
    assert same(one, other)


def test_values_that_differ():
    assert not same({"en": "a"}, {"en": "b"})
    assert not same(["a"], ["a", "b"])
