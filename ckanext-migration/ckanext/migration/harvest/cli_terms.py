"""`ckan migration harvest terms` and `map`: the crosswalk of a source from the command line."""

from __future__ import annotations

import click

from ckanext.migration.harvest.cli import harvest, json_option, print_json, speaking
from ckanext.migration.harvest.watching import call

PAGE = 100


@harvest.command("terms")
@click.argument("source")
@click.option("--only", type=click.Choice(["unmapped", "uncertain", "decided"]), help="Only these.")
@click.option("--recount", is_flag=True, help="First count anew, and forget those that no record uses.")
@json_option
@speaking
def list_terms(source: str, only: str | None, *, recount: bool, as_json: bool) -> None:
    """List the words of SOURCE that are in no code list, or not for certain."""
    if recount:
        told = call("term_recount", source=source)
        click.echo(
            f"{told['records']} records read ({told['unread']} could not be), "
            f"{told['known']} words known, {told['forgotten']} forgotten.",
            err=True,
        )
    rows: list[dict[str, object]] = []
    while True:
        found = call("term_list", source=source, only=only, limit=PAGE, offset=len(rows))
        rows += found["results"]
        if not found["results"] or len(rows) >= found["count"]:
            break
    if as_json:
        print_json(rows)
        return
    for row in rows:
        meant = row["decided"] or row["taken"]
        words = meant["label"] if isinstance(meant, dict) else (row["decision"] or "?")
        click.echo(f"{row['id']}  {row['vocabulary']:20} {row['records']:>6}  {row['value']}  →  {words}")
    if not rows:
        click.echo("Every word of this source is understood.")


@harvest.command("map")
@click.argument("term_id")
@click.argument("code", required=False)
@click.option("--ignore", is_flag=True, help="The word says nothing here.")
@click.option("--take-back", is_flag=True, help="Let the matcher judge again.")
@json_option
@speaking
def map_term(term_id: str, code: str | None, *, ignore: bool, take_back: bool, as_json: bool) -> None:
    """Let the word TERM_ID (see `terms`) mean the concept CODE from the next run on."""
    if [bool(code), ignore, take_back].count(True) != 1:
        raise click.UsageError("Give a code, or --ignore, or --take-back.")
    decision = "mapped" if code else "ignored" if ignore else "open"
    found = call("term_decide", id=term_id, decision=decision, code=code or "")
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['value']}: {code or decision}; the next run reads the records accordingly.")
