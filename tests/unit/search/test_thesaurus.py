"""What words mean, in six languages."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import dismax, sought
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.words import stopwords, synonyms, thesaurus
from migration_schemas import indexing

KNOWN = thesaurus.build()
FIELDS = Fields(mapping.properties(indexing.properties()))
WEIGHTS = dismax.Weights("title^4 text", "2<-1 5<80%", 0.1, KNOWN)
LABELS = sorted(
    {label for name in thesaurus.WEIGHTS for c in thesaurus.get(name) for label in c.labels.values()}
)


def meant(text: str, known: thesaurus.Thesaurus = KNOWN) -> list[set[str]]:
    words = [piece for word in text.split() if not stopwords.is_one(word) for piece in known.pieces(word)]
    return [{meaning.codes[0] for meaning in span.meanings if meaning.codes} for span in known.spans(words)]


@pytest.mark.parametrize(
    "text",
    ["IDP", "idps", "Internally Displaced", "deplaces internes", "déplacés internes", "desplazados internos",
     "النازحون داخلياً", "внутренне перемещенные лица", "境内流离失所者"],
)  # fmt: skip
def test_one_idea_in_six_languages_sr_15(text: str) -> None:
    assert len(meant(text)) == 1
    assert "idps" in meant(text)[0]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("refugees in South Sudan", ["refugees", "SSD"]),
        ("refugees from Sudan", ["refugees", "SDN"]),
        ("肯尼亚难民", ["KEN", "refugees"]),
        ("اللاجئون في كينيا", ["refugees", "KEN"]),
        ("لاجئين كيـــنيا", ["refugees", "KEN"]),
        ("беженцев в Кении", ["refugees", "KEN"]),
        ("trafficking in persons Asia", ["trafficking", "142"]),
        ("Bosnia and Herzegovina", ["BIH"]),
        ("KEN", ["KEN"]),
        ("IDP CAR DRC", ["idps", "CAF", "COD"]),
        ("流离失所者 叙利亚", ["idps", "SYR"]),
        ("несопровождаемые дети Сирии", ["unaccompanied-separated-children", "SYR"]),
        ("ضحايا الاتجار بالبشر", ["victims-of-trafficking"]),
    ],
)
def test_the_longest_label_is_meant_sr_14(text: str, codes: list[str]) -> None:
    assert [code in found for code, found in zip(codes, meant(text), strict=True)] == [True] * len(codes)


@pytest.mark.parametrize(
    "text", ["no", "us", "or", "and", "in", "ken", "can", "per", "il", "car", "data", "NO IN IT"]
)
def test_a_short_word_is_no_country(text: str) -> None:
    assert not any(
        "country" in field
        for found in KNOWN.spans(text.split())
        for m in found.meanings
        for field in m.fields
    )


def test_the_world_is_not_each_of_its_countries_and_a_region_is() -> None:
    (world,), (region,) = (next(KNOWN.spans([word])).meanings for word in ("World", "Africa"))
    assert world.codes == ("001",)
    assert {"KEN", "SDN", "015"} <= set(region.codes)


def test_only_public_fields_are_asked() -> None:
    named = {field for name in thesaurus.WEIGHTS for field in thesaurus._fields(name)}
    assert "legal_basis" not in named
    assert named <= set(indexing.properties())


def test_a_label_of_several_words_is_one_clause() -> None:
    found = dismax.query("internally displaced persons Sudan", WEIGHTS, FIELDS)["bool"]["should"][0]["bool"]
    assert len(found["should"]) == 2
    assert all("dis_max" in each for each in found["should"])


def test_stop_words_are_welcome_and_not_required() -> None:
    found = dismax.query("situation of the camp", WEIGHTS, FIELDS)["bool"]["should"][0]["bool"]
    assert len(found["must"][0]["bool"]["should"]) == 2
    assert [each["multi_match"]["boost"] for each in found["should"]] == [0.1, 0.1]


def test_stop_words_alone_are_words() -> None:
    found = dismax.query("to be or to be", WEIGHTS, FIELDS)["bool"]["should"][0]["bool"]
    assert len(found["should"]) == 5


def test_what_must_not_be_is_taken_as_typed() -> None:
    found = dismax.query("Kenya -refugees", WEIGHTS, FIELDS)["bool"]
    assert [each["multi_match"]["query"] for each in found["must_not"]] == ["refugees"]


def test_without_a_thesaurus_nothing_is_understood() -> None:
    plain = dismax.query("refugees in Sudan", dismax.Weights("title^4 text"), FIELDS)["bool"]
    assert [each["multi_match"]["query"] for each in plain["should"]] == ["refugees", "in", "Sudan"]


def test_a_portal_adds_its_own_synonyms() -> None:
    rows = synonyms.rows("# ours\nPoC, persons of concern\nwanderers, IDP\nalone\n\n")
    assert rows == (("PoC", "persons of concern"), ("wanderers", "IDP"))
    known = thesaurus.build(rows)
    assert "idps" in meant("wanderers", known)[0]
    (span,) = known.spans(["PoC"])
    assert ("en", "persons of concern") in {label for meaning in span.meanings for label in meaning.labels}
    assert meant("wanderers") == []


def typed(query: Any) -> str:
    return json.dumps(query, ensure_ascii=False)


def understood(text: str) -> int:
    """Count the labels that became concepts."""
    return sum(bool(each.meanings) for each in sought.read(text, KNOWN).sought)


def test_a_text_of_many_labels_stays_small_sr_16() -> None:
    for text in ("Africa " * 60, "\u96be\u6c11" * 512, "+IDP -x " * 30):
        found = dismax.query(text.strip(), WEIGHTS, FIELDS)
        assert understood(text.strip()) <= sought.MAX_UNDERSTOOD
        assert typed(found).count("multi_match") <= 900


def test_a_small_word_between_chinese_labels_is_not_required_sr_14() -> None:
    found = dismax.query("肯尼亚的难民", WEIGHTS, FIELDS)["bool"]["should"][0]["bool"]
    assert len(found["must"][0]["bool"]["should"]) == 2
    assert len(found["should"]) == 1


def as_one(words: str, asked: str) -> bool:
    return json.dumps(words, ensure_ascii=False) in asked


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(LABELS), st.text(max_size=12)), max_size=12).map(" ".join))
def test_any_text_compiles_or_is_refused_and_no_word_is_lost(text: str) -> None:
    try:
        plain = dismax.query(text, dismax.Weights("title^4 text"), FIELDS)
        found = dismax.query(text, WEIGHTS, FIELDS)
    except QuerySyntaxError:
        return
    if "match_none" in plain:
        assert found == plain
        return
    asked = typed(found)
    for side in plain["bool"].values():
        for clause in side if isinstance(side, list) else ():
            words = clause["multi_match"]["query"]
            pieces = [words] if as_one(words, asked) else KNOWN.pieces(words)
            assert all(as_one(piece, asked) for piece in pieces)
    assert understood(text) <= sought.MAX_UNDERSTOOD
    assert len(asked) < 2_000_000


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Syrian", "SYR"),
        ("syriennes", "SYR"),
        ("sirios", "SYR"),
        ("السوريون", "SYR"),
        ("Nigerian", "NGA"),
        ("nigérien", "NER"),
        ("South Sudanese", "SSD"),
    ],
)
def test_people_are_called_after_their_country_sr_15(words: str, code: str) -> None:
    (span,) = KNOWN.spans(words.split())
    assert code in {meaning.codes[0] for meaning in span.meanings}


def places(text: str, minimum: str = "2<-1 5<80%") -> list[dict[str, Any]]:
    found = dismax.query(text, dataclasses.replace(WEIGHTS, minimum=minimum), FIELDS)
    inner = found["bool"]["should"][0] if "should" in found["bool"] else found
    inner = (inner["bool"].get("must") or [inner])[0]  # with stop words beside it
    (narrowed,) = inner["bool"].get("filter") or [None]
    return narrowed["bool"]["should"] if narrowed else []


def test_a_place_that_is_named_is_never_the_word_that_may_be_missing() -> None:
    assert len(places("food security Mali")) == 1
    assert len(places("migration from Mexico to Guatemala")) == 2
    assert len(places("Mali Niger Chad health")) == 3
    assert places("food security survey") == []


def test_a_place_is_not_asked_for_where_any_word_will_do_or_there_are_many() -> None:
    assert places("food security Mali", "1") == []
    assert places("Mali OR drought") == []
    assert places("Mali Niger Chad Benin health") == []
