"""Lists that people keep in CSV or in a spreadsheet → rows by the names of their columns.

A row of HXL hashtags below the header is read as further names of the columns (`{#country+code}`).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl

from migration_harvesters.errors import SourceRefused

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_UNPACKED = 200 * 1024 * 1024
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1251", "windows-1256", "iso-8859-1", "gb18030")
HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(?:\s*\+\s*[a-z][a-z0-9_]*)*", re.I)
_DELIMITERS = ",;\t|"
REMEDY = "Open the list and compare it with the options of the source; nothing was removed."


class Table:
    """The rows of one list; `whole` says whether its end looks like the end of the list."""

    def __init__(self, header: list[str], tags: list[str], rows: list[list[Any]]) -> None:
        self.header = header
        self.tags = tags
        self.rows = rows
        self.whole = True

    def records(self) -> Iterator[dict[str, Any]]:
        """Give one object a row: by the names of the columns, and by their hashtags."""
        for cells in self.rows:
            padded = [*cells, *[None] * (len(self.header) - len(cells))]
            row = {name: cell for name, cell in zip(self.header, padded, strict=False) if name}
            tagged = {tag: cell for tag, cell in zip(self.tags, padded, strict=False) if tag}
            yield {**row, **tagged}


def of_csv(body: bytes, encoding: str = "", delimiter: str = "", skip: int = 0) -> Table:
    """Read CSV or TSV; raises SourceRefused if it is neither."""
    words = _decoded(body, encoding)
    if words.lstrip()[:1] in ("<", "{", "[") or not words.strip():
        raise refused("Where a list in CSV was expected, the partner sent something else.")
    first = next((line for line in words.splitlines()[skip:] if line.strip()), "")
    mark = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter) or max(_DELIMITERS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(words, newline=""), delimiter=mark, strict=True))
        # A quoted cell that never ends is read to the end of the file: it was cut off inside.
        ends = True
    except csv.Error:
        lines, ends = list(csv.reader(io.StringIO(words, newline=""), delimiter=mark)), False
    table = _table(lines[skip:])
    ragged = any(len(row) < len(table.header) for row in table.rows[-1:])
    table.whole = ends and words.endswith(("\n", "\r")) and not ragged
    return table


def of_workbook(body: bytes, sheet: str = "", skip: int = 0) -> Table:
    """Read one sheet of an XLSX workbook, values and not formulas; raises SourceRefused if it is none."""
    _inspect(body)
    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        names = book.sheetnames
        if sheet and sheet not in names:
            raise refused(f"The workbook has no sheet “{sheet[:60]}”; it has: {', '.join(names)[:300]}.")
        found = book[sheet] if sheet else book.worksheets[0]
        rows = [[_cell(value) for value in row[:MAX_COLUMNS]] for row in found.iter_rows(values_only=True)]
    except SourceRefused:
        raise
    except Exception as exc:  # openpyxl raises whatever it stumbles upon
        raise refused("The workbook cannot be read.", f"{type(exc).__name__}: {exc}") from exc
    return _table(rows[skip:])


def refused(message: str, detail: str = "") -> SourceRefused:
    """Make the error for what is no list."""
    return SourceRefused(message, code="unexpected-content", detail=detail, remedy=REMEDY)


def _table(lines: Iterable[list[Any]]) -> Table:
    rows = [row for row in lines if any(cell not in (None, "") for cell in row)]
    if not rows:
        raise refused("The list has no row, not even one with the names of its columns.")
    if len(rows) > MAX_ROWS:
        raise refused(f"The list has more than {MAX_ROWS:,} rows.")
    header = [" ".join(str(cell or "").split()) for cell in rows[0]][:MAX_COLUMNS]
    tags = _hashtags(rows[1]) if len(rows) > 1 else []
    if not tags and (own := _hashtags(rows[0])):
        return Table(header, own, rows[1:])
    return Table(header, tags, rows[2:] if tags else rows[1:])


def _hashtags(row: Iterable[Any]) -> list[str]:
    """Give the hashtags of a row, in one spelling; none if the row is not one of hashtags (HXL 1.1)."""
    cells = [str(cell or "").strip() for cell in row]
    said = [cell for cell in cells if cell]
    if not said or not all(HASHTAG.fullmatch(cell) for cell in said):
        return []
    return [re.sub(r"\s+", "", cell).lower() for cell in cells]


def _decoded(body: bytes, encoding: str) -> str:
    marked = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    try:
        return body.decode(encoding or marked or "utf-8").removeprefix("\ufeff").replace("\x00", "")
    except (UnicodeDecodeError, LookupError) as exc:
        raise refused(
            f"The list is not written in {encoding or 'UTF-8'}: choose the option “encoding”.", str(exc)
        ) from exc


def _inspect(body: bytes) -> None:
    """Refuse archives that unpack to far more than they are, and XML with a document type (XM-01, XM-03)."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) > 2000 or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise refused("The workbook unpacks to more than can be read.")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _plain_xml(archive.read(member))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as exc:
        raise refused(
            "Where a workbook (XLSX) was expected, the partner sent something else.", str(exc)
        ) from exc


def _plain_xml(body: bytes) -> None:
    if b"<!DOCTYPE" in body.replace(b"\x00", b"").upper() or b"<!ENTITY" in body.replace(b"\x00", b""):
        raise refused("The workbook holds a document type declaration, which is not accepted.")


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
