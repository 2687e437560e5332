"""What is typed into the search box."""

from __future__ import annotations

import pytest

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import dismax
from ckanext.migration.search.query.fields import Fields

FIELDS = Fields(mapping.properties({}))
WEIGHTS = dismax.Weights("name^4 title^4 tags^2 groups^2 text", "2<-1 5<80%", 0.1)


def words(side: list[dict]) -> list[str]:
    return [clause["multi_match"]["query"] for clause in side]


def compiled(text: str) -> dict:
    return dismax.query(text, WEIGHTS, FIELDS).get("bool", {})


def test_each_word_is_a_clause_over_all_fields() -> None:
    found = compiled("water quality")
    assert words(found["should"]) == ["water", "quality"]
    assert found["minimum_should_match"] == "2<-1 5<80%"
    clause = found["should"][0]["multi_match"]
    assert clause["fields"] == ["name^4", "title^4", "tags^2", "groups^2", "text"]
    assert clause["tie_breaker"] == 0.1


def test_quotes_make_a_phrase() -> None:
    found = compiled('"water quality" lakes')
    assert [clause["multi_match"]["type"] for clause in found["should"]] == ["phrase", "best_fields"]


def test_signs_and_operators_keep_their_meaning() -> None:
    found = compiled("+water -lake river AND sea NOT pond")
    assert words(found["must"]) == ["water", "river", "sea"]
    assert words(found["must_not"]) == ["lake", "pond"]


def test_what_has_no_word_is_dropped() -> None:
    assert words(compiled("water & air")["should"]) == ["water", "air"]


def test_an_open_quote_is_repaired() -> None:
    assert words(compiled('"water quality')["should"]) == ["water", "quality"]


@pytest.mark.parametrize("text", ["+", "-", "water -", "- water", "&", "++ --"])
def test_dangling_signs_do_no_harm(text: str) -> None:
    dismax.query(text, WEIGHTS, FIELDS)


def test_two_signs_are_a_mistake() -> None:
    with pytest.raises(QuerySyntaxError):
        compiled("--included")


def test_only_words_that_can_match_are_asked_for() -> None:
    assert dismax.query("&", WEIGHTS, FIELDS) == {"match_none": {}}


def test_a_query_field_that_nobody_has_is_left_out() -> None:
    found = dismax.query("x", dismax.Weights("title_xx^8 title"), FIELDS)
    assert found["bool"]["should"][0]["multi_match"]["fields"] == ["title"]


@pytest.mark.parametrize("names", ["title^high", "title;text", "title_xx", "due_date extras_x"])
def test_query_fields_that_cannot_be_asked_are_refused(names: str) -> None:
    with pytest.raises(QuerySyntaxError):
        dismax.query("x", dismax.Weights(names), FIELDS)


def test_words_inside_a_clause_are_all_required_and_score_alone_by_the_best_field() -> None:
    clause = dismax.query("x", dismax.Weights("title"), FIELDS)["bool"]["should"][0]["multi_match"]
    assert clause["operator"] == "and"
    assert clause["tie_breaker"] == 0.0
    assert "boost" not in clause
    assert compiled("+water")["minimum_should_match"] == 0


@pytest.mark.parametrize("text", ["x " * 2000, "x" * 2000, " ".join(f"w{n}" for n in range(100))])
def test_a_huge_text_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        compiled(text)


@pytest.mark.parametrize("minimum", ["x", "1;drop", ""])
def test_a_strange_minimum_is_refused(minimum: str) -> None:
    with pytest.raises(QuerySyntaxError):
        dismax.query("a b", dismax.Weights("text", minimum), FIELDS)
