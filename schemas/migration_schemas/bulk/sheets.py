"""Reading a spreadsheet that a stranger sends: XLSX or CSV, looked through before anything opens it.

Nothing is computed: a cell with a formula is named and not read. What is compressed too well, too large, or
declares a document type (entities could expand without end) is refused.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from . import columns
from .errors import WorkbookError

MEGABYTE = 1024 * 1024
WHOLE = 60 * MEGABYTE
"""Bytes of all parts of a workbook together once they are decompressed."""

RATIO = 150
PARTS = 500
MOST_COLUMNS = 400
LONGEST = 32_767
FIRST_ROW = 4
"""Below the key, the label and the help of a column."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read."""

    input_bytes: int = 5 * MEGABYTE
    rows: int = 2000
    distributions: int = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell and where it stands; a formula has no text."""

    column: str
    key: str
    text: str
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row with something in it."""

    sheet: str
    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The rows of both sheets, and the keys of columns that mean nothing here."""

    records: tuple[Row, ...]
    distributions: tuple[Row, ...] = ()


def read(data: bytes, name: str = "", limits: Limits | None = None) -> Sheets:
    """Read a spreadsheet; raises WorkbookError."""
    limits = limits or Limits()
    if len(data) > limits.input_bytes:
        most = limits.input_bytes // MEGABYTE
        raise WorkbookError(f"The file is larger than {most} MB.", remedy="Send it in smaller parts.")
    if name.lower().endswith(".csv") or data[:2] != b"PK":
        return _csv(data, limits)
    _look_through(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            return _sheets(book, limits)
        finally:
            book.close()
    except WorkbookError:
        raise
    except Exception as error:  # openpyxl raises many kinds of errors for files that are broken
        raise WorkbookError(
            "The file is no spreadsheet that can be read.", remedy="Save it as .xlsx and send it again."
        ) from error


def _look_through(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
            whole = sum(part.file_size for part in listed)
            if len(listed) > PARTS or whole > WHOLE or whole > RATIO * len(data):
                raise WorkbookError(
                    "The file expands to far more than it should.",
                    remedy="Copy the rows into a fresh template and send that.",
                )
            for part in listed:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _no_doctype(parts, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise WorkbookError(
            "The file is no spreadsheet that can be read.", remedy="Save it as .xlsx without a password."
        ) from error


def _no_doctype(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a document type, also in UTF-16; one may only stand before the first element."""
    with parts.open(part) as stream:
        start = stream.read(64 * 1024).replace(b"\x00", b"")
    if (
        b"<!DOCTYPE" in start
        or b"<!ENTITY" in start
        or start.lstrip()[:1] not in {b"<", b"\xef", b"\xfe", b"\xff"}
    ):
        raise WorkbookError(
            "A part of the file declares a document type.",
            remedy="Save it anew with your spreadsheet program.",
        )


def _sheets(book: Any, limits: Limits) -> Sheets:
    records: tuple[Row, ...] | None = None
    distributions: tuple[Row, ...] = ()
    for sheet in book.worksheets[:20]:
        rows = sheet.iter_rows(max_col=MOST_COLUMNS, max_row=FIRST_ROW + limits.distributions + 1)
        keys = [_text(cell.value).strip().lower() for cell in next(rows, ())]
        if keys[:1] == [columns.RECORD]:
            distributions = _rows(sheet.title, keys, rows, limits.distributions)
        elif "identifier" in keys and records is None:
            records = _rows(sheet.title, keys, rows, limits.rows)
    if records is None:
        raise WorkbookError(
            "No sheet of the file is one of the template: its first row holds the names of the fields.",
            remedy="Download the template, fill it in and send that.",
        )
    return Sheets(records, distributions)


def _rows(title: str, keys: list[str], rows: Iterable[Any], most: int) -> tuple[Row, ...]:
    found: list[Row] = []
    for number, row in enumerate(rows, start=2):
        if number < FIRST_ROW:
            continue
        cells = tuple(
            Cell(get_column_letter(place), keys[place - 1], text, formula)
            for place, cell in enumerate(row, start=1)
            if place <= len(keys) and keys[place - 1]
            for formula in [getattr(cell, "data_type", "") == "f"]
            if (text := "" if formula else _text(cell.value)) or formula
        )
        if cells:
            found.append(Row(title, number, cells))
        if len(found) > most:
            raise WorkbookError(f"The sheet “{title}” has more than {most} rows.", remedy="Send it in parts.")
    return tuple(found)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:LONGEST].strip()


def _csv(data: bytes, limits: Limits) -> Sheets:
    """Read a table of records: keys in the first row, records from the second on."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbookError(
            "The file is neither an .xlsx workbook nor CSV in UTF-8.",
            remedy="Save it as .xlsx, or as CSV UTF-8.",
        ) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        table = list(
            _limited(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), limits.rows + 4)
        )
    except csv.Error as error:
        raise WorkbookError(f"The CSV cannot be read: {error}.") from error
    keys = [key.strip().lower() for key in table[0]] if table else []
    if "identifier" not in keys:
        raise WorkbookError(
            "The first row does not hold the names of the fields.", remedy="One of them is identifier."
        )
    rows = []
    for number, line in enumerate(table[1:], start=2):
        cells = tuple(
            Cell(get_column_letter(place), keys[place - 1], _plain(text))
            for place, text in enumerate(line[:MOST_COLUMNS], start=1)
            if place <= len(keys) and keys[place - 1] and text.strip()
        )
        if cells:
            rows.append(Row("CSV", number, cells))
    if len(rows) > limits.rows:
        raise WorkbookError(f"The file has more than {limits.rows} rows.", remedy="Send it in parts.")
    return Sheets(tuple(rows))


def _plain(text: str) -> str:
    """Take away the apostrophe that our own tables put before what looks like a formula."""
    return text[1:].strip() if text[:1] == "'" and text[1:2] in "=+-@" else text.strip()


def _limited(rows: Iterable[list[str]], most: int) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > most:
            return
        yield row
