"""What may follow what somebody is typing: titles, and how many datasets each other suggestion finds.

An addition (see ``beyond``) for the action ``migration_suggest``, which hands over a `Typed` (nothing
that a caller of ``package_search`` writes becomes one). Titles are the hits of the search. The words that
are finished, and each suggestion's own filter, are counted under the query's filters: permissions, state
and what the reader has chosen besides. All of it is one request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.query.request import Request
from migration_vocabularies.matching import fold

PARAMETER = "ext_suggest"
KEY = "suggestions"
MAX_WORDS = 12
_COUNTED, _EACH = "suggested", "each"
_WORD = re.compile(r"[\w\u2019'.-]*\w")

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that is being typed; the filter of each suggestion to be counted; filters in force."""

    text: str
    counted: Mapping[str, Query] = field(default_factory=dict)
    chosen: tuple[Query, ...] = ()


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Take what the action hands over."""
    given = asked.extras.get(PARAMETER)
    if isinstance(given, Typed):
        asked.state[KEY] = given


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Find titles by beginnings; count the suggestions beside them, not under them."""
    typed: Typed | None = asked.state.get(KEY)
    if typed is None:
        return
    query = body["query"]["bool"]
    finished, query["must"] = query["must"], []
    query["should"] = _worth(typed.text, asked.language)
    body["post_filter"] = {"bool": {"filter": [titles(typed.text), *typed.chosen]}}
    body.pop("highlight", None)
    if typed.counted:
        each = {_EACH: {"filters": {"filters": dict(typed.counted)}}}
        body["aggs"] = {_COUNTED: {"filter": {"bool": {"must": finished}}, "aggs": each}}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Tell ``{suggestion: number of datasets}``."""
    if KEY not in asked.state:
        return
    counted = answer.pop("aggregations", {}).get(_COUNTED, {}).get(_EACH, {}).get("buckets", {})
    asked.told[KEY] = {name: bucket["doc_count"] for name, bucket in counted.items()}


def titles(text: str) -> Query:
    """Return the filter for titles in which every word of the text begins a word."""
    words = _WORD.findall(text)[:MAX_WORDS]
    if not words:
        return {"match_none": {}}
    # a phrase, because some words are several to the engine: Chinese ones, "covid-19"
    return {"bool": {"filter": [{"match_phrase": {"beginnings": word}} for word in words]}}


def _worth(text: str, language: str) -> list[Query]:
    """Return what lifts a title above others: it begins so, or has whole words of the text."""
    begins = {"constant_score": {"filter": {"prefix": {"exact_names": fold(text)}}, "boost": 20}}
    names = ["title", f"title_{language}^2"]
    return [begins, {"multi_match": {"query": text, "fields": names}}]
