"""The form of a source: what a person typed, as the actions take it, and back."""

from __future__ import annotations

import pytest

from ckanext.migration.harvest import forms

OPTIONS = [
    {"name": "tags", "kind": "list"},
    {"name": "fq", "kind": "lines"},
    {"name": "rows", "kind": "number"},
    {"name": "include_private", "kind": "flag"},
]
SOURCE = {
    "name": "hdx",
    "title": "HDX",
    "url": "https://data.humdata.org",
    "protocol": "ckan",
    "organization": {"id": "an-id", "name": "ocha"},
    "has_credential": True,
    "options": {
        "tags": ["displacement", "refugees"],
        "fq": ["a:b, c", "d:e"],
        "rows": 50,
        "include_private": True,
        "default_sensitivity": "low",
        "default_personal_data_status": ["non-personal"],
        "default_access_rights": "PUBLIC",
        "publisher_organizations": {"IOM = UN Migration": "iom"},
    },
}


def test_the_form_of_a_source_gives_the_same_source_back():
    values = forms.filled(SOURCE, OPTIONS)
    sent = {
        key: ("1" if value is True else value) for key, value in values.items() if value not in (False, "")
    }

    data = forms.read(sent, OPTIONS)

    expected = {**SOURCE["options"], "tags": "displacement, refugees", "fq": "a:b, c\nd:e", "rows": "50"}
    assert data["options"] == expected
    assert data["organization"] == "an-id"
    assert "credential" not in data, "what is never shown is not sent back"


def test_a_level_agreed_among_the_defaults_is_shown_as_the_level():
    source = {**SOURCE, "options": {"defaults": {"sensitivity_level": "low", "access_rights": "PUBLIC"}}}

    values = forms.filled(source, OPTIONS)

    assert (values["default_sensitivity"], values["agreed"]) == ("low", "access_rights = PUBLIC")


def test_an_unticked_box_is_an_answer_only_where_it_was_shown():
    assert "allow_private" not in forms.read({}, OPTIONS)
    assert forms.read({"allow_private-shown": "1"}, OPTIONS)["allow_private"] is False
    assert forms.read({"allow_private-shown": "1", "allow_private": "1"}, OPTIONS)["allow_private"] is True


@pytest.mark.parametrize("text", ["no sign", "= value", "name ="])
def test_a_line_of_another_form_is_named(text):
    with pytest.raises(ValueError, match=text.strip()):
        forms.read({"agreed": f"access_rights = PUBLIC\n{text}"}, OPTIONS)
