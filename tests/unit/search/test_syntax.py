"""The grammar and its limits (threats SR-01 to SR-05)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError
from ckanext.migration.search.query import syntax, tree
from ckanext.migration.search.query.syntax import CALLER, SEARCHER, Limits, parse


def test_classic_folding_has_no_precedence() -> None:
    node = parse("a AND b OR c", "AND")
    assert isinstance(node, tree.Boolean)
    assert [clause.occur for clause in node.clauses] == ["must", "should", "should"]


def test_or_turns_required_neighbours_into_alternatives() -> None:
    node = parse("+a OR +b", "AND")
    assert isinstance(node, tree.Boolean)
    assert [clause.occur for clause in node.clauses] == ["should", "should"]


def test_bare_words_are_analysed_together() -> None:
    assert parse("title:(novel tolstoy)") == tree.Words("title", ("novel", "tolstoy"))


def test_an_unquoted_address_is_one_term() -> None:
    assert parse(r"theme:http\://a.b/c") == tree.Term("theme", "http://a.b/c")


def test_space_after_the_colon_is_allowed() -> None:
    assert parse('tags: "x"') == tree.Phrase("tags", "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1 TO 2}", tree.Range("n", "1", "2", True, False)),
        ("{* TO 2]", tree.Range("n", None, "2", False, True)),
        ('["a b" TO "c d"]', tree.Range("n", "a b", "c d", True, True)),
        ("[* TO *]", tree.Exists("n")),
    ],
)
def test_ranges(text: str, expected: tree.Node) -> None:
    assert parse(f"n:{text}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a~5", tree.Fuzzy(None, "a", 2)),
        ("a~99999999999", tree.Fuzzy(None, "a", 2)),
        ("a~0.7", tree.Fuzzy(None, "a", 2)),
        ("a^1000000", tree.Boosted(tree.Term(None, "a"), syntax.MAX_BOOST)),
        ("a^-1", tree.Boosted(tree.Term(None, "a"), 0.0)),
        ("a^=3", tree.Boosted(tree.Term(None, "a"), 3.0, constant=True)),
        ('"a b"~5000', tree.Phrase(None, "a b", 100)),
    ],
)
def test_what_is_too_much_is_clamped_sr_04(text: str, expected: tree.Node) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("limits", [SEARCHER, CALLER], ids=["reader", "caller"])
@pytest.mark.parametrize(
    ("text", "position"),
    [
        *(
            ("*ation", 0),
            ("?ation", 0),
            ("title:*x", 6),
            ("a*", 0),
            ("ab*", 0),
            ("ab?d", 0),
            ("x:(abc ab*)", 7),
        ),
        ("abc* bcd* cde* def*", 15),
    ],
)
def test_costly_wildcards_are_refused_sr_02(text: str, position: int, limits: Limits) -> None:
    with pytest.raises(QueryNotAllowedError, match="wildcard") as caught:
        parse(text, "AND", limits)
    assert caught.value.position == position


def test_three_letters_and_three_wildcards_are_allowed_sr_02() -> None:
    node = parse("abc* bcd?e cde*f", "AND", SEARCHER)
    assert isinstance(node, tree.Boolean)
    assert [clause.node for clause in node.clauses] == [
        tree.Prefix(None, "abc"),
        tree.Wildcard(None, "bcd?e"),
        tree.Wildcard(None, "cde*f"),
    ]


@pytest.mark.parametrize("text", ["/(a+)+b/", "/.*.*.*/", "title:/x/"])
def test_regular_expressions_are_refused_sr_01(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="Regular expressions"):
        parse(text, "AND", SEARCHER)


def test_a_field_that_exists_is_no_costly_wildcard() -> None:
    assert parse("title:*", "AND", CALLER) == tree.Exists("title")


@pytest.mark.parametrize(
    "text",
    [
        " OR ".join(f"t{number}" for number in range(3000)),
        "x" * 20_000,
        "(" * 3000 + "x" + ")" * 3000,
        "(" * 30 + "x" + ")" * 30,
        " ".join(f"field:{number}" for number in range(600)),
    ],
    ids=["or", "long", "deep", "nested", "many"],
)
def test_a_huge_query_is_refused_sr_03(text: str) -> None:
    with pytest.raises(QueryNotAllowedError):
        parse(text, "AND", CALLER)


def many(number: int) -> str:
    return " ".join(f"f:{index}" for index in range(number))


def nested(depth: int) -> str:
    return "(" * depth + "x" + ")" * depth


@pytest.mark.parametrize(
    ("limits", "length", "clauses", "depth"), [(SEARCHER, 1024, 64, 10), (CALLER, 8000, 512, 12)]
)
def test_the_limits_hold_to_the_last_part_sr_03(
    limits: Limits, length: int, clauses: int, depth: int
) -> None:
    for allowed, refused in (
        ("x" * length, "x" * (length + 1)),
        (many(clauses), many(clauses + 1)),
        (nested(depth), nested(depth + 1)),
        ("f:(" + "a " * (clauses - 2) + ")", "f:(" + "a " * (clauses + 1) + ")"),
    ):
        parse(allowed, "AND", limits)
        with pytest.raises(QueryNotAllowedError):
            parse(refused, "AND", limits)


def test_the_position_of_a_mistake_is_told() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("title:x )")
    assert caught.value.position == 8


def test_own_filters_have_no_limit_of_clauses() -> None:
    text = "+id:(" + " OR ".join(f'"{number}"' for number in range(3000)) + ")"
    assert len(parse(text, "AND").clauses) == 3000  # type: ignore[union-attr]


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_sr_05(text: str) -> None:
    with contextlib.suppress(QuerySyntaxError):
        parse(text, "AND", SEARCHER)


@given(st.text(alphabet='ab:()"+-*?[]{}~^\\/ TOANDR!&|1', max_size=40))
def test_any_text_of_signs_parses_or_is_refused_sr_05(text: str) -> None:
    with contextlib.suppress(QuerySyntaxError):
        parse(text, "AND", SEARCHER)
