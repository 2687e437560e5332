"""Actions on runs."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.errors import to_toolkit
from ckanext.migration.harvest import access, differences, jobs, present, restoring, runs
from ckanext.migration.harvest.actions.source import last_run
from ckanext.migration.harvest.decisions import Approval, approval
from ckanext.migration.harvest.errors import ApprovalRefused, RunActive
from ckanext.migration.harvest.model import ACTIVE_STATES, HarvestRun, HarvestSource
from migration_schemas.errors import MigrationError

REFUSALS = {
    Approval.STALE: (
        "There is a newer run of this source; this one cannot be approved any more.",
        "Look at the newest run.",
    ),
    Approval.NOT_ASKED: ("This run does not ask for an approval.", ""),
}


def migration_harvest_run_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Start a harvest; one that was stopped goes on from where it stands.

    :param source: id or name of the source
    :param preview: (optional) only find out what would change, default false; nothing is written
    :param whole: (optional) read the whole list, also where the partner can tell changes; default false
    :param wake: (optional) ask the job workers, default true
    """
    tk.check_access("migration_harvest_run_create", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "source"))
    preview = tk.asbool(data_dict.get("preview", False))
    if not preview:
        owner.state = "active"
    run = runs.resume(owner) if _stopped(owner) and not preview else None
    if run is None:
        whole = tk.asbool(data_dict.get("whole", False))
        run = _started(context, owner, "preview" if preview else "harvest", whole=whole)
    if tk.asbool(data_dict.get("wake", True)):
        jobs.wake(run.id)
    return present.run(run, owner)


def migration_harvest_run_stop(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Ask a run to stop after the record at hand; it can go on later.

    :param id: id of the run
    """
    tk.check_access("migration_harvest_run_stop", context, data_dict)
    run, owner = _found(data_dict)
    if run.state in ACTIVE_STATES:
        run.stop_requested = True
        model.Session.commit()
    return present.run(run, owner)


@tk.side_effect_free
def migration_harvest_run_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show a run with its progress and figures.

    :param id: id of the run, or ``source:number``
    """
    tk.check_access("migration_harvest_run_show", context, data_dict)
    run, owner = _found(data_dict)
    return present.run(run, owner)


@tk.side_effect_free
def migration_harvest_run_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List runs, newest first.

    :param source: (optional) id or name of a source
    :param state: (optional) only runs in this state
    :param limit: (optional) default 20, at most 100
    :param offset: (optional) default 0
    """
    tk.check_access("migration_harvest_run_list", context, data_dict)
    query = model.Session.query(HarvestRun, HarvestSource).join(HarvestSource)
    allowed = access.organizations(context, access.SEE)
    if allowed is not None:
        query = query.filter(HarvestSource.owner_org.in_(allowed))
    if data_dict.get("source"):
        query = query.filter(HarvestRun.source_id == access.source(data_dict["source"]).id)
    if data_dict.get("state"):
        query = query.filter(HarvestRun.state == str(data_dict["state"]))
    limit, offset = window(data_dict)
    query = query.order_by(HarvestRun.created_at.desc(), HarvestRun.number.desc()).limit(limit).offset(offset)
    return [present.run(run, owner) for run, owner in query]


@tk.side_effect_free
def migration_harvest_run_diff(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show what a run changed, or the difference between two runs.

    :param id: id of the run
    :param against: (optional) id of an earlier run to compare with; by default the state before the run
    """
    tk.check_access("migration_harvest_run_diff", context, data_dict)
    run, _owner = _found(data_dict)
    if not data_dict.get("against"):
        return differences.of_run(run)
    other = access.run(data_dict["against"])
    if other.source_id != run.source_id:
        raise tk.ValidationError({"against": [tk._("These are runs of two sources.")]})
    return differences.between(other, run)


def migration_harvest_run_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let a run that asks for it go on: what was held back is done now. Repeating it changes nothing (DL-09).

    :param id: id of the run
    """
    tk.check_access("migration_harvest_run_approve", context, data_dict)
    run, owner = _found(data_dict)
    model.Session.refresh(run, with_for_update=True)
    newest = last_run(owner)
    given = bool((run.guard or {}).get("approved_at"))
    verdict = approval(state=run.state, approved=given, newest=newest is not None and newest.id == run.id)
    if verdict in REFUSALS:
        model.Session.rollback()
        message, remedy = REFUSALS[verdict]
        raise to_toolkit(ApprovalRefused(message, remedy=remedy))
    if verdict == Approval.GRANTED:
        run.guard = {
            **(run.guard or {}),
            "approved_at": runs.now().isoformat(),
            "approved_by": context.get("user"),
        }
        run.state, run.phase, run.counters, run.finished_at = "queued", "apply", None, None
    model.Session.commit()
    if verdict == Approval.GRANTED and tk.asbool(data_dict.get("wake", True)):
        jobs.wake(run.id)
    return present.run(run, owner)


def migration_harvest_run_rollback(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Bring the datasets of a source back to where they were after a run.

    :param id: id of the run to go back to
    """
    tk.check_access("migration_harvest_run_rollback", context, data_dict)
    goal, owner = _found(data_dict)
    try:
        goal = restoring.target(goal, owner)
        run = runs.start(owner, by=context.get("user"), kind="rollback", target=goal.id)
    except MigrationError as error:
        raise to_toolkit(error) from error
    if tk.asbool(data_dict.get("wake", True)):
        jobs.wake(run.id)
    return present.run(run, owner)


def window(data_dict: dict[str, Any]) -> tuple[int, int]:
    """Read limit and offset."""
    try:
        limit, offset = int(data_dict.get("limit") or 20), int(data_dict.get("offset") or 0)
    except (TypeError, ValueError) as exc:
        raise tk.ValidationError({"limit": [tk._("Limit and offset must be numbers.")]}) from exc
    return min(max(limit, 1), 100), max(offset, 0)


def _found(data_dict: dict[str, Any]) -> tuple[HarvestRun, HarvestSource]:
    run = access.run(tk.get_or_bust(data_dict, "id"))
    owner = model.Session.get(HarvestSource, run.source_id)
    if owner is None:
        raise tk.ObjectNotFound(tk._("There is no such harvest run."))
    return run, owner


def _stopped(owner: HarvestSource) -> bool:
    query = model.Session.query(HarvestRun).filter_by(source_id=owner.id, state="queued")
    run = query.one_or_none()
    return run is not None and run.stop_requested


def _started(context: Any, owner: HarvestSource, kind: str, *, whole: bool) -> HarvestRun:
    try:
        return runs.start(owner, by=context.get("user"), kind=kind, whole=whole)
    except RunActive as error:
        raise to_toolkit(error) from error
