"""The command `migration-registry`: checks files without CKAN, a database or the network; see also `client`.

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

from . import checking, cli_report, report_table, shapes
from .checking import Document
from .client.commands import publish, pull
from .errors import MigrationError, ReadError
from .report import Report
from .validation import ENGINES, Engine

VALID, INVALID, UNREADABLE = 0, 1, 2
LARGE = 200_000
"""From this number of bytes on, a terminal shows progress."""


@dataclass(frozen=True, slots=True)
class File:
    """One file, read and checked, or the reason why it could not be read."""

    name: str
    document: Document | None = None
    error: MigrationError | None = None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ckanext-migration", prog_name="migration-registry")
def main() -> None:
    """Check descriptions of migration datasets (MigDCAT-AP), publish and fetch them."""


main.add_command(publish)
main.add_command(pull)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the same as --format json.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "ttl", "csv"]),
    default="text",
    show_default=True,
    help="text for people, json for programs, csv for a spreadsheet, ttl for a sh:ValidationReport.",
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
    """Check files (Turtle, RDF/XML, JSON-LD, N-Triples, or records as JSON or YAML; - reads standard input).

    \b
    Exit codes: 0 valid, 1 violations, 2 a file could not be read.
    """  # noqa: D301 - \b is click's mark for lines that must not be joined
    form = "json" if as_json else form
    done: list[File] = []
    for number, name in enumerate(files):
        checked = check(name, syntax, engine)
        done.append(checked)
        if form == "text":
            show(checked, lang, first=number == 0)
        elif checked.error is not None:
            click.echo(cli_report.error_line(name, checked.error, lang), err=True)
    if form == "json":
        click.echo(json.dumps(as_data(done, lang), ensure_ascii=False, indent=2))
    if form == "ttl":
        click.echo(_merged(done).report.to_graph().serialize(format="turtle"), nl=False)
    if form == "csv":
        click.echo(report_table.write(_merged(done), lang), nl=False)
    sys.exit(exit_code(done))


@main.command()
@click.option("--layer", type=click.Choice(shapes.LAYERS), help="Only the shapes of one layer.")
@click.option("--public", is_flag=True, help="Only what can be asked of the view that the public gets.")
def rules(layer: str | None, public: bool) -> None:
    """Print the shapes as Turtle with complete addresses, for any SHACL engine.

    \b
    migration-registry rules > rules.ttl && pyshacl -s rules.ttl records.ttl
    """  # noqa: D301 - as above
    if layer and public:
        raise click.UsageError("Give --layer or --public, not both.")
    graph = shapes.of_layer(layer) if layer else shapes.public() if public else shapes.whole()
    click.echo(graph.serialize(format="turtle"), nl=False)


def check(name: str, syntax: str | None = None, engine: Engine = "compiled") -> File:
    """Read and check one file."""
    try:
        data = _bytes(name)
        with _progress(len(data), name) as advance:
            document = checking.check(data, syntax or Path(name).suffix, progress=advance, engine=engine)
    except MigrationError as exc:
        return File(name, error=exc)
    return File(name, document)


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as exc:
        raise ReadError(
            f"The file cannot be opened: {exc.strerror or exc}.", remedy="Check its name."
        ) from exc


@contextmanager
def _progress(size: int, name: str) -> Iterator[Any]:
    """Show a bar for large files where somebody is watching."""
    if size < LARGE or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=100, label=name, file=sys.stderr) as bar:
        shown = 0

        def advance(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total
            bar.update(percent - shown)
            shown = percent

        yield advance


def show(checked: File, lang: str, *, first: bool) -> None:
    """Print the report of one file for people."""
    if not first:
        click.echo()
    if checked.error is not None:
        click.echo(cli_report.error_line(checked.name, checked.error, lang), err=True)
    elif checked.document is not None:
        for line in cli_report.lines(checked.name, checked.document, lang):
            click.echo(line)


def as_data(done: list[File], lang: str) -> dict[str, Any]:
    """Return everything as JSON-ready data."""
    return {"conforms": exit_code(done) == VALID, "files": [_file(checked, lang) for checked in done]}


def _file(checked: File, lang: str) -> dict[str, Any]:
    if checked.document is None:
        error = checked.error.as_dict() if checked.error else {}
        return {"file": checked.name, "conforms": False, "error": error}
    found = checked.document.as_dict(lang)
    return {"file": checked.name, **{name: found[name] for name in ("conforms", "records", "elsewhere")}}


def _merged(done: list[File]) -> Document:
    documents = [checked.document for checked in done if checked.document]
    elsewhere = tuple(f for document in documents for f in document.elsewhere.findings)
    return Document(tuple(r for document in documents for r in document.records), Report(elsewhere))


def exit_code(done: list[File]) -> int:
    """Return 2 if anything could not be read, else 1 if anything is invalid, else 0."""
    if any(checked.error for checked in done):
        return UNREADABLE
    return VALID if all(checked.document and checked.document.conforms for checked in done) else INVALID
