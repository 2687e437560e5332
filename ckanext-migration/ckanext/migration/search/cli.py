"""``ckan migration search``: what an administrator does with the index."""

from __future__ import annotations

import json
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from ckanext.migration.search import client, config, console, doctor, measuring, paging
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.upkeep import comparison, rebuild, state
from ckanext.migration.search.upkeep.worker import Worker
from ckanext.migration.search.vectors import embedding, keeping

_SHOWN = 20


@click.group("search", short_help="The search index: state, rebuild, worker, proof.")
def search() -> None:
    """Look after the search index: state, rebuild, worker, proof."""


@search.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Show the engine, the index and how far it is behind. Exit code 1 when something is wrong."""
    found = state.read(console.database(), client.engine(config.address()), config.alias())
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
    patient = doctor.Patient(console.database(), client.engine(address), config.alias(), address)
    found = doctor.examine(patient)
    if as_json:
        click.echo(json.dumps(doctor.summary(found)))
    else:
        for finding in found:
            click.echo(finding.line())
    if any(finding.level == doctor.FAULT for finding in found):
        raise SystemExit(1)


@search.command("relevance")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--least", type=float, help="Mean nDCG@10 that is good enough (default: the setting).")
@click.option("--publish", is_flag=True, help='Show these figures on the page "How search works".')
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def relevance_command(
    context: click.Context, file: Path | None, least: float | None, publish: bool, as_json: bool
) -> None:
    """Measure how well judged queries find what they mean.

    FILE holds the queries; without it the setting judgements_file says where they are, and without that
    those of the demonstration are asked. Exit code 1 where the answers are outside the limits.
    """
    with console.plain_faults():
        measuring.report(context.meta["flask_app"], file, least, publish=publish, as_json=as_json)


@search.command("rebuild")
@click.option(
    "--promote-anyway", "anyway", is_flag=True, help="Take the new index also where it answers badly."
)
@click.pass_context
def rebuild_command(context: click.Context, anyway: bool) -> None:
    """Build a new index from the database while the portal works, prove it, and swap it in.

    With judged queries configured, only where it answers them inside the limits.
    """
    database = console.database()
    with console.plain_faults(), console.bar("Indexing datasets") as progress:
        examine = measuring.gate(context.meta["flask_app"], anyway=anyway)
        with measuring.kept(database, examine):
            found = rebuild.run(
                database,
                client.engine(config.address()),
                config.alias(),
                datetime.now(UTC),
                progress,
                examine=examine or rebuild.promote,
            )
    click.echo(f"{found.datasets} datasets in {found.index}")
    if found.alone:
        click.echo(f"slowly, each dataset by itself: {found.alone}", err=True)
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
    with console.plain_faults():
        Worker(console.database(), client.engine(config.address()), config.alias(), stop.wait).run()
    click.echo("Search worker ended")


@search.command()
@click.option("--again", is_flag=True, help="Take up again what was set aside.")
def drain(again: bool) -> None:
    """Deliver everything that waits, then end."""
    database = console.database()
    with console.plain_faults():
        if again:
            with database.begin() as connection:
                click.echo(f"{outbox.take_up_again(connection)} taken up again")
        engine = client.engine(config.address())
        found = Worker(database, engine, config.alias(), lambda _seconds: True).until_empty()
    click.echo(f"{found.delivered} delivered, {found.set_aside} set aside")
    if found.set_aside:
        raise SystemExit(1)


@search.command()
def embed() -> None:
    """Make the vectors that datasets in the index lack, for search by meaning."""
    database = console.database()
    with console.plain_faults():
        if embedding.current() is None:
            raise click.ClickException("No embedder is configured: set ckanext.migration.search.embeddings.")
        engine, alias = client.engine(config.address()), config.alias()
        engine.refresh(alias)
        lacking = [
            hit["_source"]["id"] for hit in paging.every(engine, alias, keeping.without_vector(), ["id"])
        ]
        writing.request_refresh([(writing.index_id(each), each) for each in lacking])
        Worker(database, engine, alias, lambda _seconds: True).until_empty()
        engine.refresh(alias)
        left = engine.count(alias, keeping.without_vector())
    click.echo(f"{len(lacking)} datasets had no vector, {left} have none now")
    if left:
        raise SystemExit(1)


@search.command()
@click.option(
    "--deep", is_flag=True, help="Compare whole documents, not only who may see them and their age."
)
@click.option("--check", is_flag=True, help="Only compare; exit code 1 when something differs.")
def reconcile(deep: bool, check: bool) -> None:
    """Prove that the index shows what the database holds, and repair what differs."""
    database = console.database()
    engine, alias = client.engine(config.address()), config.alias()
    with console.plain_faults():
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
