"""The command `migration-registry`: checks files without CKAN, a database or the network.

Exit codes of `validate`: 0 every record is valid (warnings do not count), 1 there are violations,
2 a file could not be read or holds no dataset.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rdflib import Graph

from . import cli_report
from .errors import MigrationError, ReadError
from .parsing import parse
from .rdf import interpret, subjects
from .report import Report
from .validation import ENGINES, Engine, validate_graph

VALID, INVALID, UNREADABLE = 0, 1, 2
MANY = 25
"""From this number of records on, a terminal shows progress."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, read and checked, or the reason why it could not be read."""

    name: str
    graph: Graph | None = None
    report: Report | None = None
    error: MigrationError | None = None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ckanext-migration", prog_name="migration-registry")
def main() -> None:
    """Check descriptions of migration datasets (MigDCAT-AP)."""


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the same as --format json.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "ttl"]),
    default="text",
    show_default=True,
    help="text for people, json for programs, ttl for a sh:ValidationReport.",
)
@click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the report."
)
@click.option("--syntax", help="Syntax of the files (ttl, xml, jsonld, nt) where the content leaves it open.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="compiled",
    show_default=True,
    help="pyshacl checks with the reference implementation, slowly, for a second opinion.",
)
def validate(  # noqa: PLR0913, PLR0917 - click passes one argument for each option
    files: tuple[str, ...], as_json: bool, form: str, lang: str, syntax: str | None, engine: Engine
) -> None:
    """Check RDF files (Turtle, RDF/XML, JSON-LD or N-Triples; - reads standard input).

    \b
    Exit codes: 0 valid, 1 violations, 2 a file could not be read.
    """  # noqa: D301 - \b is click's mark for lines that must not be joined
    form = "json" if as_json else form
    done: list[Checked] = []
    for number, name in enumerate(files):
        checked = check(name, syntax, engine)
        done.append(checked)
        if form == "text":
            show(checked, lang, first=number == 0)
        elif checked.error is not None:
            click.echo(cli_report.error_line(name, checked.error), err=True)
    if form == "json":
        click.echo(json.dumps(as_data(done, lang), ensure_ascii=False, indent=2))
    if form == "ttl":
        click.echo(_merged(done).serialize(format="turtle"), nl=False)
    sys.exit(exit_code(done))


def check(name: str, syntax: str | None = None, engine: Engine = "compiled") -> Checked:
    """Read and check one file."""
    try:
        graph = parse(_bytes(name), syntax or Path(name).suffix, base=None)
        found = subjects(graph)
        if not found:
            raise ReadError(
                f"The file holds {len(graph)} statements but no dataset.",
                remedy="A dataset has the type dcat:Dataset (http://www.w3.org/ns/dcat#Dataset).",
            )
        with _progress(len(found), name) as advance:
            report = validate_graph(graph, progress=advance, engine=engine)
    except MigrationError as exc:
        return Checked(name, error=exc)
    return Checked(name, graph, report)


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as exc:
        raise ReadError(
            f"The file cannot be opened: {exc.strerror or exc}.", remedy="Check its name."
        ) from exc


@contextmanager
def _progress(records: int, name: str) -> Iterator[Any]:
    """Show a bar for large files where somebody is watching."""
    if records < MANY or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=100, label=f"{name}: {records} records", file=sys.stderr) as bar:
        shown = 0

        def advance(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total
            bar.update(percent - shown)
            shown = percent

        yield advance


def show(checked: Checked, lang: str, *, first: bool) -> None:
    """Print the report of one file for people."""
    if not first:
        click.echo()
    if checked.error is not None:
        click.echo(cli_report.error_line(checked.name, checked.error), err=True)
    elif checked.graph is not None and checked.report is not None:
        for line in cli_report.lines(checked.name, checked.graph, checked.report, lang):
            click.echo(line)


def as_data(done: list[Checked], lang: str) -> dict[str, Any]:
    """Return everything as JSON-ready data."""
    return {"conforms": exit_code(done) == VALID, "files": [_file(checked, lang) for checked in done]}


def _file(checked: Checked, lang: str) -> dict[str, Any]:
    if checked.graph is None or checked.report is None:
        return {
            "file": checked.name,
            "conforms": False,
            "error": checked.error.as_dict() if checked.error else {},
        }
    records = []
    for subject in subjects(checked.graph):
        report = checked.report.for_dataset(subject)
        record = interpret(checked.graph, subject).record
        records.append({"id": str(subject), "title": record.title(lang), **report.as_dict(lang)})
    elsewhere = checked.report.for_dataset(None).as_dict(lang)["findings"]
    return {
        "file": checked.name,
        "conforms": checked.report.conforms,
        "records": records,
        "elsewhere": elsewhere,
    }


def _merged(done: list[Checked]) -> Graph:
    return Report(tuple(f for checked in done if checked.report for f in checked.report.findings)).to_graph()


def exit_code(done: list[Checked]) -> int:
    """Return 2 if anything could not be read, else 1 if anything is invalid, else 0."""
    if any(checked.error for checked in done):
        return UNREADABLE
    return VALID if all(checked.report and checked.report.conforms for checked in done) else INVALID
