"""Names and ids follow from the identity and from nothing else (ID-06)."""

from __future__ import annotations

import re

import pytest

from ckanext.migration.harvest.naming import LONGEST, free_name, identity, package_id, slug

SOURCE = "11111111-2222-3333-4444-555555555555"
NAME = re.compile(r"[a-z0-9_-]{2,100}")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Internal displacement, 2024", "internal-displacement-2024"),
        ("Flux migratoires en Côte d'Ivoire", "flux-migratoires-en-cote-d-ivoire"),
        ("Größe der Æ-Gruppe", "grosse-der-ae-gruppe"),
        ("إحصاءات النزوح 2024", None),
        ("国际移民", None),
        ("Перемещение IOM", None),
        ("!!!", None),
        ("", None),
        ("x" * 400, None),
        ("Word " * 60, None),
    ],
)
def test_a_title_becomes_a_valid_name(title, expected):
    name = slug(title, "portal", "remote-1")

    assert NAME.fullmatch(name)
    assert len(name) <= LONGEST
    assert expected is None or name == expected
    assert name == slug(title, "portal", "remote-1")


def test_titles_without_latin_letters_are_told_apart_by_identity():
    assert slug("国际移民", "portal", "1") != slug("国际移民", "portal", "2")
    assert slug("国际移民", "portal", "1").startswith("portal-")


def test_a_taken_name_gets_a_suffix_that_a_rerun_gives_again():
    taken = {"stock"}
    first = free_name("stock", "portal", "1", taken.__contains__)
    taken.add(first)

    assert first.startswith("stock-")
    assert free_name("stock", "portal", "2", taken.__contains__) != first
    assert free_name("stock", "portal", "1", {"stock"}.__contains__) == first


def test_even_a_taken_suffix_is_avoided():
    taken = set()
    for _turn in range(6):
        name = free_name("a" * 95, "portal", "1", taken.__contains__)
        assert name not in taken
        assert NAME.fullmatch(name)
        taken.add(name)


def test_an_id_belongs_to_one_source_and_one_record():
    other = "99999999-2222-3333-4444-555555555555"

    assert package_id(SOURCE, "1") == package_id(SOURCE, "1")
    assert len({package_id(SOURCE, "1"), package_id(SOURCE, "2"), package_id(other, "1")}) == 3


@pytest.mark.parametrize("remote_id", ["https://example.org/dataset/1", "é", "with space", "x" * 1000])
def test_usual_identifiers_stay_as_they_are(remote_id):
    assert identity(remote_id) == remote_id


@pytest.mark.parametrize("remote_id", ["x" * 5000, "nul\x00nul", "half \ud800 pair", "é" * 900])
def test_unusual_identifiers_are_cut_and_stay_different(remote_id):
    cut = identity(remote_id)

    assert len(cut.encode()) <= 1000
    assert "\x00" not in cut
    assert cut != identity(remote_id + "y")
    assert cut == identity(remote_id)
