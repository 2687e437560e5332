"""Makes what a partner wrote in the profile's own fields fit to be shown to people and to be clicked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migration_harvesters import mapping, text, urls
from migration_harvesters.mapping import Notebook
from migration_schemas import Field, load

LINES = ("alternative_title",)
ADDRESSES = ("iri", "self")
"""What the profile calls the value of a field that holds a web address."""

TEXTS = ("notes_translated", "provenance_translated", "access_procedure_translated")


def fields(said: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Clean the fields of a dataset."""
    clean = _linked(said, load().fields, notebook)
    clean["title_translated"] = _each(said.get("title_translated"), text.line)
    for name in TEXTS:
        clean[name] = _each(said.get(name), text.markdown)
    clean["tags_translated"] = _each(said.get("tags_translated"), mapping.keywords)
    for name in LINES:
        clean[name] = [found for value in said.get(name) or () if (found := text.line(value))]
    clean["identifier"] = text.line(said.get("identifier"), 500)
    return clean


def resource(said: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Clean the fields of a file."""
    clean = _linked(said, load().resource_fields, notebook)
    clean["name"] = text.line(said.get("name"))
    clean["description"] = text.markdown(said.get("description"))
    return clean


def _linked(said: Mapping[str, Any], described: Iterable[Field], notebook: Notebook) -> dict[str, Any]:
    """Leave out what stands in a field for addresses and is none: it must never become a link (XS-01)."""
    clean = dict(said)
    for field in described:
        value = said.get(field.name)
        if field.subfields and isinstance(value, list | tuple):
            rows = [_linked(row, field.subfields, notebook) for row in value if isinstance(row, Mapping)]
            clean[field.name] = [row for row in rows if any(row.values())]
        elif field.rdf_value in ADDRESSES and value:
            values = value if isinstance(value, list | tuple) else [value]
            links = [_link(field.name, each, notebook) for each in values]
            good = [link for link in links if link]
            clean[field.name] = good if field.multiple else next(iter(good), None)
    return clean


def _link(name: str, value: Any, notebook: Notebook) -> str | None:
    link = urls.web_link(value)
    if link is None:
        notebook.left_out(name, value, "no web address")
    return link


def _each(value: Any, read: Any) -> dict[str, Any]:
    said = value if isinstance(value, Mapping) else {}
    return {lang: found for lang, words in said.items() if (found := read(words))}
