"""`ckan migration copies`: look for copies, list proposals, decide, take back.

Exit codes: 0 done, 2 it could not be done.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import ckan.plugins.toolkit as tk
import click
from ckan import model
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.migration.copies.model import STATES

IMPOSSIBLE = 2
P = ParamSpec("P")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="The same dataset from several holders.")
def copies() -> None:
    """Find records that are the same dataset, and decide on them."""


def _speaking(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what the actions refuse into one sentence and exit code 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except tk.ValidationError as error:
            _fail("; ".join(f"{key}: {text}" for key, text in error.error_summary.items()))
        except (tk.ObjectNotFound, tk.NotAuthorized) as error:
            _fail(str(error) or "Not found.")
        except KeyboardInterrupt:
            model.Session.rollback()
            click.echo("Stopped; nothing was kept. Run the command again.", err=True)
            sys.exit(1)

    return wrapped


def _fail(message: str) -> None:
    model.Session.rollback()
    click.secho(message, err=True, fg="red")
    sys.exit(IMPOSSIBLE)


@copies.command()
@json_option
@_speaking
def find(*, as_json: bool) -> None:
    """Compare all datasets and keep what may be the same as proposals; what was decided stays decided."""
    with _bars() as step:
        found = _call("find", migration_copies_step=step)
    if as_json:
        click.echo(json.dumps(found))
        return
    figures = {name: f"{number:,}" for name, number in found.items()}
    click.echo(
        "{datasets} datasets, {compared} pairs compared: {proposed} proposed ({new} new), "
        "{decided} decided before, {withdrawn} withdrawn.".format(**figures)
    )
    if found["proposed"]:
        click.echo("Decide on the page /migration/copies, or with: ckan migration copies list")


@copies.command("list")
@click.option("--state", type=click.Choice(STATES), default=STATES[0], help="Default: proposed.")
@click.option("--limit", type=click.IntRange(1, 100), default=20)
@json_option
@_speaking
def list_pairs(state: str, limit: int, *, as_json: bool) -> None:
    """List pairs, the most certain first."""
    found = _call("list", {"state": state, "limit": limit})
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for pair in found["results"]:
        click.echo(f"{pair['id']}  {pair['confidence']:.2f}  {'; '.join(pair['why'])}")
        for each in pair["datasets"]:
            agency = each["organization"]["title"] if each["organization"] else "?"
            mark = " (original)" if each["id"] == pair["lead"] else ""
            click.echo(f"    {each['name']}: {each['title']} [{agency}]{mark}")
    click.echo(f"{len(found['results'])} of {found['count']}.")


@copies.command()
@click.argument("pair_id")
@click.argument("decision", type=click.Choice(["same", "derived", "different"]))
@click.option("--lead", help="Name of the original, or of what the other was made from; else it is guessed.")
@json_option
@_speaking
def decide(pair_id: str, decision: str, lead: str | None, *, as_json: bool) -> None:
    """Say whether the two records of PAIR_ID (see `list`) are the same, or one made from the other."""
    _say(_call("decide", {"id": pair_id, "decision": decision, "lead": lead}), as_json=as_json)


@copies.command()
@click.argument("pair_id")
@json_option
@_speaking
def undo(pair_id: str, *, as_json: bool) -> None:
    """Take the decision on PAIR_ID back: both records stand alone again."""
    _say(_call("undo", {"id": pair_id}), as_json=as_json)


def _say(pair: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(pair, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{' and '.join(each['name'] for each in pair['datasets'])}: {pair['state']}.")


def _call(action: str, data: dict[str, Any] | None = None, **context: Any) -> dict[str, Any]:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    asking = {"user": user, "ignore_auth": True, **context}
    found: dict[str, Any] = tk.get_action(f"migration_copies_{action}")(asking, data or {})
    return found


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each thing that is done; nothing where the output is no terminal."""
    columns = (TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def step(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield step
