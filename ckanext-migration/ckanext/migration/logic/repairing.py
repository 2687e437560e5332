"""Repairs that are one click away: what can be computed is shown, what an editor chooses is saved.

The save is CKAN's own `package_update` as the caller, so that permission, the rule of publishing, activity
stream, the index and the score all follow as after any edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import shared
from ckanext.migration.logic.publishing import language
from migration_schemas import Record, repairs
from migration_schemas.repairs import Repair


def migration_repair(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Repair values of a dataset whose meaning is certain: a country's name, a date, a licence's text.

    :param id: the id or name of a dataset that the caller may edit
    :param repairs: ids of the repairs to apply, as a preview tells them (default: all)
    :param preview: true: nothing is saved, the answer tells what would be
    :param lang: language of the texts, two letters (default: the caller's)
    :returns: ``repairs`` that were applied (or would be), ``gone`` (ids that no longer fit the record),
        ``before`` and ``after`` (numbers of ``violations`` and ``warnings``), ``saved``
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_repair", context, {"id": package_id})
    chosen = _chosen(data_dict.get("repairs"))
    # As for any update: from the database, not from what the index holds of it.
    package = tk.get_action("package_show")({"ignore_auth": True, "for_update": True}, {"id": package_id})
    record = shared.as_record(package)
    repaired, applied = repairs.apply(record, chosen)
    preview = tk.asbool(data_dict.get("preview"))
    if applied and not preview:
        _save(context, changed(package, record, repaired))
    lang = str(data_dict.get("lang") or language())[:2]
    return {
        "id": package["id"],
        "name": package["name"],
        "repairs": [one.as_dict(lang) for one in applied],
        "gone": sorted(chosen - {one.id for one in applied}) if chosen is not None else [],
        "before": _counts(record),
        "after": _counts(repaired),
        "saved": bool(applied) and not preview,
    }


def _chosen(given: Any) -> set[str] | None:
    if given is None:
        return None
    ids: Iterable[Any] = [given] if isinstance(given, str) else given
    if not isinstance(ids, list | tuple) or not all(isinstance(one, str) for one in ids):
        raise tk.ValidationError({"repairs": [tk._("Give a list of ids, as the preview tells them.")]})
    return set(ids)


def _counts(record: Record) -> dict[str, int]:
    found = shared.report_of(record)
    return {"violations": len(found.violations), "warnings": len(found.warnings)}


def changed(package: Mapping[str, Any], before: Record, after: Record) -> dict[str, Any]:
    """Return a package with the fields that differ between two records; the rest stays as it is."""
    found = dict(package)
    found.update({n: value for n, value in after.fields.items() if value != before.fields.get(n)})
    # Resources without any field of the profile are not part of a record.
    rows = [dict(row) for row in package.get("resources") or ()]
    held = [row for row in rows if shared.as_record({"resources": [row]}).resources]
    for row, old, new in zip(held, before.resources, after.resources, strict=True):
        row.update({name: value for name, value in new.items() if value != old.get(name)})
    found["resources"] = rows
    return found


def _save(context: Any, package: dict[str, Any]) -> None:
    asking = {name: context[name] for name in ("user", "auth_user_obj", "ignore_auth") if name in context}
    if package.get("private"):
        # Other values that a harvest kept as they came must not stand in the way of this one.
        asking[shared.KEEP_INVALID] = True
    tk.get_action("package_update")(asking, package)


def proposed(package: Mapping[str, Any]) -> tuple[Repair, ...]:
    """Return the repairs of a package."""
    return repairs.propose(shared.as_record(package))
