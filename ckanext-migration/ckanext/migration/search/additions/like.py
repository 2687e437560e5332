"""Datasets like a given description (an addition, see ``beyond``).

``ext_like`` is an object (or its JSON text): codes under the names of `CODES`, ``words`` by language, and
``without``, the entries and ids that are not wanted. What is described comes from the caller and not out
of the index, so nobody learns anything about a record that they cannot read (threats LK-09); every filter
of the search stands as it is. The description takes the place of the words of the search.

Alike is what shares two of theme, place, population group and words, or has nearly the same words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request
from migration_schemas.fields import LANGUAGES

PARAMETER = "ext_like"
CODES = {"migration_theme": 2.0, "country": 2.0, "population_group": 1.5, "collection_method": 0.5}
"""Fields of codes with what sharing one is worth; the method alone says too little to count as alike."""
_EVIDENCE = ("migration_theme", "country", "population_group")
_WORDS, _NEARLY = 2.0, 2.0
_TIES = 0.01
"""Weight of how much the words have in common, among datasets that share the same kinds of things."""
_STEMS = ("title", "notes", "tags")
MOST_CODES, MOST_CHARACTERS = 300, 20_000
KEY = "like"

Query = dict[str, Any]


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read the description."""
    given = asked.extras.get(PARAMETER)
    if not given:
        return
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ParameterError(PARAMETER, "is not a JSON object")
    codes = {name: _texts(found.get(name)) for name in CODES}
    words = found.get("words") or {}
    if not isinstance(words, Mapping):
        raise ParameterError(PARAMETER, "has words that are not an object of languages to texts")
    told = {lang: str(words[lang])[:MOST_CHARACTERS] for lang in LANGUAGES if words.get(lang)}
    asked.state[KEY] = _query(codes, told)
    for field, values in (("entry", "without_entry"), ("id", "without")):
        if unwanted := _texts(found.get(values)):
            asked.filters.append({"bool": {"must_not": [{"terms": {field: unwanted}}]}})


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value] if value else []
    return [str(each) for each in values][:MOST_CODES]


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Put the description in the place of the words; the filters stay."""
    described = asked.state.get(KEY)
    if described is None:
        return
    body.pop("highlight", None)
    body["query"] = {"bool": {**body["query"]["bool"], "must": [described]}}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to tell."""


def _query(codes: Mapping[str, list[str]], words: Mapping[str, str]) -> Query:
    shared = {name: {"terms": {name: values}} for name, values in codes.items() if values}
    some, nearly = list(_more_like(words, "30%")), list(_more_like(words, "70%"))
    evidence: list[Query] = [shared[name] for name in _EVIDENCE if name in shared]
    if some:
        evidence.append(_any(some))
    alike: list[Query] = [{"bool": {"should": evidence, "minimum_should_match": 2}}] if evidence[1:] else []
    if nearly:
        alike.append(_any(nearly))
    if not alike:
        return {"match_none": {}}
    scored = [_worth(query, CODES[name]) for name, query in shared.items()]
    if some:
        scored += [_worth(_any(some), _WORDS), _worth(_any(nearly), _NEARLY)]
        scored.append({"dis_max": {"queries": some, "boost": _TIES}})
    return {"bool": {"filter": [_any(alike)], "should": scored}}


def _more_like(words: Mapping[str, str], least: str) -> Iterator[Query]:
    """Yield a query for each language: this share of the description's telling words."""
    for lang, text in words.items():
        yield {
            "more_like_this": {
                "fields": [f"{stem}_{lang}" for stem in _STEMS],
                "like": [text],
                "min_term_freq": 1,
                "min_doc_freq": 1,
                "max_query_terms": 25,
                "minimum_should_match": least,
            }
        }


def _any(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _worth(query: Query, boost: float) -> Query:
    return {"constant_score": {"filter": query, "boost": boost}}
