"""Solr's local parameters, ``{!type key=value}rest``.

CKAN lets them through only for the parsers an administrator allowed
(``ckan.search.solr_allowed_query_parsers``); the ones that make sense without Solr are done here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.query import dsl, syntax, tree
from ckanext.migration.search.query.fields import Target

_VALUE = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s}'"]+)"""
_HEAD = re.compile(rf"\s*\{{!((?:\s*[\w.]+(?:\s*=\s*{_VALUE})?)*)\s*\}}(.*)\Z", re.DOTALL)
_PAIR = re.compile(rf"([\w.]+)(?:\s*=\s*({_VALUE}))?", re.DOTALL)
_OCCURS = ("must", "should", "must_not", "filter")
_MAX_NESTING = 3


@dataclass(frozen=True, slots=True)
class Local:
    """The parser asked for, its parameters and the text behind them."""

    parser: str
    parameters: dict[str, list[str]]
    text: str

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a parameter."""
        return self.parameters.get(name, [default])[-1]


def split(text: str) -> Local | None:
    """Take local parameters off a query; None where it has none."""
    match = _HEAD.match(text)
    if match is None:
        if text.lstrip().startswith("{!"):
            raise QuerySyntaxError("The local parameters are not valid", position=0)
        return None
    parser = ""
    parameters: dict[str, list[str]] = {}
    for name, value in _PAIR.findall(match.group(1)):
        if not value:
            parser = parser or name
            continue
        plain = value[1:-1] if value[0] in "\"'" else value
        if name == "type":
            parser = plain
        else:
            parameters.setdefault(name, []).append(plain)
    return Local(parser or "lucene", parameters, match.group(2))


def query(
    text: str,
    compiler: dsl.Compiler,
    limits: syntax.Limits,
    note: Callable[[tree.Node], None],
    depth: int = 0,
) -> dict[str, Any]:
    """Compile a query that may begin with local parameters; ``note`` sees each parsed tree."""
    local = split(text)
    if local is None:
        node = syntax.parse(text, compiler.operator, limits)
        note(node)
        return compiler.query(node)
    if depth >= _MAX_NESTING:
        raise QuerySyntaxError("Local parameters are nested too deeply")
    if local.parser == "lucene":
        operator: syntax.Operator = "AND" if local.one("q.op", compiler.operator).upper() == "AND" else "OR"
        inner = dsl.Compiler(compiler.fields, compiler.now, operator, local.one("df", compiler.default_field))
        return query(local.one("v", local.text), inner, limits, note, depth + 1)
    if local.parser == "bool":
        parts = {
            occur: [query(part, compiler, limits, note, depth + 1) for part in local.parameters[occur]]
            for occur in _OCCURS
            if occur in local.parameters
        }
        return {"bool": parts}
    return _plain(local, compiler)


def _plain(local: Local, compiler: dsl.Compiler) -> dict[str, Any]:
    """``term``, ``terms``, ``prefix`` and ``field``: the text is a value, not a query."""
    text = local.one("v", local.text)
    target: Target = compiler.fields.find(local.one("f"))
    name = local.one("f")
    if local.parser == "terms" and target.nested is None and target.kind in ("keyword", "flat", "text"):
        return {"terms": {target.path: text.split(local.one("separator", ","))}}
    nodes: dict[str, tree.Node] = {
        "term": tree.Term(name, text),
        "field": tree.Phrase(name, text),
        "prefix": tree.Prefix(name, text),
    }
    if local.parser not in nodes:
        raise QuerySyntaxError(f"The query parser {local.parser!r} is not supported")
    return compiler.query(nodes[local.parser])
