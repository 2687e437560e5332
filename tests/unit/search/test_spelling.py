"""Words that can be misspelt, and the words like them (threats LK-09, SR-15)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search import second_pass
from ckanext.migration.search.errors import IndexUnavailable
from ckanext.migration.search.index import mapping
from ckanext.migration.search.spelling import dictionary, misspelt
from ckanext.migration.search.spelling.dictionary import Like
from ckanext.migration.search.spelling.misspelt import Word
from migration_schemas import indexing, load

VISIBLE = {"bool": {"filter": [{"terms": {"permission_labels": ["public"]}}]}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refuge kenia", ["refuge", "kenia"]),
        ("the refuge in Kenia", ["refuge", "Kenia"]),
        ("IDP IOM UNHCR", []),
        ("map of 2024", []),
        ("covid-19 round9", []),
        ("office@agency.example.org /dataset/refugees", []),
        ("stateless-persons", ["stateless", "persons"]),
        ("难民营地", []),
        ("déplacés", ["déplacés"]),
        ("de\u0301place\u0301s", ["de\u0301place\u0301s"]),
        ("беженцы", ["беженцы"]),
        ("اللاجئين", ["اللاجئين"]),
        ("اللَّاجِئِين", ["اللَّاجِئِين"]),
        ("one two three four five sixx seven eight nine tennn elevenn twelvee", None),
        ("", []),
    ],
)
def test_words_that_can_be_misspelt(text: str, found: list[str] | None) -> None:
    words = misspelt.words(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    if found is None:
        assert len(words) == misspelt.MOST
    else:
        assert [word.text for word in words] == found


def test_arabic_is_compared_without_what_can_be_left_out() -> None:
    plain, written = misspelt.words("اللاجئين اللَّاجِـئِين")
    assert plain.letters == written.letters
    assert plain.edits == written.edits == 2


@pytest.mark.parametrize(("word", "edits"), [("camp", 1), ("refuge", 1), ("refugee", 2)])
def test_long_words_may_have_two_mistakes(word: str, edits: int) -> None:
    assert misspelt.words(word)[0].edits == edits


def test_other_words_stand_where_the_words_stood() -> None:
    text = "Refuge in  kenia, again"
    refuge, kenia, _again = misspelt.words(text)
    assert misspelt.replaced(text, {kenia: "kenya", refuge: "refugee"}) == "Refugee in  kenya, again"


@given(st.text(max_size=60))
def test_a_text_with_its_own_words_is_itself(text: str) -> None:
    words = misspelt.words(text)
    assert misspelt.replaced(text, {word: word.text for word in words if not word.text.istitle()}) == text


KENIA = Word("kenia", 7, 12)


def options(*likes: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"options": [{"text": text, "score": score} for text, score in likes]}]


def answered(known: int, **languages: list[dict[str, Any]]) -> dict[str, Any]:
    empty = {f"w7.{language}": [] for language in mapping.SPELLED}
    found = {f"w7.{language}": entries for language, entries in languages.items()}
    return {
        "aggregations": {"known": {"buckets": {"w7": {"doc_count": known}}}},
        "suggest": {**empty, **found},
    }


def test_a_word_that_a_visible_record_has_is_no_mistake() -> None:
    assert dictionary.unknown(answered(1, en=options(("kenya", 0.8))), [KENIA], "en") == {}


def test_the_nearest_come_first_and_the_reader_s_language_before_others() -> None:
    answer = answered(
        0, en=options(("kenya", 0.8), ("genie", 0.6)), fr=options(("kenia", 0.9), ("zenia", 0.8))
    )
    likes = dictionary.unknown(answer, [KENIA], "en")[KENIA]
    assert [like.text for like in likes] == ["kenya", "zenia", "genie"]
    french = dictionary.unknown(answer, [KENIA], "fr")[KENIA]
    assert [like.text for like in french] == ["zenia", "kenya", "genie"]


def test_only_words_that_stand_in_a_visible_record_are_kept_lk_09() -> None:
    likes = {KENIA: [Like("kenya", 0.8), Like("canary", 0.8)]}
    asked = dictionary.sighting(likes, VISIBLE)
    assert asked["query"] == VISIBLE
    assert asked["size"] == 0
    assert set(asked["aggs"]["seen"]["filters"]["filters"]) == {"kenya", "canary"}
    buckets = {"kenya": {"doc_count": 3}, "canary": {"doc_count": 0}}
    seen = dictionary.seen({"aggregations": {"seen": {"buckets": buckets}}}, likes)
    assert seen == {KENIA: [Like("kenya", 0.8, 3)]}


def test_which_words_are_known_is_asked_under_the_reader_s_permissions_lk_09() -> None:
    asked = dictionary.question({KENIA: dictionary.known("kenia", None, "en")}, VISIBLE)
    assert asked["query"] == VISIBLE
    assert asked["size"] == 0
    assert {each["term"]["max_edits"] for each in asked["suggest"].values()} == {1}


def test_the_dictionary_holds_nothing_that_only_an_agency_may_see_lk_09() -> None:
    fields = mapping.properties(indexing.properties())
    copied = {
        name
        for name, field in fields.items()
        if any(to.startswith("spelling.") for to in field.get("copy_to", ()))
    }
    assert {"title", "title_en", "notes", "notes_fr", "tags"} <= copied
    hidden = {indexing.stem(field) for field in load().fields if field.visibility != "public"}
    assert hidden
    assert not {name for name in copied for stem in hidden if name == stem or name.startswith(f"{stem}_")}


class Broken:
    """An engine that does not answer."""

    def search(self, *_asked: Any) -> Any:
        raise IndexUnavailable("away")


def test_trouble_in_the_second_pass_leaves_the_search_as_it_is() -> None:
    asked: Any = SimpleNamespace(
        engine=Broken(),
        index="x",
        text="kenia",
        language="en",
        visible=VISIBLE,
        read=lambda *_each: SimpleNamespace(looked_for=()),
    )
    assert second_pass.told(asked) is None


@pytest.mark.parametrize(
    ("plain", "language", "written"),
    [("refugies", "fr", "réfugiés"), ("refugies", "en", "réfugiés"), ("kenya", "en", "kenya")],
)
def test_accents_come_back_from_the_vocabularies(plain: str, language: str, written: str) -> None:
    assert dictionary.as_written(plain, language) == written
