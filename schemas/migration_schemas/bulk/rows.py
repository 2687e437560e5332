"""From rows to records: each cell into its field, and what is wrong with it in words, by row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import yaml

from migration_schemas import dropped, repairs
from migration_schemas.fields import load
from migration_schemas.record import Record, clean
from migration_schemas.report import Finding, Report
from migration_schemas.validation import validate_records
from migration_vocabularies import get

from . import columns
from .columns import Column
from .sheets import Cell, Row, Sheets

Kind = Literal["error", "missing", "note"]
MALFORMED = frozenset(dropped.CONSTRAINTS) - {"named-twice"}
_CODE = re.compile(r".*\[([^\[\]]+)\]", re.DOTALL)

WORDS: dict[str, dict[str, str]] = yaml.safe_load(
    (files(__package__) / "problems.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said of one cell (or of a row, where the cell is missing)."""

    kind: Kind
    sheet: str
    row: int
    column: str
    label: str
    message: str
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as JSON-ready data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Read:
    """One record of the sheet; it can be a draft if nothing in it is malformed."""

    row: int
    record: Record
    report: Report
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """Say whether it can be stored as a draft."""
        return not any(problem.kind == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Bulk:
    """All records of a spreadsheet, and what belongs to none of them."""

    records: tuple[Read, ...]
    elsewhere: tuple[Problem, ...] = ()


@dataclass
class _Draft:
    """A record while its cells are read."""

    row: Row
    fields: dict[str, Any] = field(default_factory=dict)
    resources: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[Any, ...], tuple[Row, Cell, Column]] = field(default_factory=dict)
    """(resource or None, field) → the first cell of it."""


def read(sheets: Sheets, lang: str = "en") -> Bulk:
    """Turn the rows into records and check them."""
    words = WORDS.get(lang, WORDS["en"])
    elsewhere: list[Problem] = []
    unknown: dict[tuple[str, str], Problem] = {}
    drafts = []
    by_identifier: dict[str, _Draft] = {}
    for row in sheets.records:
        draft = _Draft(row)
        _fill(draft, row, words, unknown, lang)
        drafts.append(draft)
        identifier = str(draft.fields.get("identifier") or "")
        if not identifier:
            draft.problems.append(_at(row, None, "identifier", words["identifier"], lang))
        elif identifier in by_identifier:
            first = by_identifier[identifier].row.number
            draft.problems.append(_at(row, None, "identifier", words["twice"].format(row=first), lang))
        else:
            by_identifier[identifier] = draft
        if not draft.fields.get("title_translated"):
            draft.problems.append(_at(row, None, "title_translated", words["title"], lang))
    for row in sheets.distributions:
        named = next((cell.text for cell in row.cells if cell.key == columns.RECORD), "")
        owner = by_identifier.get(named)
        if owner is None:
            column = next((cell.column for cell in row.cells if cell.key == columns.RECORD), "A")
            text = words["nowhere"].format(value=named)
            elsewhere.append(Problem("error", row.sheet, row.number, column, columns.RECORD, text, named))
            continue
        _fill(owner, row, words, unknown, lang, of_resource=True)
    return Bulk(tuple(_checked(drafts, words, lang)), (*unknown.values(), *elsewhere))


def _at(row: Row, cell: Cell | None, name: str, message: str, lang: str) -> Problem:
    found = cell or next((one for one in row.cells if one.key.partition(".")[0] == name), None)
    label = load().field(name).label(lang)
    return Problem(
        "error",
        row.sheet,
        row.number,
        found.column if found else "",
        label,
        message,
        found.text if found else "",
    )


def _fill(  # noqa: PLR0913 - a row, where it goes, and in which words
    draft: _Draft,
    row: Row,
    words: dict[str, str],
    unknown: dict[tuple[str, str], Problem],
    lang: str,
    *,
    of_resource: bool = False,
) -> None:
    start = len(draft.resources)
    for cell in row.cells:
        if of_resource and cell.key == columns.RECORD:
            continue
        column = columns.parse(cell.key, of_resource=of_resource)
        if column is None:
            place = (row.sheet, cell.column)
            unknown.setdefault(
                place, Problem("note", row.sheet, 1, cell.column, cell.key[:80], words["unknown"])
            )
        elif cell.formula:
            label = column.label(lang)
            draft.problems.append(
                Problem("error", row.sheet, row.number, cell.column, label, words["formula"])
            )
        else:
            _put(draft, column, start + column.resource, row, cell)
    while of_resource is False and draft.resources and not draft.resources[-1]:
        draft.resources.pop()


