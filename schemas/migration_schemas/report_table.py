"""A report as a table, one finding a row, for spreadsheets (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from . import cells
from .checking import Checked, Document
from .report import Finding

COLUMNS = (
    "record",
    "title",
    "severity",
    "layer",
    "rule",
    "resource",
    "field",
    "field_label",
    "message",
    "value",
    "why",
    "example",
)


def write(document: Document, lang: str = "en") -> str:
    """Return the table as CSV; no cell is a formula, whatever a stranger's record holds."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows(document, lang):
        table.writerow([cells.text(cell) for cell in row])
    return text.getvalue()


def rows(document: Document, lang: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each finding, record by record."""
    for record in (*document.records, Checked("", {}, document.elsewhere)):
        for finding in record.report.findings:
            yield (record.id, record.title(lang), *_cells(finding, lang))


def _cells(finding: Finding, lang: str) -> tuple[str, ...]:
    return (
        finding.severity,
        finding.layer,
        finding.rule,
        "" if finding.resource is None else str(finding.resource + 1),
        finding.field or "",
        finding.field_label(lang),
        finding.message(lang),
        finding.value or "",
        finding.why(lang),
        finding.example(lang),
    )
