"""What a command says of runs and with which code it ends.

Exit codes: 0 all is well, 1 it ran but something failed or a person is asked, 2 it could not run.
"""

from __future__ import annotations

from typing import Any

import click

FINE, PROBLEMS, IMPOSSIBLE = 0, 1, 2


def code(found: Any) -> int:
    """Give the exit code for runs that have ended."""
    states = list(found)
    if any(item["state"] == "failed" for item in states):
        return IMPOSSIBLE
    fine = all(item["state"] == "finished" and not item["counters"]["failed"] for item in states)
    return FINE if fine else PROBLEMS


def explain(found: Any) -> None:
    """Say what a person should know about runs that did not go smoothly."""
    for item in found:
        if item["error"]:
            click.secho(
                f"{item['source']}: {item['error']['message']} {item['error'].get('remedy', '')}", err=True
            )
        if item["state"] == "needs-approval":
            why = ", ".join(item["guard"]["reasons"])
            words = f"{item['source']}: {why}; that was held back. Look: ckan migration harvest diff"
            click.secho(
                f"{words} {item['source']}; then: ckan migration harvest approve {item['source']}", err=True
            )


def say_changes(changes: dict[str, Any]) -> None:
    """Print what a run changed, a line a record."""
    for kind, mark in (
        ("added", "+"),
        ("restored", "+"),
        ("changed", "~"),
        ("missing", "?"),
        ("removed", "-"),
    ):
        for line in changes[kind]:
            fields = f"  [{', '.join(line['fields'])}]" if line.get("fields") else ""
            click.echo(f"{mark} {line['title'] or line['remote_id']}{fields}")
    if not any(changes.values()):
        click.echo("Nothing changed.")
