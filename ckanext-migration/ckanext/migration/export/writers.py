"""How a file of datasets is written, one dataset after the other, in each format.

A writer gives texts: what the file begins with, each dataset, and its end. ``broken`` is written in the
place of the end when the reading failed: a reader then sees that the file is not whole, and where the
format has a grammar, its parser refuses it.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ckanext.migration.export import citations
from ckanext.migration.export.columns import Row, columns
from migration_schemas import Record, cells, rdf
from migration_schemas.rdf_stream import SYNTAXES
from migration_schemas.record import from_package, text_in

log = logging.getLogger(__name__)

BROKEN = "INCOMPLETE: the export failed before its end. Please download it again."
Package = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """What is exported, and for whom.

    ``lang`` is the reader's language; with ``everything`` the fields for agencies are in it; ``count``
    datasets are expected; ``day`` is today (ISO). The functions give the address of a dataset's page,
    the name of who answers for the data, and the record as readers get it.
    """

    lang: str
    everything: bool
    count: int
    day: str
    address: Callable[[Package], str]
    publisher: Callable[[Package], str]
    record: Callable[[Package], Record] = from_package


class Writer(Protocol):
    """Writes one file."""

    between: str

    def head(self) -> str:
        """Return what the file begins with."""

    def record(self, package: Package) -> str:
        """Return one dataset. Any exception means that this one cannot be written."""

    def tail(self, written: int, left_out: int) -> str:
        """Return the end of a whole file."""

    def broken(self) -> str:
        """Return the end of a file that is not whole."""


class Table:
    """CSV for spreadsheets and statistics programs (RFC 4180), UTF-8 with a byte order mark."""

    between = ""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._columns = columns(everything=job.everything)

    def head(self) -> str:
        """Return the beginning."""
        return "\ufeff" + _csv([column.name for column in self._columns])

    def record(self, package: Package) -> str:
        """Return one dataset."""
        row = Row(package, from_package(package), self._job.address(package), self._job.lang)
        return _csv([_safe(column.read(row)) for column in self._columns])

    def tail(self, written: int, left_out: int) -> str:
        """Return the end."""
        return ""

    def broken(self) -> str:
        """Return the mark."""
        return _csv([BROKEN])


def _safe(cell: str | int) -> str | int:
    return cells.text(cell) if isinstance(cell, str) else cell


def _csv(row: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow(row)
    return line.getvalue()


class Objects:
    """One JSON object with the datasets as the API shows them."""

    between = ",\n"

    def __init__(self, job: Job) -> None:
        self._job = job

    def head(self) -> str:
        """Return the beginning."""
        return f'{{"date": {_json(self._job.day)}, "count": {self._job.count}, "results": [\n'

    def record(self, package: Package) -> str:
        """Return one dataset."""
        return _json(package)

    def tail(self, written: int, left_out: int) -> str:
        """Return the end."""
        return f'\n], "written": {written}, "left_out": {left_out}, "complete": true}}\n'

    def broken(self) -> str:
        """Return the mark."""
        return f"\n{_json({'error': BROKEN})}\n"


class Lines:
    """JSON Lines: one dataset a line, as the API shows it."""

    between = ""

    def __init__(self, job: Job) -> None:
        pass

    def head(self) -> str:
        """Return the beginning."""
        return ""

    def record(self, package: Package) -> str:
        """Return one dataset."""
        return _json(package) + "\n"

    def tail(self, written: int, left_out: int) -> str:
        """Return the end."""
        return ""

    def broken(self) -> str:
        """Return the mark."""
        return _json({"error": BROKEN}) + "\n"


def _json(value: Any) -> str:
    # ASCII, so that half a surrogate pair in a text cannot break the encoding
    return json.dumps(value, ensure_ascii=True, allow_nan=False, default=str)


class Statements:
    """RDF in a syntax, by the one writer of this project; for everybody the public fields only."""

    def __init__(self, job: Job, syntax: str) -> None:
        self._job = job
        self._syntax = SYNTAXES[syntax]
        self.between = self._syntax.between

    def head(self) -> str:
        """Return the beginning."""
        return self._syntax.head

    def record(self, package: Package) -> str:
        """Return one dataset."""
        written = rdf.bind(self._job.record(package), subject=self._job.address(package))
        for lost in written.dropped:
            log.warning(
                "export.value_left_out id=%s field=%s reason=%s", package.get("id"), lost.field, lost.reason
            )
        return self._syntax.part(written.graph)

    def tail(self, written: int, left_out: int) -> str:
        """Return the end."""
        note = f"\n# complete: {written} datasets\n" if self._syntax.name == "ttl" else ""
        return self._syntax.tail + note

    def broken(self) -> str:
        """Return the mark."""
        return f"\n<{BROKEN}\n"


class References:
    """Citations for reference managers."""

    between = ""

    def __init__(self, job: Job, entry: Callable[[citations.Reference], str], mark: str) -> None:
        self._job = job
        self._entry = entry
        self._mark = mark

    def head(self) -> str:
        """Return the beginning."""
        return ""

    def record(self, package: Package) -> str:
        """Return one dataset."""
        record = from_package(package)
        return self._entry(
            citations.Reference(
                key=str(package.get("name") or package.get("id")),
                author=self._job.publisher(package),
                year=str(record.fields.get("issued") or record.fields.get("modified") or "")[:4],
                title=text_in(record.fields.get("title_translated"), self._job.lang)
                or str(package.get("title") or ""),
                address=self._job.address(package),
                identifier=record.identifier,
                day=self._job.day,
                version=str(record.fields.get("version") or ""),
            )
        )

    def tail(self, written: int, left_out: int) -> str:
        """Return the end."""
        return ""

    def broken(self) -> str:
        """Return the mark."""
        return self._mark
