"""Each kind of leaf on each kind of field, as Elasticsearch is asked it (search-contract §5.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import dsl, syntax, tree
from ckanext.migration.search.query.fields import Fields

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
OWN: dict[str, Any] = {"due_at": {"type": "date"}, "update_schedule": {"type": "keyword"}}
FIELDS = Fields(mapping.properties({**OWN, "extras_own": mapping.EXTRA}))
FORMAT = {"format": "strict_date_optional_time"}
DAY = {"gte": "2020-01-02T00:00:00Z", "lte": "2020-01-02T23:59:59.999Z"}


def compiled(text: str, operator: syntax.Operator = "AND") -> dict[str, Any]:
    return dsl.Compiler(FIELDS, NOW, operator).query(syntax.parse(text, operator))


def nested(path: str, key: str, query: dict[str, Any]) -> dict[str, Any]:
    inside = {"bool": {"filter": [{"term": {f"{path}.key": key}}], "must": [query]}}
    return {"nested": {"path": path, "query": inside, "score_mode": "max"}}


def match(field: str, text: str, operator: str = "and") -> dict[str, Any]:
    return {"match": {field: {"query": text, "operator": operator}}}


def term(field: str, value: Any) -> dict[str, Any]:
    return {"term": {field: {"value": value}}}


CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("*:*", {"match_all": {}}),
    ("permission_labels:x", {"match_none": {}}),
    # words
    ("water", match("text", "water")),
    ("title:Water", match("title", "Water")),
    ("title:(a b)", match("title", "a b")),
    ('title:"a b"', {"match_phrase": {"title": {"query": "a b", "slop": 0}}}),
    ('title:"a b"~3', {"match_phrase": {"title": {"query": "a b", "slop": 3}}}),
    ("title:Wat*", {"prefix": {"title": {"value": "wat"}}}),
    ("title:W?t*R", {"wildcard": {"title": {"value": "w?t*r"}}}),
    ("title:Watr~1", {"fuzzy": {"title": {"value": "watr", "fuzziness": 1, "max_expansions": 50}}}),
    ("title:Watr~", {"fuzzy": {"title": {"value": "watr", "fuzziness": 2, "max_expansions": 50}}}),
    ("title:[a TO b}", {"range": {"title": {"gte": "a", "lt": "b"}}}),
    ("title:*", {"exists": {"field": "title"}}),
    # exact values
    ("tags:Water", term("tags", "Water")),
    ('tags:"a b"~3', term("tags", "a b")),
    ("tags:(a b)", {"bool": {"must": [term("tags", "a"), term("tags", "b")]}}),
    ("tags:Wat*", {"prefix": {"tags": {"value": "Wat"}}}),
    ("tags:W?t", {"wildcard": {"tags": {"value": "W?t"}}}),
    ("tags:Watr~1", {"fuzzy": {"tags": {"value": "Watr", "fuzziness": 1, "max_expansions": 50}}}),
    ("tags:{a TO b]", {"range": {"tags": {"gt": "a", "lte": "b"}}}),
    ("tags:[a TO *]", {"range": {"tags": {"gte": "a"}}}),
    ("tags:{* TO b}", {"range": {"tags": {"lt": "b"}}}),
    ("-tags:[* TO *]", {"bool": {"must_not": [{"exists": {"field": "tags"}}]}}),
    ('tags:(a OR "b c" OR d)', {"terms": {"tags": ["a", "b c", "d"]}}),
    ("tags:(a OR title:b)", {"bool": {"should": [term("tags", "a"), match("title", "b")]}}),
    ("tags:(a OR b*)", {"bool": {"should": [term("tags", "a"), {"prefix": {"tags": {"value": "b"}}}]}}),
    ("title:(a OR b)", {"bool": {"should": [match("title", "a"), match("title", "b")]}}),
    # any other key of a dataset
    ("colour:Red", term("x.colour", "Red")),
    ("colour:R*", {"prefix": {"x.colour": {"value": "R"}}}),
    (r"colour:R\:*", {"prefix": {"x.colour": {"value": "R:"}}}),
    ("colour:red~1", term("x.colour", "red")),
    ("colour:(a OR b)", {"terms": {"x.colour": ["a", "b"]}}),
    ("colour:[a TO b]", {"range": {"x.colour": {"gte": "a", "lte": "b"}}}),
    ("vocab_geo:Paris", term("vocab.vocab_geo", "Paris")),
    ("extras_own:red", match("extras_own", "red")),
    ("extras_own:*", {"exists": {"field": "extras_own"}}),
    ("extras_k:red", nested("extras", "extras_k", match("extras.value", "red"))),
    ("extras_k:*", nested("extras", "extras_k", {"match_all": {}})),
    ("start_date:*", nested("dates", "start_date", {"match_all": {}})),
    ("start_date:2020-01-02", nested("dates", "start_date", {"range": {"dates.at": {**DAY, **FORMAT}}})),
    # numbers
    ("views_total:7", term("views_total", 7)),
    ("views_total:7.5", term("views_total", 7.5)),
    ("views_total:[3 TO 9}", {"range": {"views_total": {"gte": 3, "lt": 9}}}),
    # dates
    ("metadata_modified:2020-01-02", {"range": {"metadata_modified": {**DAY, **FORMAT}}}),
    (
        "metadata_modified:[2020-01-02 TO 2020-01-02]",
        {"range": {"metadata_modified": {**DAY, **FORMAT}}},
    ),
    (
        "metadata_modified:{2020-01-02 TO 2020-01-02}",
        {
            "range": {
                "metadata_modified": {
                    "gt": "2020-01-02T23:59:59.999Z",
                    "lt": "2020-01-02T00:00:00Z",
                    **FORMAT,
                }
            }
        },
    ),
    (
        "metadata_modified:[NOW/DAY-1DAY TO NOW]",
        {
            "range": {
                "metadata_modified": {
                    "gte": "2026-11-23T00:00:00Z",
                    "lte": "2026-11-24T10:30:00Z",
                    **FORMAT,
                }
            }
        },
    ),
    # groups
    ("+tags:a -tags:b", {"bool": {"must": [term("tags", "a")], "must_not": [term("tags", "b")]}}),
    ("filter(tags:a)", {"bool": {"filter": [term("tags", "a")]}}),
    ("tags:a^2", {"bool": {"must": [term("tags", "a")], "boost": 2.0}}),
    ("tags:a^=3", {"constant_score": {"filter": term("tags", "a"), "boost": 3.0}}),
    # the update state
    ("update_state:*", {"match_all": {}}),
    (
        "update_state:(due overdue)",
        {
            "bool": {
                "must": [
                    {
                        "bool": {
                            "filter": [
                                {"range": {"due_at": {"lte": "2026-11-24"}}},
                                {"range": {"overdue_at": {"gt": "2026-11-24"}}},
                            ]
                        }
                    },
                    {
                        "bool": {
                            "filter": [
                                {"range": {"overdue_at": {"lte": "2026-11-24"}}},
                                {"range": {"delinquent_at": {"gt": "2026-11-24"}}},
                            ]
                        }
                    },
                ]
            }
        },
    ),
)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _expected in CASES])
def test_a_query_is_asked_like_this(text: str, expected: dict[str, Any]) -> None:
    assert compiled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title:(a b)", match("title", "a b", "or")),
        ("tags:(a b)", {"bool": {"should": [term("tags", "a"), term("tags", "b")]}}),
        ("tags:a title:b", {"bool": {"should": [term("tags", "a"), match("title", "b", "or")]}}),
    ],
)
def test_where_or_is_the_operator(text: str, expected: dict[str, Any]) -> None:
    assert compiled(text, "OR") == expected


def test_an_empty_query_finds_nothing() -> None:
    assert compiled("") == {"match_none": {}}
    assert dsl.Compiler(FIELDS, NOW).query(tree.Nothing()) == {"match_none": {}}


def test_the_default_field_is_text_and_another_may_be_named() -> None:
    assert dsl.Compiler(FIELDS, NOW, "AND", "name").query(syntax.parse("a", "AND")) == term("name", "a")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("views_total:many", "'many' is not a number"),
        ("views_total:inf", "'inf' is not a number"),
        ("views_total:[1 TO nan]", "'nan' is not a number"),
        ("views_total:7*", "A wildcard is not possible on a date or number"),
        ("views_total:7?1", "A wildcard is not possible on a date or number"),
        ("metadata_modified:2020*", "A wildcard is not possible on a date or number"),
        ("views_total:7~1", "A fuzzy word is not possible on a date or number"),
        ("colour:r?d", "On this field a wildcard may only stand at the end"),
        ("colour:r*d*", "On this field a wildcard may only stand at the end"),
        ("update_state:[a TO b]", "The update state can only be asked for by its name"),
        ("update_state:d*", "The update state can only be asked for by its name"),
    ],
)
def test_what_a_field_cannot_be_asked_is_refused(text: str, told: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        compiled(text)
    assert caught.value.message == told