def _put(draft: _Draft, column: Column, resource: int, row: Row, cell: Cell) -> None:
    values = draft.fields
    number = None
    if column.of_resource:
        while len(draft.resources) <= resource:
            draft.resources.append({})
        values, number = draft.resources[resource], resource
    name = column.field.name
    draft.places.setdefault((number, name), (row, cell, column))
    value: Any = _value(column, cell.text)
    if column.lang:
        values.setdefault(name, {})[column.lang] = value
    elif column.part:
        rows = values.setdefault(name, [])
        while len(rows) <= column.row:
            rows.append({})
        rows[column.row][column.part.name] = value
    else:
        values[name] = value


def _value(column: Column, text: str) -> Any:
    """Return the value of a cell: several are written with semicolons or on lines of their own."""
    leaf = column.leaf
    if leaf.rdf_value == "translated_list" or leaf.multiple:
        parts = [part.strip() for part in re.split(r"[;\n；]", text)]
        return [_single(column, part) for part in parts if part]
    return _single(column, text)


def _single(column: Column, text: str) -> str:
    """Take the code out of “Sudan [SDN]”, as the drop-down lists write it."""
    vocabulary = column.leaf.vocabulary
    found = _CODE.fullmatch(text) if vocabulary else None
    if vocabulary and found and found[1] in get(vocabulary):
        return found[1]
    return text


def _cleaned(draft: _Draft) -> Record:
    schema = load()

    def values(fields: Iterable[Any], given: dict[str, Any]) -> dict[str, Any]:
        cleaned = {one.name: clean(one, given.get(one.name)) for one in fields}
        return {name: value for name, value in cleaned.items() if value not in (None, "", [], {})}

    rows = tuple(values(schema.resource_fields, row) for row in draft.resources)
    return Record(values(schema.fields, draft.fields), tuple(row for row in rows if row))


def _checked(drafts: Sequence[_Draft], words: dict[str, str], lang: str) -> list[Read]:
    mended = [repairs.apply(_cleaned(draft)) for draft in drafts]
    reports = validate_records([record for record, _ in mended])
    found = []
    for draft, (record, applied), report in zip(drafts, mended, reports, strict=True):
        problems = list(draft.problems)
        for one in applied:
            if one.old is not None:
                text = words["read"].format(value=one.shown(lang))
                problems.append(
                    _said("note", draft, one.resource, one.field, one.field_label(lang), text, one.old)
                )
        said = {problem.label for problem in problems if problem.kind == "error"}
        problems += [
            _told(draft, finding, lang)
            for finding in report.violations
            if finding.field_label(lang) not in said and finding.field != "publisher"
        ]
        found.append(Read(draft.row.number, record, report, tuple(problems)))
    return found


def _told(draft: _Draft, finding: Finding, lang: str) -> Problem:
    kind: Kind = "error" if finding.code in MALFORMED else "missing"
    message = finding.message(lang)
    if example := finding.example(lang):
        message += " " + WORDS.get(lang, WORDS["en"])["example"].format(value=example)
    label = finding.field_label(lang)
    return _said(kind, draft, finding.resource, finding.field, label, message, finding.value)


def _said(  # noqa: PLR0913, PLR0917 - what is said, of which cell
    kind: Kind, draft: _Draft, resource: int | None, name: str | None, label: str, message: str, value: Any
) -> Problem:
    row, column = draft.row, ""
    if place := draft.places.get((resource, name)):
        row, column = place[0], place[1].column
    shown = "" if value is None or isinstance(value, dict) else str(value)[:200]
    return Problem(kind, row.sheet, row.number, column, label, message, shown)
