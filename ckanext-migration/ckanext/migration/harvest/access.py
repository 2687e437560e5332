"""Who may see and do what: sources belong to an organisation, and only its people know about them (CF-03)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import partners
from ckanext.migration.harvest.model import (
    HarvestCorrection,
    HarvestRecord,
    HarvestRun,
    HarvestSource,
    HarvestTerm,
)

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


def term(key: str) -> HarvestTerm:
    """Find a term of a partner by id, or raise ObjectNotFound."""
    found = model.Session.get(HarvestTerm, key)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such term."))
    return found


def correction(key: str) -> HarvestCorrection:
    """Find a correction by id, or raise ObjectNotFound."""
    found = model.Session.get(HarvestCorrection, key)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such correction."))
    return found


def record_of(package: str) -> HarvestRecord:
    """Find what the ledger holds of a harvested dataset by its id or name, or raise ObjectNotFound."""
    dataset = model.Package.get(package)
    query = model.Session.query(HarvestRecord).filter_by(package_id=dataset.id if dataset else "")
    found = query.one_or_none()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such harvested dataset."))
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


def of_its_people(context: Any, row: HarvestSource) -> bool:
    """Say whether the caller is an editor or administrator of the source's organisation."""
    return bool(_decide(context, row.owner_org, SEE)["success"])


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
        return {"success": organizations(context, MANAGE) != set()}
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


def migration_harvest_term_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _decide(context, source(tk.get_or_bust(data_dict, "source")).owner_org, SEE)


def migration_harvest_term_decide(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation: they know what its words mean."""
    owner = model.Session.get(HarvestSource, term(tk.get_or_bust(data_dict, "id")).source_id)
    return _decide(context, owner.owner_org if owner else "", SEE)


def migration_harvest_term_recount(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _of_source(context, {"id": tk.get_or_bust(data_dict, "source")}, SEE)


def migration_harvest_correction_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _decide(context, source(tk.get_or_bust(data_dict, "source")).owner_org, SEE)


def migration_harvest_correction_create(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the source's organisation; CKAN asks for the dataset by itself."""
    return _of_source(context, {"id": record_of(tk.get_or_bust(data_dict, "package")).source_id}, SEE)


def migration_harvest_correction_update(context: Any, data_dict: dict[str, Any]) -> Result:
    """Editors and administrators of the owning organisation."""
    return _of_source(context, {"id": correction(tk.get_or_bust(data_dict, "id")).source_id}, SEE)


migration_harvest_correction_resolve = migration_harvest_correction_update


def migration_harvest_protocol_list(context: Any, data_dict: dict[str, Any]) -> Result:
    """Whoever works for an organisation."""
    return {"success": organizations(context, SEE) != set()}


# Trying a feed lets this portal ask another server: it needs an account that somebody vouches for.
migration_harvest_feed_test = migration_harvest_protocol_list


def migration_harvest_partner_link(context: Any, data_dict: dict[str, Any]) -> Result:
    """Administrators of the owning organisation: whoever has the link sees what its people see."""
    return _of_source(context, data_dict, MANAGE)


@tk.auth_allow_anonymous_access
def migration_harvest_partner_show(context: Any, data_dict: dict[str, Any]) -> Result:
    """Everybody where the source has a public page; the holder of its link; the organisation's people."""
    found = source(tk.get_or_bust(data_dict, "id"))
    if found.public or partners.opens(found, str(data_dict.get("key") or "")):
        return {"success": True}
    return _decide(context, found.owner_org, SEE)


def functions() -> dict[str, Any]:
    """Collect the authorisation functions; each has the name of its action."""
    prefix = "migration_harvest_"
    return {name: thing for name, thing in globals().items() if name.startswith(prefix) and callable(thing)}
