"""``ckan migration search``: what an administrator does with the index."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType

import click

from ckanext.migration.search import client, config, console, doctor, measuring, paging, repairs
from ckanext.migration.search.delivery import writing
from ckanext.migration.search.upkeep import state
from ckanext.migration.search.upkeep.worker import Worker
from ckanext.migration.search.vectors import embedding, keeping


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


for each in repairs.COMMANDS:
    search.add_command(each)
