"""Tokens of Solr's ``lucene`` query language.

The rules are those of Solr 9's ``QueryParser.jj``: the longest match wins and, among equals, the
first rule. Term characters include ``-``, ``+``, ``/`` and ``!`` after the first one, so an
unquoted address or date is one term (search-contract §5.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ckanext.migration.search.errors import QuerySyntaxError

_FIRST = r'(?:\\.|[^\s\u3000+\-!():^\[\]"{}~*?\\/])'
_NEXT = r'(?:\\.|[^\s\u3000():^\[\]"{}~*?\\])'
_BOUND = r'("(?:\\.|[^"\\])*"|[^\s\]}"]+)'
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.DOTALL))
    for name, pattern in (
        ("AND", r"AND|&&"),
        ("OR", r"OR|\|\|"),
        ("NOT", r"NOT|!"),
        ("PLUS", r"\+"),
        ("MINUS", r"-"),
        ("OPERATOR", r"[+\-!][\s\u3000]"),
        ("OPEN", r"\("),
        ("CLOSE", r"\)"),
        ("COLON", r":"),
        ("STAR", r"\*"),
        ("BOOST", r"\^=?-?\d+(?:\.\d+)?"),
        ("QUOTED", r'"(?:\\.|[^"\\])*"'),
        ("TERM", _FIRST + _NEXT + "*"),
        ("FUZZY", r"~(?:\d+(?:\.\d+)?)?"),
        ("PREFIX", _FIRST + _NEXT + r"*\*"),
        ("WILDCARD", rf"(?:{_FIRST}|[*?])(?:{_NEXT}|[*?])*"),
        ("REGEX", r"/(?:\\/|[^*/])(?:\\/|[^/])*/"),
        ("RANGE", rf"([\[{{])\s*{_BOUND}\s+TO\s+{_BOUND}\s*([\]}}])"),
        ("FILTER", r"filter\("),
        ("LOCAL", r"\{!"),
    )
)
_SPACE = re.compile(r"[\s\u3000]*(?:/\*.*?\*/[\s\u3000]*)*", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its rule, its text, where it starts, and the groups of its rule."""

    kind: str
    text: str
    position: int
    groups: tuple[str, ...] = ()


def tokens(text: str) -> list[Token]:
    """Cut a query into tokens; raise with the position where no rule fits."""
    found: list[Token] = []
    position = _skip(text, 0)
    while position < len(text):
        token = _longest(text, position)
        if token is None:
            raise QuerySyntaxError(f"Unexpected character {text[position]!r}", position=position)
        if token.kind == "LOCAL":
            raise QuerySyntaxError("Local parameters are not supported inside a query", position=position)
        found.append(token)
        position = _skip(text, position + len(token.text))
    return found


def unescape(text: str) -> str:
    r"""Take the backslashes out: ``\:`` and ``\u0041`` become the characters they stand for."""
    return _ESCAPE.sub(lambda m: chr(int(m.group(1), 16)) if m.group(1) else m.group(2), text)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _longest(text: str, position: int) -> Token | None:
    best: Token | None = None
    for kind, rule in _RULES:
        match = rule.match(text, position)
        if match and (best is None or len(match.group()) > len(best.text)):
            best = Token(kind, match.group(), position, match.groups() if kind == "RANGE" else ())
    return best
