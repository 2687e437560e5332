"""Solr's ``lucene`` grammar to a typed tree.

Recursive descent over the tokens of ``lexer``; clauses are folded as the classic parser does
(``SolrQueryParserBase.addClause``). Whatever is not in the grammar raises ``QuerySyntaxError``: no
clause is ever dropped, because a dropped filter would show more than was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError
from ckanext.migration.search.query import tree
from ckanext.migration.search.query.lexer import Token, tokens, unescape

Operator = Literal["AND", "OR"]
MAX_EDITS = 2
MAX_BOOST = 1000.0
MAX_SLOP = 100
_MAGIC = frozenset({"_query_", "_val_"})
_LEAVES = frozenset({"TERM", "STAR", "PREFIX", "WILDCARD", "REGEX", "OPERATOR", "QUOTED", "RANGE"})
_ENDS_A_WORD_RUN = frozenset({"COLON", "STAR", "FUZZY", "BOOST"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a query may ask for (threats SR-02, SR-03). None is without limit."""

    length: int | None = None
    clauses: int | None = None
    depth: int = 60
    wildcards: int | None = None
    literal_start: int = 0


CALLER = Limits(length=8000, clauses=512, depth=12, wildcards=3, literal_start=3)
"""For filters (``fq``), which programs write: pages join many facets into one filter."""
SEARCHER = Limits(length=1024, clauses=64, depth=10, wildcards=3, literal_start=3)
"""For what a reader writes (``q``)."""
OWN = Limits()
"""For what CKAN itself writes."""


