"""`ckan migration harvest`: sources and runs from the command line.

Exit codes: 0 all is well, 1 it ran but something failed or a person is asked, 2 it could not run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.harvest import jobs, progress
from ckanext.migration.harvest.telling import FINE, IMPOSSIBLE, PROBLEMS, code, explain, say_changes
from ckanext.migration.harvest.watching import call, show, watch

ACTIVE = ("queued", "running")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="Read partners' portals and keep their datasets up to date.")
def harvest() -> None:
    """Register partners' portals, harvest them, look at what came, approve it or take it back."""


def fail(message: str) -> NoReturn:
    """End with one sentence and exit code 2."""
    click.secho(message, err=True, fg="red")
    sys.exit(IMPOSSIBLE)


P = ParamSpec("P")
R = TypeVar("R")


def speaking(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what the actions refuse into one sentence and exit code 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except tk.ValidationError as error:
            model.Session.rollback()
            fail("; ".join(f"{key}: {text}" for key, text in error.error_summary.items()))
        except (tk.ObjectNotFound, tk.NotAuthorized) as error:
            model.Session.rollback()
            fail(str(error) or "Not found.")

    return wrapped


def pair(text: str) -> tuple[str, Any]:
    """Read `name=value`; a value that is JSON is taken as such."""
    key, found, value = text.partition("=")
    if not found or not key:
        raise click.BadParameter(f"{text!r} is not of the form name=value")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def print_json(value: Any) -> None:
    """Print a value as JSON for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@harvest.command("list")
@json_option
@speaking
def list_sources(as_json: bool) -> None:
    """List the registered sources."""
    sources = call("source_list")
    if as_json:
        print_json(sources)
        return
    for source in sources:
        click.echo(f"{source['name']:24} {source['protocol']:6} {source['state']:8} {source['url']}")


@harvest.command()
@click.argument("names", nargs=-1)
@json_option
@speaking
def status(names: Sequence[str], as_json: bool) -> None:
    """Show what the last run of each source came to."""
    rows = [row_of(source) for source in call("source_list") if not names or source["name"] in names]
    if as_json:
        print_json(rows)
    else:
        progress.table(rows)


def row_of(source: dict[str, Any]) -> dict[str, Any]:
    """Put a source and the figures of its last run as a row of the table."""
    run = source["last_run"]
    figures = run["counters"] if run else {}
    return {
        **{key: source[key] for key in ("name", "title", "url", "protocol")},
        "state": progress.words(run) if run else "never run",
        **{key: figures.get(key) if run else None for key in progress.COLUMNS},
        "seconds": run["seconds"] if run else None,
        "run_id": run["id"] if run else None,
    }


@harvest.command()
@click.argument("names", nargs=-1)
@click.option(
    "--all", "everything", is_flag=True, help="Every source that is not paused, and what was left over."
)
@click.option("--wait", is_flag=True, help="Show the progress and wait for the end.")
@click.option("--here", is_flag=True, help="Do the work in this process instead of the job workers.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--whole", is_flag=True, help="Read the whole list, also where the partner can tell changes.")
@json_option
@speaking
def run(  # noqa: PLR0913 - one an option
    names: Sequence[str],
    *,
    everything: bool,
    wait: bool,
    here: bool,
    dry_run: bool,
    whole: bool,
    as_json: bool,
) -> None:
    """Harvest the sources NAMES, or all with --all."""
    if not names and not everything:
        raise click.UsageError("Name sources, or say --all.")
    if everything:
        names = [source["name"] for source in call("source_list") if source["state"] == "active"]
    if dry_run:
        _preview(names, whole=whole, as_json=as_json)
    ids = [_start(name, wake=not here, whole=whole) for name in names]
    latest = watch(ids, here=here, names=names) if wait or here else {run_id: show(run_id) for run_id in ids}
    rows = [row_of(call("source_show", id=name)) for name in names]
    if as_json:
        print_json(rows)
    elif wait or here:
        progress.table(rows)
        explain(latest.values())
    else:
        click.echo(f"{len(ids)} runs are queued; `ckan migration harvest status` shows how they stand.")
    sys.exit(code(latest.values()) if wait or here else FINE)


def _preview(names: Sequence[str], *, whole: bool, as_json: bool) -> NoReturn:
    """Find out what runs would change, in this process, and end with the code that they would end with."""
    asked = {"preview": True, "whole": whole, "wake": False}
    ids = [str(call("run_create", source=name, **asked)["id"]) for name in names]
    latest = watch(ids, here=True, names=names)
    found = [
        {"source": latest[key]["source"], **call("run_diff", id=key), "guard": latest[key]["guard"]}
        for key in ids
    ]
    if as_json:
        print_json(found)
    for would in found if not as_json else ():
        click.echo(f"{would['source']}:")
        say_changes({key: value for key, value in would.items() if key not in ("source", "guard")})
    explain(latest.values())
    held = any((would["guard"] or {}).get("reasons") for would in found)
    ended = code(latest.values())
    sys.exit(PROBLEMS if held and ended == FINE else ended)


def _start(name: str, *, wake: bool, whole: bool) -> str:
    """Start a run, or join the one that is under way."""
    for state in ACTIVE:
        for active in call("run_list", source=name, state=state):
            if not active["stopped"]:
                if wake:
                    jobs.wake(active["id"])
                return str(active["id"])
    return str(call("run_create", source=name, wake=wake, whole=whole)["id"])


@harvest.command()
@click.argument("run_or_source")
@click.option("--against", help="Another run (number or id) to compare with.")
@json_option
@speaking
def diff(run_or_source: str, against: str | None, as_json: bool) -> None:
    """Show what a run changed; for a source, its last run."""
    found = call("run_show", id=run_id_of(run_or_source))
    if against and against.isdigit():
        against = f"{found['source']}:{against}"
    changes = call("run_diff", id=found["id"], **({"against": against} if against else {}))
    if as_json:
        print_json(changes)
        return
    say_changes(changes)


def run_id_of(text: str) -> str:
    """Take an id, "source:number", or the name of a source, which means its last run."""
    for source in call("source_list"):
        if source["name"] == text:
            if not source["last_run"]:
                fail(f"{text} has not been harvested yet.")
            return str(source["last_run"]["id"])
    return text
