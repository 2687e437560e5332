"""What a text that is still being typed may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search.additions import suggest
from ckanext.migration.search.index import analysis
from ckanext.migration.search.words import beginnings, thesaurus
from migration_vocabularies import get

FIELDS = {"country": "country", "population_group": "population-group", "migration_theme": "migration-theme"}
KNOWN = beginnings.of(FIELDS)


def meant(text: str, language: str = "en") -> tuple[str, list[str]]:
    """The finished words and the codes, best first."""
    for reading in beginnings.readings(text):
        found = KNOWN.concepts(reading.key, language)
        if found:
            return reading.before, [each.code for each in found]
    return "", []


@pytest.mark.parametrize(
    ("text", "before", "code"),
    [
        ("refug", "", "refugees"),
        ("Refugees in South Su", "Refugees", "SSD"),
        ("déplacés int", "", "idps"),
        ("DEPLACES INT", "", "idps"),
        ("displaced pers", "", "idps"),
        ("l'asi", "", "asylum-seekers"),
        ("النازح", "", "idps"),
        ("نازح", "", "idps"),
        ("لاجئين في كيـــ", "لاجئين", "KEN"),
        ("流离", "", "idps"),
        ("肯尼亚难", "肯尼亚", "refugees"),
        ("беженцы в Кен", "беженцы", "KEN"),
        ("côte d’iv", "", "CIV"),
        ("sdn", "", "SDN"),
        ("drc", "", "COD"),
    ],
)
def test_the_longest_unfinished_part_is_meant_sr_14(text: str, before: str, code: str) -> None:
    finished, codes = meant(text)
    assert finished == before
    assert code in codes


@pytest.mark.parametrize(
    "text", ["", " ", "x", "ال", "refugees in", "data on the", '"refug', "title:refug", "-refug", "refug*"]
)
def test_what_says_nothing_means_nothing(text: str) -> None:
    assert meant(text) == ("", [])


def test_the_label_that_is_shown_wins() -> None:
    (sudan, *_others) = KNOWN.concepts("sud", "en")
    assert (sudan.code, sudan.label, sudan.preferred) == ("SDN", "Sudan", True)
    assert KNOWN.concepts("sud", "es")[0].label == "Sudán"
    assert not KNOWN.concepts("refugees", "en")[0].inside


@given(st.text(max_size=120))
def test_any_text_can_be_typed(text: str) -> None:
    for reading in beginnings.readings(text):
        assert len(reading.key) >= 1
        KNOWN.concepts(reading.key, "en")
    assert suggest.titles(text)


@pytest.mark.parametrize("language", thesaurus.LANGUAGES)
def test_every_label_is_found_by_its_first_half(language: str) -> None:
    for name in FIELDS.values():
        for concept in get(name):
            label = concept.labels[language]
            begun = beginnings.key(label[: max(3, len(label) // 2)])
            if len(begun) > 1:
                assert concept.code in [each.code for each in KNOWN.concepts(begun, language)], label


def test_a_title_is_found_by_the_beginning_of_every_word() -> None:
    assert suggest.titles("covid-19 déplac 难民") == {
        "bool": {
            "filter": [{"match_phrase": {"beginnings": word}} for word in ("covid-19", "déplac", "难民")]
        }
    }
    assert suggest.titles("…") == {"match_none": {}}
    both = [
        analysis.SETTINGS["analysis"]["analyzer"][f"beginnings_{side}"]["filter"]
        for side in ("index", "query")
    ]
    assert both[0][:5] == both[1][:5], "folded alike on both sides"
