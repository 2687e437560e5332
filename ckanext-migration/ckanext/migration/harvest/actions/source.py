"""Actions on sources."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import access, present, settings
from ckanext.migration.harvest.model import ACTIVE_STATES, HarvestRun, HarvestSource


def migration_harvest_source_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Register a partner's portal.

    :param name: short name, as in addresses
    :param url: web address of the portal
    :param protocol: how it is read, e.g. ``ckan`` or ``dcat``
    :param organization: id or name of the organisation that owns the datasets
    :param title: (optional) name for people
    :param options: (optional) agreed values (``default_…``), ``publisher_organizations`` and protocol options
    :param credential: (optional, system administrators) name of an environment variable with a key
    :param allow_private: (optional, system administrators) allow an address inside our own network
    :param notify: (optional) mail addresses that are told when the standing of the source changes
    :param public: (optional) show everybody how the source stands, without records (default false)
    :param dry_run: (optional) only check the settings, and give the source as it would be; nothing is stored
    """
    tk.check_access("migration_harvest_source_create", context, data_dict)
    data = _checked(context, data_dict)
    settings.check_rights(context, data, None)
    known = model.Session.query(HarvestSource).filter_by(name=data["name"]).one_or_none()
    if known is not None:
        raise tk.ValidationError({"name": [tk._("There is a harvest source with this name already.")]})
    row = settings.write(HarvestSource(name=data["name"], title="", state="active"), data)
    if data.get("dry_run"):
        return present.source(row, None)
    model.Session.add(row)
    model.Session.commit()
    return present.source(row, None)


def migration_harvest_source_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change settings of a source; parameters that are not given stay as they are.

    :param id: id or name of the source
    :param state: (optional) ``active`` or ``paused``
    :param dry_run: (optional) only check the settings, and give the source as it would be; nothing is stored
    """
    row = access.source(tk.get_or_bust(data_dict, "id"))
    tk.check_access("migration_harvest_source_update", context, data_dict)
    given = {key: value for key, value in data_dict.items() if key not in ("id", "name")}
    held = {
        "name": row.name,
        "url": row.url,
        "protocol": row.protocol,
        "organization": row.owner_org,
        "options": dict(row.options or {}),
    }
    data = _checked(context, {**held, **given})
    settings.check_rights(context, {key: value for key, value in data.items() if key in given}, row)
    changes = {key: value for key, value in data.items() if key in given}
    if data.get("dry_run"):
        copy = {column.key: getattr(row, column.key) for column in sa.inspect(HarvestSource).columns}
        return present.source(settings.write(HarvestSource(**copy), changes), last_run(row))
    settings.write(row, changes)
    model.Session.commit()
    return present.source(row, last_run(row))


@tk.side_effect_free
def migration_harvest_source_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show a source and its last run.

    :param id: id or name of the source
    """
    tk.check_access("migration_harvest_source_show", context, data_dict)
    row = access.source(tk.get_or_bust(data_dict, "id"))
    return present.source(row, last_run(row))


@tk.side_effect_free
def migration_harvest_source_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List the sources that the caller may see, each with its last run."""
    tk.check_access("migration_harvest_source_list", context, data_dict)
    allowed = access.organizations(context, access.SEE)
    query = model.Session.query(HarvestSource).filter(HarvestSource.state != "deleted")
    if allowed is not None:
        query = query.filter(HarvestSource.owner_org.in_(allowed))
    return [present.source(row, last_run(row)) for row in query.order_by(HarvestSource.title)]


def migration_harvest_source_delete(context: Any, data_dict: dict[str, Any]) -> None:
    """Take a source out of use; its datasets stay as they are (DL-07).

    :param id: id or name of the source
    """
    tk.check_access("migration_harvest_source_delete", context, data_dict)
    row = access.source(tk.get_or_bust(data_dict, "id"))
    active = sa.select(HarvestRun.id).where(
        HarvestRun.source_id == row.id, HarvestRun.state.in_(ACTIVE_STATES)
    )
    if model.Session.scalar(active):
        raise tk.ValidationError({"id": [tk._("A run of this source is under way; stop it first.")]})
    row.state, row.name = "deleted", f"{row.name}-deleted-{row.id[:8]}"
    model.Session.commit()


def last_run(row: HarvestSource) -> HarvestRun | None:
    """Find the newest run of a source that was meant; a preview is not."""
    query = model.Session.query(HarvestRun).filter_by(source_id=row.id).filter(HarvestRun.kind != "preview")
    return query.order_by(HarvestRun.number.desc()).first()


def _checked(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    known = settings.schema()
    unknown = sorted(set(data_dict) - set(known))
    if unknown:
        raise tk.ValidationError({key: [tk._("There is no such setting.")] for key in unknown})
    options = data_dict.get("options")
    flat = {**data_dict, "options": tk.h.dump_json(options)} if isinstance(options, dict) else data_dict
    data, errors = tk.navl_validate(flat, known, context)
    if errors:
        raise tk.ValidationError(errors)
    return {**data, "options": settings.protocol_options(data)}
