"""Names of clauses survive the way through the engine, whatever was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search.words import way

TEXT = st.text(max_size=way.MAX_WORDS)


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_name_is_read_as_it_was_written(kind: str, words: str, vocabulary: str, code: str) -> None:
    assert way.read(way.name(kind, words, vocabulary, code)) == way.Way(kind, words, vocabulary, code)


def test_a_long_text_makes_no_long_name() -> None:
    found = way.read(way.name("typed", "x" * 1000))
    assert found is not None
    assert len(found.words) == way.MAX_WORDS


@pytest.mark.parametrize("text", ["", "typed", "[]", '["a"]', '["a", "b", "c", 1]', "{}", "null"])
def test_names_of_others_are_passed_over(text: str) -> None:
    assert way.read(text) is None
