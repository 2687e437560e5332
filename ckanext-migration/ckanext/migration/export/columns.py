"""The columns of a table of datasets, made from the field list: a new field is a new column.

Names are those of the fields and never depend on the datasets, so that two exports fit together. A field
in several languages gives three columns: the text for the reader, the language it is in, and all texts
as JSON. A field of codes gives the codes and their names. Several values stand in one cell, with `SEPARATOR`
between them; the parts of a group (contact, period) keep their places.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migration_schemas import Field, Record, load
from migration_schemas.record import text_in
from migration_vocabularies import get as vocabulary

SEPARATOR = " | "
RESOURCE = "resource_"

Cell = str | int


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset: CKAN's package, its record, the address of its page, the reader's language."""

    package: Mapping[str, Any]
    record: Record
    address: str
    lang: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how its cell is read."""

    name: str
    read: Callable[[Row], Cell]


def columns(*, everything: bool = False) -> tuple[Column, ...]:
    """Return the columns in their order; fields that are not public only with ``everything``."""
    schema = load()
    shown = [field for field in schema.fields if everything or field.visibility == "public"]
    files = [field for field in schema.resource_fields if everything or field.visibility == "public"]
    return (
        *_FIRST,
        *(column for field in shown for column in _columns(field, field.name, _value(field.name))),
        *(column for field in files for column in _of_resources(field)),
        *_LAST,
    )


def _key(name: str) -> Column:
    return Column(name, lambda row: _cell(row.package.get(name)))


def _agency(name: str) -> Callable[[Row], Cell]:
    return lambda row: _cell((row.package.get("organization") or {}).get(name))


_FIRST = (_key("id"), _key("name"), Column("address", lambda row: row.address))
_LAST = (
    Column("organization", _agency("name")),
    Column("organization_title", _agency("title")),
    _key("private"),
    _key("metadata_created"),
    _key("metadata_modified"),
)

Values = Callable[[Row], Iterable[Any]]
"""Reads the values of a field: of the dataset one, of the resources as many as there are resources."""


def _value(name: str) -> Values:
    return lambda row: (row.record.fields.get(name),)


def _of_resources(field: Field) -> Iterator[Column]:
    def values(row: Row) -> Iterable[Any]:
        return (entry.get(field.name) for entry in row.record.resources)

    return iter(_columns(field, RESOURCE + field.name, values))


def _columns(field: Field, name: str, values: Values) -> list[Column]:
    if field.translated:
        return _translated(name, values)
    if field.subfields:
        return [
            column
            for part in field.subfields
            for column in _columns(part, f"{name}_{part.name}", _parts(values, part.name))
        ]
    found = [Column(name, lambda row: _joined(values(row)))]
    if field.vocabulary:
        found.append(Column(f"{name}_label", _labels(field.vocabulary, values)))
    return found


def _parts(values: Values, name: str) -> Values:
    def read(row: Row) -> Iterable[Any]:
        nodes = (node for value in values(row) for node in _listed(value))
        return (node.get(name) if isinstance(node, Mapping) else None for node in nodes)

    return read


def _translated(name: str, values: Values) -> list[Column]:
    def chosen(row: Row) -> tuple[str, str]:
        texts = next(iter(values(row)), None)
        if not isinstance(texts, Mapping) or not texts:
            return _joined([texts]) if texts else "", ""
        lang = next((one for one in (row.lang, "en") if texts.get(one)), next(iter(texts)))
        value = texts[lang]
        return (SEPARATOR.join(map(str, value)) if isinstance(value, list) else text_in(texts, lang)), lang

    def whole(row: Row) -> str:
        texts = next(iter(values(row)), None)
        return json.dumps(texts, ensure_ascii=False, default=str) if texts else ""

    stem = name.removesuffix("_translated")
    return [
        Column(stem, lambda row: chosen(row)[0]),
        Column(f"{stem}_language", lambda row: chosen(row)[1]),
        Column(f"{stem}_translated", whole),
    ]


def _labels(name: str, values: Values) -> Callable[[Row], str]:
    def read(row: Row) -> str:
        terms = vocabulary(name)

        def label(code: str) -> str:
            return terms.label(code, row.lang) if code in terms else code

        return SEPARATOR.join(
            SEPARATOR.join(label(str(code)) for code in _listed(value)) for value in values(row)
        )

    return read


def _joined(values: Iterable[Any]) -> Cell:
    """Join values; a single number stays a number."""
    cells = [SEPARATOR.join(map(str, value)) if isinstance(value, list) else _cell(value) for value in values]
    return cells[0] if len(cells) == 1 else SEPARATOR.join(map(str, cells)) if any(cells) else ""


def _cell(value: Any) -> Cell:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
