"""Highlights travel beside CKAN's search, which has no room for them.

An addition (see ``beyond``). Only title and description are highlighted, in the language in
which they are shown; the encoder makes the text safe for HTML.
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.index import profile
from ckanext.migration.search.query.request import Request

SHOWN = ("title", "notes")
MARK = "mark"
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
    fields: dict[str, Any] = {}
    for shown in SHOWN:
        options = _WHOLE if shown == "title" else _PASSAGES
        for name in _names(asked, shown):
            if name in properties:
                # with its beginning where nothing matches: so we know that the text exists in this language
                fields[name] = {**options, "no_match_size": 100}
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


def _names(asked: Asked, shown: str) -> tuple[str, ...]:
    """Return the fields to look at, best first."""
    return (f"{shown}_{asked.language}", shown)
