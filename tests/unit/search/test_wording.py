"""What people type and what callers mean."""

from __future__ import annotations

import pytest

from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import wording
from ckanext.migration.search.query.fields import Fields

FIELDS = Fields(mapping.properties({}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sudan: displacement in 2024", "Sudan displacement in 2024"),
        ("https://example.org/data", "https example.org data"),
        ("what: (is this", "what is this"),
        ('title: "open', "title open"),
        ("10:30 - 11:00 [local", "10 30 11 00 local"),
        ("foo: bar:baz", "foo bar baz"),
        ("الهجرة: السودان", "الهجرة السودان"),
    ],
)
def test_words_that_look_like_a_query_sr_05(text: str, words: str) -> None:
    assert wording.as_words(text, FIELDS) == words


@pytest.mark.parametrize(
    "text",
    [
        "rivers",
        "--included",
        "*:*",
        "title:rivers",
        "title: rivers",
        'tags: "x"',
        "theme:http\\://a.b",
        "bogusfield:abc",
        "extras_theme: envi",
        "metadata_modified:[NOW-7DAY TO NOW]",
        "+capacity:public +tags:x",
        "{!term f=tags}a:b",
    ],
)
def test_queries_are_taken_as_written(text: str) -> None:
    assert wording.as_words(text, FIELDS) is None


@pytest.mark.parametrize(
    "text",
    [
        "title:*x",
        "title:ab*",
        " ".join(f"tags:t{number}" for number in range(65)),
        "(" * 11 + "title:x" + ")" * 11,
        "title:" + "x" * 1024,
    ],
)
def test_a_query_that_asks_for_too_much_is_no_row_of_words_sr_03(text: str) -> None:
    assert wording.as_words(text, FIELDS) is None
