"""What is marked in a hit, with the fewest questions to the engine."""

from __future__ import annotations

import pytest

pytest.importorskip("ckan")
from ckanext.migration.search.additions import highlight
from ckanext.migration.search.query.sought import Sought
from ckanext.migration.search.words.thesaurus import Meaning


@pytest.mark.parametrize(
    ("typed", "phrase", "labels", "asked"),
    [
        ("refugees", False, ["Refugees", "Refugees and asylum"], ["Refugees"]),
        ("idps", False, ["displaced persons", "Déplacés"], ["Déplacés", "displaced persons"]),
        ("south sudan", True, ["Republic of South Sudan"], ["Republic of South Sudan"]),
        ("难民", False, ["难民和庇护", "难民"], ["难民", "难民和庇护"]),
        ("asylum", False, ["asylum-seekers"], []),
    ],
)
def test_a_name_with_a_word_that_is_marked_anyway_is_not_looked_for(
    typed: str, phrase: bool, labels: list[str], asked: list[str]
) -> None:
    meaning = Meaning(("migration_theme",), ("x",), 1.0, tuple(("en", label) for label in labels))
    sought = Sought("must", tuple(typed.split()), phrase, (meaning,))
    first, *rest = highlight._marked("title_en", "en", [sought])["bool"]["should"]
    assert first == {"match_phrase" if phrase else "match": {"title_en": typed}}
    assert [each["match_phrase"]["title_en"] for each in rest] == asked
