"""Makes what a partner wrote in the profile's own fields fit to be shown to people and to be clicked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import mapping, text, urls
from migration_harvesters.mapping import Notebook

LINES = ("alternative_title",)
LINKS = ("conforms_to", "documentation")
TEXTS = ("notes_translated", "provenance_translated", "access_procedure_translated")


def fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """Clean the fields of a dataset."""
    clean = dict(said)
    clean["title_translated"] = _each(said.get("title_translated"), text.line)
    for name in TEXTS:
        clean[name] = _each(said.get(name), text.markdown)
    clean["tags_translated"] = _each(said.get("tags_translated"), mapping.keywords)
    for name in LINES:
        clean[name] = [found for value in said.get(name) or () if (found := text.line(value))]
    for name in LINKS:
        clean[name] = [link for value in said.get(name) or () if (link := urls.web_link(value))]
    for name in ("url", "access_url"):
        clean[name] = urls.web_link(said.get(name))
    clean["identifier"] = text.line(said.get("identifier"), 500)
    return clean


def resource(said: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Clean the fields of a file."""
    clean = dict(said)
    for name in ("url", "download_url"):
        clean[name] = urls.web_link(said.get(name))
        if said.get(name) and clean[name] is None:
            notebook.left_out("resources", said[name], "no web address")
    clean["name"] = text.line(said.get("name"))
    clean["description"] = text.markdown(said.get("description"))
    return clean


def _each(value: Any, read: Any) -> dict[str, Any]:
    said = value if isinstance(value, Mapping) else {}
    return {lang: found for lang, words in said.items() if (found := read(words))}
