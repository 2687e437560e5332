"""The guidance to each rule is whole, and its examples are what they say they are (R-2.2-c)."""

from __future__ import annotations

import pytest

from migration_schemas import shapes
from migration_schemas.fields import LANGUAGES
from migration_schemas.guidance import rules
from migration_schemas.value_repairs import fits


def test_r_2_2_c_every_rule_has_its_guidance_in_six_languages():
    assert {str(shape).rpartition("#")[2] for shape in shapes.meanings()} == set(rules())
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
