"""The field list is checked when it is loaded."""

from __future__ import annotations

import pytest

from migration_schemas import load
from migration_schemas.errors import AnnotationError, SchemaError, UnknownFieldError, UnknownPresetError
from migration_schemas.fields import build

PRESETS = {
    "presets": [{"preset_name": "migration_text", "values": {"rdf_value": "text", "search_type": "none"}}]
}
SOUND = {
    "field_name": "name_of_field",
    "level": "optional",
    "label": {"en": "Name", "fr": "Nom"},
    "rdf_property": "dct:title",
    "rdf_value": "text",
}


def schema(**changes):
    entry = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
    return build("test", {"dataset_fields": [entry], "resource_fields": []}, PRESETS)


def test_sound_entry_is_accepted():
    assert schema().field("name_of_field").label("fr_CA") == "Nom"


@pytest.mark.parametrize(
    "changes",
    [
        {"search_fact": True},
        {"level": "required"},
        {"level": None},
        {"label": {"en": "Name"}},
        {"label": "Name"},
        {"help_text": {"en": "Help"}},
        {"rdf_value": "picture"},
        {"rdf_property": "unknown:title"},
        {"rdf_property": "title"},
        {"rdf_property": "dct:rights/dct:type/dct:type", "rdf_class": "dct:RightsStatement"},
        {"rdf_property": "dct:rights/dct:type"},
        {"rdf_class": "dct:RightsStatement"},
        {"rdf_value": "concept"},
        {"rdf_value": "concept", "vocabulary": "no-such-list"},
        {"vocabulary": "country"},
        {"rdf_value": "node", "rdf_class": "foaf:Agent"},
        {"repeating_subfields": [SOUND]},
        {"search_type": "geo"},
        {"search_facet": True, "search_type": "text"},
        {"search_facet": True, "search_type": "keyword", "visibility": "agency"},
        {"visibility": "secret"},
        {"rdf_value": "translated", "multiple": True},
    ],
)
def test_contradiction_is_refused_and_names_the_field(changes):
    with pytest.raises(AnnotationError, match=r"name_of_field|title"):
        schema(**changes)


def test_unknown_preset_is_refused():
    with pytest.raises(UnknownPresetError):
        schema(preset="migration_nothing")


def test_field_outside_the_groups_of_the_form_is_refused():
    document = {
        "dataset_fields": [SOUND],
        "resource_fields": [],
        "groups": [{"name": "a", "label": {"en": "A"}}],
    }
    with pytest.raises(SchemaError, match="group"):
        build("test", document, PRESETS)


def test_field_wins_over_its_preset():
    assert schema(preset="migration_text", search_type="text").field("name_of_field").search_type == "text"


def test_unknown_fields_are_said_to_be_unknown():
    for ask in (load().field, load().resource_field, load().field("contact").subfield):
        with pytest.raises(UnknownFieldError):
            ask("nothing")


def test_levels_are_those_of_the_profile():
    schema = load()
    mandatory = {f.name for f in schema.fields if f.level == "mandatory"}
    assert mandatory == {
        "title_translated", "notes_translated", "identifier", "publisher", "contact", "migration_theme",
        "sensitivity_level", "personal_data_status", "access_rights",
    }  # fmt: skip
    assert {f.name for f in schema.resource_fields if f.level == "mandatory"} == {"url"}


def test_fields_of_ckan_alone_are_not_part_of_a_record():
    assert not {"name", "owner_org"} & {f.name for f in load().fields}
