"""Highlights travel beside CKAN's search, which has no room for them.

``before_dataset_search`` opens a slot for the reader's language, the connection fills it and
``after_dataset_search`` takes it. Only title and description are highlighted, in the language in
which they are shown; the encoder makes the text safe for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

SHOWN = ("title", "notes")
MARK = "mark"
_WHOLE = {"number_of_fragments": 0}
_PASSAGES = {"number_of_fragments": 2, "fragment_size": 200}


@dataclass(slots=True)
class Slot:
    """The reader's language and what was found for the datasets of the page."""

    language: str
    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def names(self, shown: str) -> tuple[str, ...]:
        """Return the fields to look at, best first."""
        return (f"{shown}_{self.language}", shown)


_slot: ContextVar[Slot | None] = ContextVar("migration_search_highlight", default=None)


def open_slot(language: str) -> None:
    """Ask that the next search be highlighted."""
    _slot.set(Slot(language))


def parameters(properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the highlight part of a request; None where nobody will take it."""
    slot = _slot.get()
    if slot is None:
        return None
    fields: dict[str, Any] = {}
    for shown in SHOWN:
        options = _WHOLE if shown == "title" else _PASSAGES
        for name in slot.names(shown):
            if name in properties:
                # with its beginning where nothing matches: so we know that the text exists in this language
                fields[name] = {**options, "no_match_size": 100}
    return {
        "type": "unified",
        "encoder": "html",
        "pre_tags": [f"<{MARK}>"],
        "post_tags": [f"</{MARK}>"],
        "require_field_match": False,
        "max_analyzed_offset": 100_000,
        "fields": fields,
    }


def fill(hits: Iterable[Mapping[str, Any]]) -> None:
    """Put the highlights of a page into the slot."""
    slot = _slot.get()
    if slot is None:
        return
    for hit in hits:
        told = hit.get("highlight", {})
        found: dict[str, list[str]] = {}
        for shown in SHOWN:
            fragments: list[str] = next((told[name] for name in slot.names(shown) if name in told), [])
            marked = [fragment for fragment in fragments if f"<{MARK}>" in fragment]
            if marked:
                found[shown] = marked
        if found:
            slot.found[hit["_source"]["id"]] = found


def take() -> dict[str, dict[str, list[str]]]:
    """Empty the slot and close it."""
    slot = _slot.get()
    _slot.set(None)
    return slot.found if slot else {}
