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
def test_words_that_look_like_a_query(text: str, words: str) -> None:
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
