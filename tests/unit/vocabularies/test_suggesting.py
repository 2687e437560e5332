"""A text that names no term is answered with the terms nearest to it (R-S1-a)."""

from __future__ import annotations

import pytest

from migration_vocabularies import get
from migration_vocabularies.suggesting import MOST, near


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("migration-theme", "migation flows", "flows"),
        ("migration-theme", "climate migration", "environment-climate"),
        ("migration-theme", "displaced internally", "internal-displacement"),
        ("migration-theme", "Déplacemant interne", "internal-displacement"),
        ("country", "Soudann", "SDN"),
    ],
)
def test_r_s1_a_what_is_near_is_suggested(name, text, code):
    assert get(name).match(text) is None
    assert code in {concept.code for concept in near(get(name), text)}


@pytest.mark.parametrize("text", ["", "xyzzy", "?", "q" * 10_000])
def test_nothing_is_suggested_for_nothing(text):
    assert near(get("migration-theme"), text) == ()


def test_few_are_suggested():
    assert len(near(get("country"), "Republic")) <= MOST
