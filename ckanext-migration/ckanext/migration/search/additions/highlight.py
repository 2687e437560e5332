"""Highlights travel beside CKAN's search, which has no room for them.

An addition (see ``beyond``). Only title and description are highlighted, in the language in
which they are shown; the encoder makes the text safe for HTML.

Each field is highlighted by a small query of its own: the words as they were typed, and the names of
what they mean in the field's language. The whole query would have its hundreds of clauses, of all
fields, tried on every passage; only a search with operators of Solr's language is still read that way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.index import mapping, profile
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.query.sought import Sought

SHOWN = mapping.HIGHLIGHTED
MARK = "mark"
_WORD = re.compile(r"\w+")
_WHOLE = {"number_of_fragments": 0}
_PASSAGES = {"number_of_fragments": 2, "fragment_size": 200}


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Nothing to read: every search of a caller is highlighted."""
    asked.told["highlighting"] = {}


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Add the highlight part where there are words and hits."""
    if not (request.words and request.rows):
        return
    properties = profile.properties()
    looked_for = [each for each in request.typed if each.side != "must_not"]
    fields: dict[str, Any] = {}
    for shown in SHOWN:
        options = _WHOLE if shown == "title" else _PASSAGES
        for name in _names(asked, shown):
            if name not in properties:
                continue
            # with its beginning where nothing matches: so we know that the text exists in this language
            fields[name] = {**options, "no_match_size": 100}
            if looked_for:
                language = "" if name == shown else asked.language
                fields[name]["highlight_query"] = _marked(name, language, looked_for)
    body["highlight"] = {
        "type": "unified",
        "encoder": "html",
        "pre_tags": [f"<{MARK}>"],
        "post_tags": [f"</{MARK}>"],
        "require_field_match": False,
        "max_analyzed_offset": 100_000,
        "fields": fields,
    }


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Hand over ``{dataset id: {"title": […], "notes": […]}}``."""
    for hit in answer["hits"]["hits"]:
        told = hit.get("highlight", {})
        found: dict[str, list[str]] = {}
        for shown in SHOWN:
            fragments: list[str] = next((told[name] for name in _names(asked, shown) if name in told), [])
            marked = [fragment for fragment in fragments if f"<{MARK}>" in fragment]
            if marked:
                found[shown] = marked
        if found:
            asked.told["highlighting"][hit["_source"]["id"]] = found


def _marked(name: str, language: str, looked_for: Sequence[Sought]) -> dict[str, Any]:
    """Return the query for what is marked in a field; without a language, names in any language are."""
    found: list[dict[str, Any]] = []
    for each in looked_for:
        found.append({"match_phrase" if each.phrase else "match": {name: each.text}})
        labels = {
            label for meaning in each.meanings for spoken, label in meaning.labels if language in ("", spoken)
        }
        found += [{"match_phrase": {name: label}} for label in _fewest(each, labels)]
    return {"bool": {"should": found}}


def _fewest(sought: Sought, labels: set[str]) -> list[str]:
    """Return the names that have to be looked for besides the words typed.

    Where "refugees" is marked anyway, "refugees and asylum" would mark little more, and looking for words
    that stand side by side is the dearest part of a mark.
    """
    alone = {label.casefold() for label in labels if len(_words(label)) == 1}
    if not sought.phrase:
        alone |= _words(sought.text)
    return sorted(each for each in labels if len(_words(each)) == 1 or not alone & _words(each))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _names(asked: Asked, shown: str) -> tuple[str, ...]:
    """Return the fields to look at, best first."""
    return (f"{shown}_{asked.language}", shown)
