"""What the commands of the search share: the database, bars, and faults told in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa
from ckan import model
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.errors import SearchFault


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
def plain_faults() -> Iterator[None]:
    """One sentence and what to do, no trace."""
    try:
        yield
    except SearchFault as fault:
        raise click.ClickException(f"{fault.message}. {fault.remedy}".strip()) from None


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on the error output."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
