"""``ckan migration search``: what an administrator does with the index."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
import sqlalchemy as sa
from ckan import model
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.migration.search import client, config, doctor
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.relevance import asking, judging
from ckanext.migration.search.upkeep import comparison, rebuild, state
from ckanext.migration.search.upkeep.worker import Worker

_SHOWN = 20
_WEAKEST = 10


@click.group("search", short_help="The search index: state, rebuild, worker, proof.")
def search() -> None:
    """Look after the search index: state, rebuild, worker, proof."""


@search.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Show the engine, the index and how far it is behind. Exit code 1 when something is wrong."""
    found = state.read(_database(), client.engine(config.address()), config.alias())
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        for label, value in found.lines():
            click.echo(f"{label:<22} {value}")
    if not found.healthy:
        raise SystemExit(1)


@search.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor_command(as_json: bool) -> None:
    """Look at everything that can be wrong and say what to do. Exit code 1 when something is."""
    address = config.address()
    patient = doctor.Patient(_database(), client.engine(address), config.alias(), address)
    found = doctor.examine(patient)
    if as_json:
        click.echo(json.dumps(doctor.summary(found)))
    else:
        for finding in found:
            click.echo(finding.line())
    if any(finding.level == doctor.FAULT for finding in found):
        raise SystemExit(1)


@search.command("relevance")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=judging.EXAMPLES)
@click.option("--least", default=judging.LEAST, show_default=True, help="Mean nDCG@10 that is good enough.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def relevance_command(context: click.Context, file: Path, least: float, as_json: bool) -> None:
    """Measure how well judged queries (FILE, default: those of the demonstration) find what they mean.

    Exit code 1 where nDCG@10 is lower than wanted or too many searches find nothing.
    """
    app = context.meta["flask_app"]
    with _plain_faults():
        queries = judging.read(file)
        found = judging.measure(queries, asking.known, lambda query: asking.find(query, app))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        _tell(found)
    if not found.scores:
        raise click.ClickException("This catalogue has none of the judged datasets.")
    if not found.good(least):
        raise SystemExit(1)


def _tell(found: judging.Report) -> None:
    click.echo(f"{len(found.scores)} queries, {len(found.skipped)} skipped: their datasets are not here")
    click.echo(f"nDCG@10 {found.ndcg:.3f}; without a hit {found.empty:.1%}")
    for what in ("lang", "group"):
        click.echo(", ".join(f"{name} {value:.3f}" for name, value in found.by(what).items()))
    click.echo(
        f"half within {found.latency(0.5) * 1000:.0f} ms, 95 % within {found.latency(0.95) * 1000:.0f} ms"
    )
    weakest = sorted(found.scores, key=lambda score: score.ndcg)[:_WEAKEST]
    for score in (each for each in weakest if each.ndcg < 1):
        click.echo(f"{score.ndcg:6.3f}  {score.lang}  {score.q}  ({score.count} found)")


@search.command("rebuild")
def rebuild_command() -> None:
    """Build a new index from the database while the portal works, prove it, and swap it in."""
    with _plain_faults(), _bar("Indexing datasets") as progress:
        found = rebuild.run(
            _database(), client.engine(config.address()), config.alias(), datetime.now(UTC), progress
        )
    click.echo(f"{found.datasets} datasets in {found.index}")
    for dataset, reason in list(found.refused.items())[:_SHOWN]:
        click.echo(f"not indexed: {dataset}: {reason}", err=True)
    if found.refused:
        raise SystemExit(1)


@search.command()
def worker() -> None:
    """Deliver what a save could not deliver itself, until stopped."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    click.echo("Search worker started")
    with _plain_faults():
        Worker(_database(), client.engine(config.address()), config.alias(), stop.wait).run()
    click.echo("Search worker ended")


@search.command()
@click.option("--again", is_flag=True, help="Take up again what was set aside.")
def drain(again: bool) -> None:
    """Deliver everything that waits, then end."""
    database = _database()
    with _plain_faults():
        if again:
            with database.begin() as connection:
                click.echo(f"{outbox.take_up_again(connection)} taken up again")
        engine = client.engine(config.address())
        found = Worker(database, engine, config.alias(), lambda _seconds: True).until_empty()
    click.echo(f"{found.delivered} delivered, {found.set_aside} set aside")
    if found.set_aside:
        raise SystemExit(1)


@search.command()
@click.option(
    "--deep", is_flag=True, help="Compare whole documents, not only who may see them and their age."
)
@click.option("--check", is_flag=True, help="Only compare; exit code 1 when something differs.")
def reconcile(deep: bool, check: bool) -> None:
    """Prove that the index shows what the database holds, and repair what differs."""
    database = _database()
    engine, alias = client.engine(config.address()), config.alias()
    with _plain_faults():
        found = comparison.compare(engine, alias, deep=deep)
        _report(found)
        if check or not found.ids:
            raise SystemExit(1 if found.ids else 0)
        writing.request_refresh([(writing.index_id(each), each) for each in found.ids])
        Worker(database, engine, alias, lambda _seconds: True).until_empty()
        left = comparison.compare(engine, alias, deep=deep)
    _report(left)
    if left.ids:
        raise SystemExit(1)


def _report(found: comparison.Differences) -> None:
    click.echo(
        f"{found.compared} datasets compared: {len(found.missing)} missing, {len(found.surplus)} too many, "
        f"{len(found.different)} different"
    )
    for dataset in found.ids[:_SHOWN]:
        click.echo(f"  {dataset}")


def _database() -> sa.Engine:
    database = model.meta.engine
    if database is None:
        raise click.ClickException("The database is not configured: check sqlalchemy.url.")
    with database.connect() as connection:
        if not outbox.situation(connection).installed:
            raise click.ClickException(
                "The tables of the search are missing: run `ckan db upgrade -p migration_search`."
            )
    return database


@contextmanager
def _plain_faults() -> Iterator[None]:
    """One sentence and what to do, no trace."""
    try:
        yield
    except SearchFault as fault:
        raise click.ClickException(f"{fault.message}. {fault.remedy}".strip()) from None


@contextmanager
def _bar(title: str) -> Iterator[rebuild.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
