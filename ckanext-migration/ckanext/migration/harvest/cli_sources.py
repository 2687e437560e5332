"""Sources from the command line: as YAML, tried, and taken over from ckanext-harvest."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TextIO

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.harvest import exchange
from ckanext.migration.harvest.cli import fail, harvest, json_option, pair, print_json, speaking
from ckanext.migration.harvest.telling import FINE, IMPOSSIBLE, PROBLEMS
from ckanext.migration.harvest.watching import call

options_option = click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option; the value may be JSON."
)
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")


@harvest.command()
@click.argument("name")
@click.argument("url")
@click.option("--protocol", required=True, help="How the portal is read: ckan, dcat, …")
@click.option("--organization", required=True, help="The organisation that owns the datasets.")
@click.option("--title", help="Name for people.")
@options_option
@click.option("--default-sensitivity", help="The level agreed for records that do not say theirs.")
@click.option("--credential", help="Name of an environment variable (HARVEST_KEY_…) with the partner's key.")
@click.option("--allow-private-address", is_flag=True, help="Allow an address inside our own network.")
@click.option("--update", is_flag=True, help="Change the source if it is registered already.")
@click.option("--dry-run", is_flag=True, help="Check the settings and try the feed; store nothing.")
@json_option
@speaking
def add(  # noqa: PLR0913 - one an option
    name: str, url: str, *, options: Sequence[str], update: bool, dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Register the portal at URL under NAME."""
    settings = dict(pair(text) for text in options)
    if level := given.pop("default_sensitivity", None):
        settings["default_sensitivity"] = level
    data = {key: given[key] for key in ("protocol", "organization", "title", "credential") if given.get(key)}
    data |= {"url": url, "options": settings, "allow_private": given["allow_private_address"]}
    known = {source["name"] for source in call("source_list")}
    if name in known and update:
        source = call("source_update", id=name, dry_run=dry_run, **data)
    else:
        source = call("source_create", name=name, dry_run=dry_run, **data)
    if dry_run:
        _rehearse(source, data, known=name in known, as_json=as_json)
    if as_json:
        print_json(source)
    else:
        click.echo(_line(source))


def _rehearse(source: dict[str, Any], data: dict[str, Any], *, known: bool, as_json: bool) -> NoReturn:
    """Try the feed of a source as it would be registered, and end with the code that says what came of it."""
    access = {key: data[key] for key in ("allow_private", "credential") if data.get(key)}
    feed = {key: source[key] for key in ("url", "protocol", "options")}
    found = call("feed_test", **feed, **access)
    if as_json:
        print_json({"would_be": "changed" if known else "added", "source": source, "feed": found})
        sys.exit(_verdict(found))
    click.echo(f"{_line(source)}: would be {'changed' if known else 'added'}.")
    for key, value in source["options"].items():
        click.echo(f"    {key} = {value}")
    _say(found)
    for problem in found["problems"]:
        click.secho(problem["message"], err=True, fg="yellow")
    click.echo(f"{len(found['records'])} records were tried. Nothing was stored.")
    sys.exit(_verdict(found))


def _line(source: dict[str, Any]) -> str:
    return f"{source['name']}: {source['url']} ({source['protocol']})"


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
@options_option
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
    sys.exit(_verdict(found))


def _verdict(found: dict[str, Any]) -> int:
    """Give the exit code for a feed that was tried."""
    failed = any(row["error"] or row["violations"] for row in found["records"])
    if found["ended"] and not found["records"]:
        return IMPOSSIBLE
    return PROBLEMS if failed or found["ended"] or not found["records"] else FINE


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
