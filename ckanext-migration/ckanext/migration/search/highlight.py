"""Highlights travel beside CKAN's search, which has no room for them.

``before_dataset_search`` opens a slot, the connection fills it, ``after_dataset_search`` takes it.
Only the public title and description are highlighted; the encoder makes the text safe for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

_slot: ContextVar[dict[str, Any] | None] = ContextVar("migration_search_highlight", default=None)
_LANGUAGE_LENGTH = 2


def open_slot() -> None:
    """The next search of this request may be highlighted."""
    _slot.set({})


def wanted() -> bool:
    """Whether somebody will take the highlights."""
    return _slot.get() is not None


def fill(hits: Iterable[Mapping[str, Any]]) -> None:
    """Put the highlights of a page into the slot."""
    slot = _slot.get()
    if slot is None:
        return
    for hit in hits:
        found: dict[str, list[str]] = {}
        for name, fragments in hit.get("highlight", {}).items():
            base = _base(name)
            if base not in found:
                found[base] = fragments
        if found:
            slot[hit["_source"]["id"]] = found


def take() -> dict[str, Any]:
    """Empty the slot and close it."""
    slot = _slot.get()
    _slot.set(None)
    return slot or {}


def parameters(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The highlight part of a request."""
    names = [name for name in properties if _base(name) in ("title", "notes") and name != "title_string"]
    return {
        "type": "unified",
        "encoder": "html",
        "pre_tags": ["<mark>"],
        "post_tags": ["</mark>"],
        "require_field_match": False,
        "max_analyzed_offset": 100_000,
        "fields": {
            name: {"number_of_fragments": 0 if _base(name) == "title" else 2, "fragment_size": 200}
            for name in sorted(names)
            if properties[name].get("type") == "text"
        },
    }


def _base(name: str) -> str:
    """``title_fr`` and ``title`` are both the title."""
    stem, _, tail = name.rpartition("_")
    return stem if stem and len(tail) == _LANGUAGE_LENGTH else name
