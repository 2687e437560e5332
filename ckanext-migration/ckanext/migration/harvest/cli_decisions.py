"""`ckan migration harvest approve`, `rollback` and `stop`: what a person decides about a run."""

from __future__ import annotations

import sys
from typing import Any

import click

from ckanext.migration.harvest import progress
from ckanext.migration.harvest.cli import (
    ACTIVE,
    harvest,
    json_option,
    print_json,
    row_of,
    run_id_of,
    speaking,
)
from ckanext.migration.harvest.telling import FINE, PROBLEMS, code, explain, say_changes
from ckanext.migration.harvest.watching import call, watch

wait_option = click.option("--wait", is_flag=True, help="Wait for the end.")
here_option = click.option("--here", is_flag=True, help="Do the work in this process.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")


@harvest.command()
@click.argument("run_or_source")
@wait_option
@here_option
@dry_option
@json_option
@speaking
def approve(run_or_source: str, *, wait: bool, here: bool, dry_run: bool, as_json: bool) -> None:
    """Approve what a run holds back: it is done now."""
    key = run_id_of(run_or_source)
    if dry_run:
        held = call("run_show", id=key)
        asks = held["state"] == "needs-approval"
        guard = held["guard"] or {}
        would = {"asks": asks, "reasons": guard.get("reasons", []), "held": _held(guard)}
        if as_json:
            print_json({"run": held["id"], **would})
        else:
            click.echo(", ".join(would["reasons"]) if asks else "This run does not ask for an approval.")
            for what, number in would["held"].items():
                click.echo(f"{what}: {number}")
        sys.exit(FINE if asks else PROBLEMS)
    found = call("run_approve", id=key, wake=not here)
    _conclude(found, "is approved", wait=wait, here=here, as_json=as_json)


def _held(guard: dict[str, Any]) -> dict[str, int]:
    """Count what an approval would let through."""
    kinds = (("removals", "missing"), ("additions", "added"))
    held = {what: int(guard.get(figure, 0)) for what, figure in kinds if guard.get(f"{what}_held")}
    worse = max(int(guard.get(key, 0)) for key in ("titles_worse", "grades_worse", "publishers"))
    return held | ({"changes": worse} if guard.get("updates_held") else {})


@harvest.command()
@click.argument("source")
@click.option("--to", "goal", required=True, help="Number or id of the run to go back to.")
@wait_option
@here_option
@dry_option
@json_option
@speaking
def rollback(  # noqa: PLR0913 - one an option
    source: str, *, goal: str, wait: bool, here: bool, dry_run: bool, as_json: bool
) -> None:
    """Bring the datasets of SOURCE back to where they were after a run; the source is paused then."""
    key = f"{source}:{goal}" if goal.isdigit() else goal
    if dry_run:
        changes = call("run_diff", id=key, against=run_id_of(source))
        if as_json:
            print_json(changes)
        else:
            say_changes(changes)
        sys.exit(FINE)
    found = call("run_rollback", id=key, wake=not here)
    _conclude(found, "goes back", wait=wait, here=here, as_json=as_json)


@harvest.command()
@click.argument("run_or_source")
@json_option
@speaking
def stop(run_or_source: str, *, as_json: bool) -> None:
    """Stop a run after the record at hand; `run` lets it go on."""
    found = call("run_stop", id=run_id_of(run_or_source))
    active = found["state"] in ACTIVE
    if as_json:
        print_json(found)
    elif active:
        click.echo(f"Stopped. Go on with: ckan migration harvest run {found['source']} --wait")
    else:
        click.echo(f"Run {found['number']} of {found['source']} has ended already.")
    sys.exit(FINE if active else PROBLEMS)


def _conclude(found: dict[str, Any], said: str, *, wait: bool, here: bool, as_json: bool) -> None:
    """Say what was begun, or wait for its end and give the code of what came of it."""
    if not (wait or here):
        if as_json:
            print_json(found)
        else:
            click.echo(f"Run {found['number']} of {found['source']} {said}.")
        return
    latest = watch([found["id"]], here=here) if found["state"] in ACTIVE else {found["id"]: found}
    row = row_of(call("source_show", id=found["source"]))
    if as_json:
        print_json(row)
    else:
        progress.table([row])
    explain(latest.values())
    sys.exit(code(latest.values()))
