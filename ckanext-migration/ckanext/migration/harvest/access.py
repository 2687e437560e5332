"""Who may see and do what: sources belong to an organisation, and only its people know about them (CF-03)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest.model import HarvestRun, HarvestSource

SEE = "update_dataset"  # editors and administrators of the organisation
MANAGE = "update"  # its administrators

Result = dict[str, Any]


def source(key: str) -> HarvestSource:
    """Find a source by id or name, or raise ObjectNotFound."""
    query = model.Session.query(HarvestSource).filter(
        sa.or_(HarvestSource.id == key, HarvestSource.name == key)
    )
    found = query.filter(HarvestSource.state != "deleted").one_or_none()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such harvest source."))
    return found


def run(key: str) -> HarvestRun:
    """Find a run by id, or by "source:number", or raise ObjectNotFound."""
    name, _colon, number = key.rpartition(":")
    query = model.Session.query(HarvestRun)
    if name and number.isdigit():
        query = query.filter_by(source_id=source(name).id, number=int(number))
    else:
        query = query.filter_by(id=key)
    found = query.one_or_none()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such harvest run."))
    return found


def organizations(context: Any, permission: str) -> set[str] | None:
    """List the organisations in which the caller has a permission; None means all of them."""
    user = context.get("user")
    if context.get("ignore_auth"):
        return None
    if not user:
        return set()
    account = model.User.get(user)
    if account is not None and account.sysadmin and account.state == "active":
        return None
    found = tk.get_action("organization_list_for_user")({"user": user}, {"permission": permission})
    return {organization["id"] for organization in found}


def _decide(context: Any, organization: str, permission: str) -> Result:
    allowed = organizations(context, permission)
    if allowed is None or organization in allowed:
        return {"success": True}
    return {"success": False, "msg": tk._("Only the people of the source's organisation may do this.")}


def _of_source(context: Any, data_dict: dict[str, Any], permission: str) -> Result:
    return _decide(context, source(tk.get_or_bust(data_dict, "id")).owner_org, permission)


def _of_run(context: Any, data_dict: dict[str, Any], permission: str) -> Result:
    found = run(tk.get_or_bust(data_dict, "id"))
    owner = model.Session.get(HarvestSource, found.source_id)
    if owner is None:
        raise tk.ObjectNotFound(tk._("There is no such harvest run."))
    return _decide(context, owner.owner_org, permission)


def migration_harvest_source_create(context: Any, data_dict: dict[str, Any]) -> Result:
    """Administrators of the organisation that will own the source."""
    group = model.Group.get(data_dict.get("organization") or "")
    if group is None:  # without a known organisation only the form's own messages help
        return {"success": bool(organizations(context, MANAGE) != set())}
    return _decide(context, group.id, MANAGE)


def migration_harvest_source_update(context: Any, data_dict: dict[str, Any]) -> Result:
    """Administrators of the owning organisation."""
    return _of_source(context, data_dict, MANAGE)


migration_harvest_source_delete = migration_harvest_source_update


def migration_harvest_source_show(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _of_source(context, data_dict, SEE)


def migration_harvest_source_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Whoever works for an organisation; the list holds only what they may see."""
    return {"success": organizations(context, SEE) != set()}


def migration_harvest_run_create(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _decide(context, source(tk.get_or_bust(data_dict, "source")).owner_org, SEE)


def migration_harvest_run_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    if data_dict.get("source"):
        return _decide(context, source(data_dict["source"]).owner_org, SEE)
    return migration_harvest_source_list(context, data_dict)


def migration_harvest_run_show(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _of_run(context, data_dict, SEE)


migration_harvest_run_diff = migration_harvest_run_show
migration_harvest_run_stop = migration_harvest_run_show


def migration_harvest_run_approve(context: Any, data_dict: dict[str, Any]) -> Result:
    """Administrators of the owning organisation: they let datasets go."""
    return _of_run(context, data_dict, MANAGE)


migration_harvest_run_rollback = migration_harvest_run_approve


def migration_harvest_record_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _of_run(context, {"id": tk.get_or_bust(data_dict, "run")}, SEE)


def migration_harvest_record_show(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _decide(context, source(tk.get_or_bust(data_dict, "source")).owner_org, SEE)


def functions() -> dict[str, Any]:
    """Collect the authorisation functions; each has the name of its action."""
    prefix = "migration_harvest_"
    return {name: thing for name, thing in globals().items() if name.startswith(prefix) and callable(thing)}
