"""The report of a file for people: record by record, what is wrong, why it matters, what to do."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

import click

from .checking import Document
from .errors import MigrationError
from .report import Finding, Report

WORDS = {
    "en": {
        "violation": "violation",
        "warning": "warning",
        "info": "note",
        "valid": "valid",
        "found": "Found: {value}",
        "example": "Example: {example}",
        "elsewhere": "Statements outside any dataset",
        "untitled": "(without title)",
        "summary": "{name}: records {records}, of these with violations {invalid}; "
        "violations {violations}, warnings {warnings}",
    },
    "fr": {
        "violation": "erreur",
        "warning": "avertissement",
        "info": "note",
        "valid": "valide",
        "found": "Trouvé : {value}",
        "example": "Exemple : {example}",
        "elsewhere": "Énoncés hors de tout jeu de données",
        "untitled": "(sans titre)",
        "summary": "{name} : notices {records}, dont avec erreurs {invalid} ; "
        "erreurs {violations}, avertissements {warnings}",
    },
}
COLORS = {"violation": "red", "warning": "yellow", "info": "blue"}
INDENT = 4
LONGEST_VALUE = 120


def error_line(name: str, error: MigrationError, lang: str) -> str:
    """Say in one line why a file could not be checked."""
    return f"{name}: {error.told(lang)}"


def lines(name: str, document: Document, lang: str) -> Iterator[str]:
    """Yield the report of one file."""
    words = WORDS[lang]
    for record in document.records:
        title = _printable(record.title(lang)) or words["untitled"]
        yield from _record(title, _printable(record.id), record.report, lang)
        yield ""
    if document.elsewhere.findings:
        yield from _record(words["elsewhere"], "", document.elsewhere, lang)
        yield ""
    whole = document.report
    yield words["summary"].format(
        name=name,
        records=len(document.records),
        invalid=sum(not record.report.conforms for record in document.records),
        violations=len(whole.violations),
        warnings=len(whole.warnings),
    )


def _record(title: str, address: str, report: Report, lang: str) -> Iterator[str]:
    mark = click.style("✓", fg="green") if report.conforms else click.style("✗", fg="red")
    yield f"{mark} {click.style(title, bold=True)}"
    if address:
        yield f"  {address}"
    if not report.findings:
        yield f"  {WORDS[lang]['valid']}"
    for finding in report.findings:
        yield from _finding(finding, lang)


def _finding(finding: Finding, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    label = finding.field_label(lang)
    head = click.style(words[finding.severity], fg=COLORS[finding.severity])
    yield f"  {head}  {label}" if label else f"  {head}"
    yield from _wrapped(finding.message(lang))
    if finding.value:
        value = finding.value if len(finding.value) <= LONGEST_VALUE else finding.value[:LONGEST_VALUE] + "…"
        yield from _wrapped(words["found"].format(value=_printable(value)))
    if why := finding.why(lang):
        yield from _wrapped(why, dim=True)
    if example := finding.example(lang):
        yield from _wrapped(words["example"].format(example=example), dim=True)


def _wrapped(text: str, *, dim: bool = False) -> Iterator[str]:
    width = max(40, min(100, shutil.get_terminal_size().columns) - INDENT)
    for line in textwrap.wrap(text, width):
        yield " " * INDENT + (click.style(line, dim=True) if dim else line)


def _printable(value: str) -> str:
    """Show control characters instead of sending them to the terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value)
