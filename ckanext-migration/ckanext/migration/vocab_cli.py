"""`ckan migration vocab`: the code lists from the command line.

Exit codes: 0 all is well, 1 a list has mistakes, 2 the command could not run.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import migration_vocabularies as vocabularies
from ckanext.migration import config
from migration_vocabularies import checking

PROBLEMS, IMPOSSIBLE = 1, 2


@click.group(short_help="Look at, check and add code lists.")
def vocab() -> None:
    """Look at the controlled terms that records are described with (SKOS), check them, add some."""


@vocab.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(*, as_json: bool) -> None:
    """List the code lists with version, number of terms and languages."""
    rows = [vocabularies.get(name) for name in vocabularies.names()]
    if as_json:
        told = [
            {
                "name": each.name,
                "iri": each.iri,
                "version": each.version,
                "concepts": len(each),
                "languages": list(each.languages),
                "shipped": vocabularies.shipped(each.name),
            }
            for each in rows
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = Table("name", "title", "version", "terms", "languages", "from", box=None)
    for each in rows:
        origin = "shipped" if vocabularies.shipped(each.name) else "this portal"
        table.add_row(
            each.name, each.title("en"), each.version, str(len(each)), " ".join(each.languages), origin
        )
    Console().print(table)


@vocab.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(files: tuple[Path, ...]) -> None:
    """Check all code lists, or files that are to be added."""
    named = [(file.stem, file.read_text("utf-8", "replace")) for file in files]
    found = [checking.check(*each) for each in named] if files else checking.check_all()
    for report in found:
        for mistake in report.mistakes:
            click.secho(f"{report.name}: {mistake}", fg="red", err=True)
        for hint in report.hints:
            click.echo(f"{report.name}: {hint}")
    wrong = sum(bool(report.mistakes) for report in found)
    click.echo(f"{len(found)} checked, {wrong} with mistakes")
    sys.exit(PROBLEMS if wrong else 0)


@vocab.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in the place of one that was loaded before.")
def load(file: Path, *, replace: bool) -> None:
    """Add a code list to this portal: a SKOS file in Turtle whose name is the name of the list.

    A second version of a list goes beside the first under a name of its own.
    """
    folder = config.vocabularies_folder()
    if folder is None:
        _fail("Set ckanext.migration.vocabularies_folder to the folder that keeps this portal's lists.")
    report = checking.check(file.stem, file.read_text("utf-8", "replace"))
    if report.mistakes:
        _fail("; ".join(report.mistakes), PROBLEMS)
    target = folder / file.name
    if vocabularies.shipped(file.stem):
        _fail(f"{file.stem} comes with the registry and cannot be replaced: name the file otherwise.")
    if target.exists() and not replace:
        _fail(f"{file.stem} was loaded before: use --replace, or name the file otherwise.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        shutil.copyfile(file, fresh)
        fresh.replace(target)
    except OSError as error:
        _fail(f"{folder} cannot be written: {error.strerror}.")
    vocabularies.forget()
    click.echo(f"{file.stem}: {len(vocabularies.get(file.stem))} terms. Restart the web server to show it.")


def _fail(message: str, code: int = IMPOSSIBLE) -> None:
    click.secho(message, fg="red", err=True)
    sys.exit(code)
