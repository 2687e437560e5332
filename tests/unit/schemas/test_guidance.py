"""The guidance to each rule is whole, and its examples are what they say they are (R-2.2-c)."""

from __future__ import annotations

import pytest

from migration_schemas import load, shapes
from migration_schemas.fields import LANGUAGES
from migration_schemas.guidance import rules
from migration_schemas.value_repairs import fits


def test_r_2_2_c_every_rule_has_its_guidance_in_six_languages():
    assert {str(shape).rpartition("#")[2] for shape in shapes.meanings()} <= set(rules())
    for rule in rules().values():
        for lang in LANGUAGES:
            told = rule.as_dict(lang)
            assert all(told[part] for part in ("label", "message", "why", "right")), (rule.id, lang)


def test_wrong_examples_are_refused_by_their_fields():
    shown = [rule for rule in rules().values() if rule.wrong]
    assert len(shown) > 50
    assert [rule.id for rule in shown if fits(rule.field, rule.wrong)] == []


@pytest.mark.parametrize(
    ("rule", "part"),
    [("contact-email-value", "email"), ("contact-required", "contact"), ("FlowPairs", "corridors")],
)
def test_a_rule_about_a_part_is_told_of_the_part(rule, part):
    assert rules()[rule].field.name == part


def test_fields_under_one_property_have_a_rule_and_a_message_each():
    own = [field for fields in load().sharing.values() for field in fields]
    assert len(own) > 5
    messages = {rules()[f"{field.name}-value"].as_dict("fr")["message"] for field in own}
    assert len(messages) == len(own)


def test_a_rule_across_fields_tells_a_record_that_fails_and_one_that_passes():
    told = rules()["PersonalBasis"].as_dict("fr")
    assert {"label": "Base juridique", "value": ""} in told["fails"]
    assert {"label": "Base juridique", "value": "Consentement"} in told["passes"]
    across = [rule for rule in rules().values() if not rule.wrong and not rule.missing]
    assert [rule.id for rule in across if rule.id[0].isupper() and not rule.as_dict()["fails"]] == []


def test_examples_are_taken_from_what_data_are_about():
    assert rules()["spatial_coverage-value"].as_dict("fr")["right"] == "Soudan"
    assert "World" not in {rule.as_dict()["right"] for rule in rules().values()}