@lru_cache(maxsize=256)
def parse(text: str, operator: Operator = "OR", limits: Limits = OWN) -> tree.Node:
    """Parse a query; an empty one matches nothing, as in Solr.

    Trees never change, so they are kept: CKAN adds the same filters to every search.
    """
    if limits.length is not None and len(text) > limits.length:
        raise QueryNotAllowedError(f"The query is too long: more than {limits.length} characters")
    found = tokens(text)
    if not found:
        return tree.Nothing()
    parser = _Parser(found, operator, limits, len(text))
    node = parser.query(None, 0)
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, found: list[Token], operator: Operator, limits: Limits, end: int) -> None:
        self._tokens = found
        self._operator = operator
        self._limits = limits
        self._end = end
        self._at = 0
        self._clauses = 0
        self._wildcards = 0

    def expect_end(self) -> None:
        if self._at != len(self._tokens):
            token = self._tokens[self._at]
            raise QuerySyntaxError(f"Unexpected {token.text!r}", position=token.position)

    def _kind(self, ahead: int = 0) -> str | None:
        place = self._at + ahead
        return self._tokens[place].kind if place < len(self._tokens) else None

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise QuerySyntaxError("The query ends too early", position=self._end)
        self._at += 1
        return self._tokens[self._at - 1]

    def _place(self) -> int:
        return self._tokens[self._at].position if self._at < len(self._tokens) else self._end

    def _fail(self, message: str) -> QuerySyntaxError:
        return QuerySyntaxError(message, position=self._place())

    # -- clauses --------------------------------------------------------------------------------

    def query(self, field: str | None, depth: int) -> tree.Node:
        if depth > self._limits.depth:
            raise QueryNotAllowedError("The query is nested too deeply", position=self._place())
        clauses: list[tree.Clause] = []
        while self._kind() not in (None, "CLOSE"):
            self._clause(clauses, field, depth)
            self._clauses += 1
            if self._limits.clauses is not None and self._clauses > self._limits.clauses:
                told = f"The query has more than {self._limits.clauses} parts"
                raise QueryNotAllowedError(told, position=self._place())
        if not clauses:
            raise self._fail("Empty group")
        if len(clauses) == 1 and clauses[0].occur != "must_not":
            return clauses[0].node
        return tree.Boolean(tuple(clauses))

    def _clause(self, clauses: list[tree.Clause], field: str | None, depth: int) -> None:
        conjunction = self._next().kind if clauses and self._kind() in ("AND", "OR") else None
        if conjunction is None and self._starts_word_run():
            self._fold(clauses, None, None, self._word_run(field))
            return
        sign = None
        if self._kind() in ("PLUS", "MINUS", "NOT"):
            sign = "+" if self._next().kind == "PLUS" else "-"
        self._fold(clauses, conjunction, sign, self._node(field, depth))

    def _starts_word_run(self) -> bool:
        return self._kind() == "TERM" and self._kind(1) == "TERM" and self._kind(2) not in _ENDS_A_WORD_RUN

    def _word_run(self, field: str | None) -> tree.Node:
        words = [unescape(self._next().text)]
        while self._kind() == "TERM" and self._kind(1) not in _ENDS_A_WORD_RUN | {"AND", "OR"}:
            words.append(unescape(self._next().text))
        self._clauses += len(words) - 1
        return tree.Words(field, tuple(words))

    def _fold(
        self, clauses: list[tree.Clause], conjunction: str | None, sign: str | None, node: tree.Node
    ) -> None:
        """Add a clause as the classic parser does: AND and OR also change the clause before."""
        if clauses and clauses[-1].occur != "must_not":
            if conjunction == "AND":
                clauses[-1] = tree.Clause("must", clauses[-1].node)
            elif conjunction == "OR" and self._operator == "AND":
                clauses[-1] = tree.Clause("should", clauses[-1].node)
        occur: tree.Occur
        if sign == "-":
            occur = "must_not"
        elif self._operator == "AND":
            occur = "should" if conjunction == "OR" else "must"
        else:
            occur = "must" if sign == "+" or conjunction == "AND" else "should"
        clauses.append(tree.Clause(occur, node))

    # -- one clause -----------------------------------------------------------------------------

    def _node(self, field: str | None, depth: int) -> tree.Node:
        if self._kind() in ("TERM", "STAR") and self._kind(1) == "COLON":
            field = self._field()
        if self._kind() in ("OPEN", "FILTER"):
            return self._group(field, depth)
        if self._kind() not in _LEAVES:
            raise self._fail("A word, a phrase or a group is missing")
        token = self._next()
        boost, tilde = self._suffix()
        return _boosted(self._leaf(field, token, tilde), boost)

    def _field(self) -> str:
        token = self._next()
        self._next()
        name = "*" if token.kind == "STAR" else unescape(token.text)
        if name in _MAGIC:
            raise QuerySyntaxError("Magic fields are not supported", position=token.position)
        return name

    def _group(self, field: str | None, depth: int) -> tree.Node:
        cached = self._next().kind == "FILTER"
        node = self.query(field, depth + 1)
        if self._kind() != "CLOSE":
            raise self._fail("A closing parenthesis is missing")
        self._next()
        if cached:
            node = tree.Boolean((tree.Clause("filter", node),))
        return _boosted(node, self._suffix()[0])

    def _suffix(self) -> tuple[str | None, str | None]:
        boost = tilde = None
        while self._kind() in ("BOOST", "FUZZY"):
            token = self._next()
            if token.kind == "BOOST":
                boost = token.text[1:]
            else:
                tilde = token.text[1:] or str(MAX_EDITS)
        return boost, tilde

    def _leaf(  # noqa: PLR0911 - one line a kind of token
        self, field: str | None, token: Token, tilde: str | None
    ) -> tree.Node:
        if field == "*":
            if token.kind == "STAR":
                return tree.Everything()
            raise QuerySyntaxError("A field name is missing", position=token.position)
        match token.kind:
            case "STAR":
                return tree.Exists(field) if field else tree.Everything()
            case "RANGE":
                return _range(field, token)
            case "QUOTED":
                return tree.Phrase(field, unescape(token.text[1:-1]), _slop(tilde))
            case "OPERATOR":
                return tree.Term(field, token.text[0])
            case "REGEX":
                raise QuerySyntaxError("Regular expressions are not supported", position=token.position)
            case "PREFIX" | "WILDCARD":
                return self._pattern(field, token)
        text = unescape(token.text)
        return tree.Term(field, text) if tilde is None else tree.Fuzzy(field, text, _edits(tilde))

    def _pattern(self, field: str | None, token: Token) -> tree.Node:
        self._wildcards += 1
        if self._limits.wildcards is not None and self._wildcards > self._limits.wildcards:
            raise QueryNotAllowedError(
                f"At most {self._limits.wildcards} words may hold a wildcard", position=token.position
            )
        start = min(token.text.find(sign) for sign in "*?" if sign in token.text)
        if start < self._limits.literal_start:
            raise QueryNotAllowedError(
                f"A word needs {self._limits.literal_start} letters before its wildcard",
                position=token.position,
            )
        if token.kind == "PREFIX":
            return tree.Prefix(field, unescape(token.text[:-1]))
        return tree.Wildcard(field, token.text)


def _range(field: str | None, token: Token) -> tree.Node:
    opening, low, high, closing = token.groups
    bounds = [None if bound == "*" else unescape(bound.strip('"')) for bound in (low, high)]
    if bounds == [None, None]:
        return tree.Exists(field)
    return tree.Range(field, bounds[0], bounds[1], opening == "[", closing == "]")


def _boosted(node: tree.Node, boost: str | None) -> tree.Node:
    if boost is None:
        return node
    constant = boost.startswith("=")
    factor = min(max(float(boost.lstrip("=")), 0.0), MAX_BOOST)
    return tree.Boosted(node, factor, constant)


def _slop(tilde: str | None) -> int:
    return min(int(float(tilde or 0)), MAX_SLOP)


def _edits(tilde: str) -> int:
    """Old similarity values (``~0.7``) mean "as fuzzy as we allow"."""
    value = float(tilde)
    return MAX_EDITS if 0 < value < 1 else min(MAX_EDITS, int(value))
