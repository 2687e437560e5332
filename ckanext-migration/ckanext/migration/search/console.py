"""What the commands of the search share: the database, bars, and faults told in one sentence."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click
import sqlalchemy as sa
from ckan import model
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.errors import SearchFault

INTERRUPTED = 130
"""Exit code that shells know for Ctrl-C."""


def database() -> sa.Engine:
    """Return the database, or say in one sentence what is missing."""
    found = model.meta.engine
    if found is None:
        raise click.ClickException("The database is not configured: check sqlalchemy.url.")
    with found.connect() as connection:
        if not outbox.situation(connection).installed:
            raise click.ClickException(
                "The tables of the search are missing: run `ckan db upgrade -p migration_search`."
            )
    return found


@contextmanager
def plain_faults(*, as_json: bool = False) -> Iterator[None]:
    """One sentence and what to do, no trace; for programs the same as JSON. Exit code 1."""
    try:
        yield
    except SearchFault as fault:
        if not as_json:
            raise click.ClickException(f"{fault.message}. {fault.remedy}".strip()) from None
        told = {"code": fault.code, "message": fault.message, "remedy": fault.remedy}
        click.echo(json.dumps({"error": told}, ensure_ascii=False))
        raise SystemExit(1) from None


@contextmanager
def interruptible(meaning: str, *, as_json: bool = False) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the block tidily, then say what that means. Exit code 130."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        if as_json:
            told = {"code": "interrupted", "message": "Interrupted", "remedy": meaning}
            click.echo(json.dumps({"error": told}, ensure_ascii=False))
        else:
            click.echo(f"Interrupted. {meaning}", err=True)
        raise SystemExit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def bar(title: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Show progress on the error output."""
    if not shown:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
