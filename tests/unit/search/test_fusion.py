"""Two rankings made into one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search.vectors import fusion

RANKING = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True)


def test_what_both_rankings_hold_high_comes_first() -> None:
    assert fusion.fused(["a", "b", "c"], ["c", "b", "x"]) == ["c", "b", "a"]


def test_an_exact_title_is_never_overtaken() -> None:
    assert fusion.fused(["a", "b", "c"], ["c", "b"], {"a"}) == ["a", "c", "b"]


@given(RANKING, RANKING)
def test_nothing_is_added_and_nothing_is_lost(words: list[str], near: list[str]) -> None:
    assert sorted(fusion.fused(words, near)) == sorted(words)


@given(RANKING)
def test_the_order_of_the_words_stays_where_meaning_says_nothing(words: list[str]) -> None:
    assert fusion.fused(words, []) == words
    assert fusion.fused(words, words) == words
