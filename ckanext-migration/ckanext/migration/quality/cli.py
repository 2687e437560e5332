"""`ckan migration quality`: compute scores anew, try links.

Exit codes: 0 all is well, 1 links did not answer or datasets could not be read, 2 the command could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk
import click
import sqlalchemy as sa
from ckan import model
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.migration.logic import visibility
from ckanext.migration.quality import config, ledger, links
from ckanext.migration.quality.model import SCORE
from migration_schemas import profile_version

PROBLEMS = 1


@click.group(short_help="How good the descriptions are: scores and links.")
def quality() -> None:
    """Compute the scores of datasets and try the addresses in them."""


@quality.command()
@click.option("--all", "every", is_flag=True, help="Also those that were computed with today's profile.")
def compute(*, every: bool) -> None:
    """Compute the scores of datasets that have none, or one of an earlier profile.

    Each dataset is kept by itself: interrupt with Ctrl-C and run it again to go on.
    """
    database = _database()
    with database.begin() as connection:
        ledger.forget(connection)
        wanted = _wanted(connection, every=every)
    unreadable = []
    with _bar("scores", len(wanted)) as step:
        for number, package_id in enumerate(wanted, 1):
            try:
                package = visibility.whole(package_id)
            except (tk.ObjectNotFound, tk.ValidationError):
                unreadable.append(package_id)
                continue
            finally:
                model.Session.remove()
            with database.begin() as connection:
                ledger.keep(connection, package)
            step(number)
    click.echo(f"{len(wanted) - len(unreadable)} scores computed.")
    if unreadable:
        click.echo(f"Could not be read: {', '.join(unreadable[:20])}", err=True)
        sys.exit(PROBLEMS)


@quality.command("links")
@click.option("--hours", type=float, help="Try what was not tried for so many hours (default: the setting).")
def try_links(hours: float | None) -> None:
    """Try the addresses of public datasets and compute the scores that change.

    One request a second to each host at most. What was tried is kept at once: Ctrl-C loses nothing.
    """
    database = _database()
    with database.connect() as connection:
        wanted = links.due(connection, config.links_hours() if hours is None else hours)
    http = links.client(allow_private=config.allow_private_links())

    def kept(check: links.Check) -> None:
        with database.begin() as connection:
            links.keep(connection, check)

    with _bar("links", len(wanted)) as step:
        silent = links.check_all(wanted, http, kept, step)
    with database.connect() as connection:
        concerned = links.datasets(connection, wanted)
    for package_id in concerned:
        package = visibility.whole(package_id)
        model.Session.remove()
        with database.begin() as connection:
            ledger.keep(connection, package)
    click.echo(f"{len(wanted)} addresses tried, {silent} did not answer; {len(concerned)} scores computed.")
    if silent:
        sys.exit(PROBLEMS)


def _wanted(connection: sa.Connection, *, every: bool) -> list[str]:
    rows = connection.execute(
        sa.text("SELECT id FROM package WHERE type = 'dataset' AND state <> 'deleted' ORDER BY id")
    )
    ids = [row.id for row in rows]
    if every:
        return ids
    done = set(connection.scalars(sa.select(SCORE.c.package_id).where(_today())))
    return [package_id for package_id in ids if package_id not in done]


def _today() -> sa.ColumnElement[bool]:
    return SCORE.c.profile_version == profile_version()


def _database() -> sa.Engine:
    found = model.meta.engine
    if found is None:
        raise click.ClickException("The database is not configured: check sqlalchemy.url.")
    if not sa.inspect(found).has_table(SCORE.name):
        raise click.ClickException(
            "The tables of the scores are missing: run `ckan db upgrade -p migration_quality`."
        )
    return found


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)
