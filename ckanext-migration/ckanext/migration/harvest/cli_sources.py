"""Sources from the command line: as YAML, tried, and taken over from ckanext-harvest."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.harvest import exchange
from ckanext.migration.harvest.cli import fail, harvest, json_option, pair, print_json, speaking
from ckanext.migration.harvest.telling import FINE, IMPOSSIBLE, PROBLEMS
from ckanext.migration.harvest.watching import call

dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")


@harvest.command("export")
@click.argument("names", nargs=-1)
@json_option
@speaking
def export(names: tuple[str, ...], *, as_json: bool) -> None:
    """Write the sources NAMES, or all, as YAML that `apply` reads; no secret is in it."""
    known = {source["name"]: source for source in call("source_list")}
    missing = [name for name in names if name not in known]
    if missing:
        fail(f"There is no source {', '.join(missing)}.")
    chosen = [known[name] for name in names or known]
    text = exchange.dump([_with_variable(source) for source in chosen])
    if as_json:
        print_json(exchange.load(text))
    else:
        click.echo(text, nl=False)


def _with_variable(source: dict[str, Any]) -> dict[str, Any]:
    """Add the name of the variable that holds the key, which only the command line may see."""
    from ckanext.migration.harvest import access  # noqa: PLC0415 - keeps the start of the commands short

    return {**source, "credential": access.source(source["name"]).credential}


@harvest.command("apply")
@click.argument("file", type=click.File(encoding="utf-8"))
@dry_option
@json_option
@speaking
def apply_file(file: TextIO, *, dry_run: bool, as_json: bool) -> None:
    """Register or change sources as FILE says; sources that are not in it stay as they are."""
    try:
        wanted = exchange.load(file.read())
    except ValueError as error:
        fail(str(error))
    known = {source["name"]: _with_variable(source) for source in call("source_list")}
    rows = []
    for name, entry in wanted.items():
        changes = exchange.different(known[name], entry) if name in known else []
        what = "changed" if changes else "unchanged" if name in known else "added"
        rows.append(_done(name, what, entry, dry_run=dry_run) | {"settings": changes})
    _tell(rows, dry_run=dry_run, as_json=as_json)


def _done(name: str, what: str, entry: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
    """Carry out one entry; one that is refused is told and costs only itself."""
    row = {"name": name, "outcome": what, "problem": ""}
    try:
        if dry_run or what == "unchanged":
            return row
        if what == "added":
            call("source_create", name=name, **entry)
        else:
            call("source_update", id=name, **entry)
    except (tk.ValidationError, tk.NotAuthorized) as error:
        model.Session.rollback()
        summary = error.error_summary if isinstance(error, tk.ValidationError) else {"": str(error)}
        return {
            **row,
            "outcome": "refused",
            "problem": "; ".join(f"{key}: {text}" for key, text in summary.items()),
        }
    return row


def _tell(rows: list[dict[str, Any]], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(rows)
    for row in rows if not as_json else ():
        more = row["problem"] or ", ".join(row.get("settings") or row.get("left_out") or ())
        click.echo(f"{row['name']:24} {row['outcome']:10} {more}".rstrip())
    if dry_run and not as_json:
        click.echo("Nothing was changed.")
    sys.exit(PROBLEMS if any(row["outcome"] == "refused" for row in rows) else FINE)


@harvest.command("import-ckanext-harvest")
@dry_option
@json_option
@speaking
def import_theirs(*, dry_run: bool, as_json: bool) -> None:
    """Register the sources that ckanext-harvest has in this database; those known by name stay so."""
    found = exchange.of_ckanext_harvest()
    if found is None:
        fail("There is no table of ckanext-harvest in this database.")
    known = {source["name"] for source in call("source_list")}
    rows = []
    for theirs in found:
        if theirs.problem:
            row = {"name": theirs.name, "outcome": "refused", "problem": theirs.problem}
        else:
            what = "unchanged" if theirs.name in known else "added"
            row = _done(theirs.name, what, theirs.data, dry_run=dry_run)
        rows.append(row | {"left_out": list(theirs.left_out)})
    _tell(rows, dry_run=dry_run, as_json=as_json)


@harvest.command("test")
@click.argument("address")
@click.option("--protocol", required=True, help="How the feed is read: ckan, dcat, …")
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option; the value may be JSON."
)
@json_option
@speaking
def test_feed(address: str, *, protocol: str, options: tuple[str, ...], as_json: bool) -> None:
    """Read and check up to 20 records of the feed at ADDRESS, or of a file; nothing is stored."""
    feed = {"url": address}
    if not address.startswith(("http://", "https://")):
        try:
            with open(address, encoding="utf-8") as file:
                feed = {"text": file.read()}
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{address}: {error}")
    found = call("feed_test", protocol=protocol, options=dict(pair(text) for text in options), **feed)
    if as_json:
        print_json(found)
    else:
        _say(found)
    failed = any(row["error"] or row["violations"] for row in found["records"])
    if found["ended"] and not found["records"]:
        sys.exit(IMPOSSIBLE)
    sys.exit(PROBLEMS if failed or found["ended"] or not found["records"] else FINE)


def _say(found: dict[str, Any]) -> None:
    for row in found["records"]:
        mark = "!" if row["error"] or row["violations"] else "+"
        click.echo(f"{mark} {row['title'] or row['remote_id']}")
        if row["error"]:
            click.echo(f"    {row['error']['message']}")
        for finding in row["findings"]:
            if finding["severity"] == "violation":
                click.echo(f"    {finding['message']}")
    for term in found["terms"]:
        click.echo(f"? {term['field_label']}: {term['value']} ({term['records']} records)")
    if found["ended"]:
        click.secho(found["ended"]["message"], err=True, fg="red")
