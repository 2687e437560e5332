"""Commands that change the index: build it anew, repair it, deliver to it, lay it out as the settings want.

Exit codes: 0 all is well, 1 a fault or something left undone, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from ckanext.migration.search import client, config, console, measuring
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.index import layout
from ckanext.migration.search.upkeep import comparison, proofs, rebuild
from ckanext.migration.search.upkeep.worker import Worker

_SHOWN = 20
_UNTOUCHED = (
    "The index in use was not touched and goes on serving. "
    "Run `ckan migration search rebuild` again: it begins anew and clears away what was half built."
)
_HALF_REPAIRED = (
    "The index goes on serving; repairs that were asked for are made by `ckan migration search worker`. "
    "Run `ckan migration search reconcile` again for the proof."
)
_HALF_DELIVERED = "What was not delivered waits. Run `ckan migration search drain` again, or the worker."
as_program = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command("rebuild")
@click.option(
    "--promote-anyway", "anyway", is_flag=True, help="Take the new index also where it answers badly."
)
@click.option(
    "--from-database", is_flag=True, help="Make every document anew, also where nothing has changed."
)
@as_program
@click.pass_context
def rebuild_command(context: click.Context, anyway: bool, from_database: bool, as_json: bool) -> None:
    """Build a new index while the portal works, prove it, and swap it in.

    Documents that this very software read from the very rows of today are carried over from the index in
    use; all others are read from the database. With judged queries configured, the new index is swapped in
    only where it answers them inside the limits.
    """
    database = console.database()
    with (
        console.plain_faults(as_json=as_json),
        console.interruptible(_UNTOUCHED, as_json=as_json),
        console.bar("Indexing datasets", shown=not as_json) as progress,
    ):
        examine = measuring.gate(context.meta["flask_app"], anyway=anyway)
        with measuring.kept(database, examine, told=not as_json):
            found = rebuild.run(
                database,
                client.engine(config.address()),
                config.alias(),
                datetime.now(UTC),
                progress,
                examine=examine or rebuild.promote,
                from_database=from_database,
            )
    if as_json:
        _tell(
            {
                "index": found.index,
                "datasets": found.datasets,
                "carried_over": found.carried,
                "refused": found.refused,
                "slow": found.alone,
            }
        )
    else:
        _tell_rebuilt(found)
    if found.refused:
        raise SystemExit(1)


def _tell_rebuilt(found: rebuild.Rebuilt) -> None:
    carried = f", {found.carried} of them carried over unchanged" if found.carried else ""
    click.echo(f"{found.datasets} datasets in {found.index}{carried}")
    if found.alone:
        click.echo(f"slowly, each dataset by itself: {found.alone}", err=True)
    for dataset, reason in list(found.refused.items())[:_SHOWN]:
        click.echo(f"not indexed: {dataset}: {reason}", err=True)


@click.command()
@click.option("--again", is_flag=True, help="Take up again what was set aside.")
@as_program
def drain(again: bool, as_json: bool) -> None:
    """Deliver everything that waits, then end."""
    database = console.database()
    taken_up = 0
    with (
        console.plain_faults(as_json=as_json),
        console.interruptible(_HALF_DELIVERED, as_json=as_json),
        console.bar("Delivering changes", shown=not as_json) as progress,
    ):
        with database.begin() as connection:
            taken_up = outbox.take_up_again(connection) if again else 0
            waiting = outbox.backlog(connection).waiting
        worker = Worker(database, client.engine(config.address()), config.alias(), lambda _seconds: True)
        found = worker.until_empty(lambda done: progress(done, max(done, waiting)))
    if as_json:
        _tell({"taken_up_again": taken_up, "delivered": found.delivered, "set_aside": found.set_aside})
    else:
        if again:
            click.echo(f"{taken_up} taken up again")
        click.echo(f"{found.delivered} delivered, {found.set_aside} set aside")
    if found.set_aside:
        raise SystemExit(1)


@click.command()
@click.option(
    "--deep", is_flag=True, help="Compare whole documents, not only who may see them and their age."
)
@click.option("--check", is_flag=True, help="Only compare; exit code 1 when something differs.")
@as_program
def reconcile(deep: bool, check: bool, as_json: bool) -> None:
    """Prove that the index shows what the database holds, and repair what differs.

    Exit code 1 when something differs still.
    """
    database = console.database()
    with (
        console.plain_faults(as_json=as_json),
        console.interruptible(_HALF_REPAIRED, as_json=as_json),
        console.bar("Comparing datasets", shown=not as_json) as progress,
    ):
        engine, alias = client.engine(config.address()), config.alias()
        found = left = comparison.compare(engine, alias, deep=deep, progress=progress)
        if found.ids and not check:
            writing.request_refresh([(writing.index_id(each), each) for each in found.ids])
            Worker(database, engine, alias, lambda _seconds: True).until_empty()
            left = comparison.compare(engine, alias, deep=deep, progress=progress)
        _keep(database, found, left, deep=deep)
    if as_json:
        _tell({"before": _differences(found), "after": _differences(left)})
    else:
        _report(found)
        if found.ids and not check:
            _report(left)
    if left.ids:
        raise SystemExit(1)


@click.command("apply-settings")
@as_program
def apply_settings(as_json: bool) -> None:
    """Bring replicas and refresh interval of the index in use where the settings want them.

    Exit code 1 when the number of shards differs: that takes a rebuild.
    """
    with console.plain_faults(as_json=as_json):
        changed = layout.apply(client.engine(config.address()), config.alias())
    if as_json:
        _tell({what: {"was": was, "wanted": wanted} for what, (was, wanted) in changed.items()})
    for what, (was, wanted) in {} if as_json else changed.items():
        click.echo(f"{what}: {was} → {wanted}" if what != layout.SHARDS else _needs_rebuild(was, wanted))
    if not changed and not as_json:
        click.echo("The index lies as the settings want it")
    if layout.SHARDS in changed:
        raise SystemExit(1)


COMMANDS = (rebuild_command, drain, reconcile, apply_settings)


def _needs_rebuild(was: str, wanted: str) -> str:
    return f"shards: {was}, {wanted} wanted: run `ckan migration search rebuild`"


def _keep(
    database: sa.Engine, found: comparison.Differences, left: comparison.Differences, *, deep: bool
) -> None:
    with database.begin() as connection:
        proofs.keep(connection, found, deep=deep, left=len(left.ids))


def _differences(found: comparison.Differences) -> dict[str, Any]:
    kinds = {"missing": found.missing, "surplus": found.surplus, "different": found.different}
    return {"compared": found.compared, **{kind: list(ids) for kind, ids in kinds.items()}}


def _report(found: comparison.Differences) -> None:
    click.echo(
        f"{found.compared} datasets compared: {len(found.missing)} missing, {len(found.surplus)} too many, "
        f"{len(found.different)} different"
    )
    for dataset in found.ids[:_SHOWN]:
        click.echo(f"  {dataset}")


def _tell(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))
