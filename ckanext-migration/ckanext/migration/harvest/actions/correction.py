"""Actions on the overlay: corrections that people made here to partners' records."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import access, corrections, present
from ckanext.migration.harvest.actions.run import window
from ckanext.migration.harvest.model import HarvestCorrection, HarvestRecord

SELECTIONS = {
    "conflict": (corrections.CONFLICT,),
    "open": (corrections.OPEN,),
    "ended": (corrections.ADOPTED, corrections.WITHDRAWN),
}
LONGEST_REASON = 2_000


@tk.side_effect_free
def migration_harvest_correction_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the corrections made here to the records of a source, those last touched first.

    :param source: id or name of the source
    :param only: (optional) ``conflict`` (the partner changed the field, too), ``open`` or ``ended``
    :param lang: (optional) language of the labels, two letters
    :param limit: (optional) default 20, at most 100
    :param offset: (optional) default 0
    :returns: ``count`` and ``results``: who corrected what and why, with the partner's value beside it
    """
    tk.check_access("migration_harvest_correction_list", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "source"))
    only = data_dict.get("only")
    if only and only not in SELECTIONS:
        raise tk.ValidationError({"only": [tk._("Unknown selection.")]})
    states = SELECTIONS[only] if only else (*corrections.IN_FORCE, *SELECTIONS["ended"])
    limit, offset = window(data_dict)
    query = corrections.selected(owner.id, states)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    rows = list(model.Session.scalars(query.limit(limit).offset(offset)))
    return {"count": count or 0, "results": present.corrections(rows, str(data_dict.get("lang") or "en")[:2])}


def migration_harvest_correction_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Correct one field of a harvested dataset; the partner's value is kept beside it.

    :param package: id or name of the dataset
    :param field: name of the field
    :param value: its value, in the form in which ``package_patch`` takes it
    :param reason: (optional) why, for the partner and for those who come later
    """
    tk.check_access("migration_harvest_correction_create", context, data_dict)
    held = access.record_of(tk.get_or_bust(data_dict, "package"))
    name = str(tk.get_or_bust(data_dict, "field"))
    _patch(context, held, {name: data_dict.get("value")})
    row = _in_force(held, name)
    if row is None:
        raise tk.ValidationError({"value": [tk._("The partner says the same; there is nothing to correct.")]})
    row.reason = _reason(data_dict)
    model.Session.commit()
    return present.corrections([row], "en")[0]


def migration_harvest_correction_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say why a field was corrected.

    :param id: id of the correction
    :param reason: the reason
    """
    tk.check_access("migration_harvest_correction_update", context, data_dict)
    row = access.correction(tk.get_or_bust(data_dict, "id"))
    row.reason = _reason(data_dict)
    model.Session.commit()
    return present.corrections([row], "en")[0]


def migration_harvest_correction_resolve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Decide between the correction and what the partner says.

    :param id: id of the correction
    :param take: ``ours`` (the correction stays, also against the partner's new value) or ``theirs``
    """
    tk.check_access("migration_harvest_correction_resolve", context, data_dict)
    row = access.correction(tk.get_or_bust(data_dict, "id"))
    take = tk.get_or_bust(data_dict, "take")
    if take not in ("ours", "theirs"):
        raise tk.ValidationError({"take": [tk._("Unknown selection.")]})
    if row.state not in corrections.IN_FORCE:
        raise tk.ValidationError({"id": [tk._("This correction has ended already.")]})
    if take == "theirs":
        held = access.record_of(row.package_id)
        _patch(context, held, corrections.theirs(row))
        row.state, row.incoming = corrections.WITHDRAWN, None
    elif row.state == corrections.CONFLICT:
        corrections.keep_ours(row)
    model.Session.commit()
    return present.corrections([row], "en")[0]


def _patch(context: Any, held: HarvestRecord, values: dict[str, Any]) -> None:
    """Change the dataset as the caller may: CKAN's own checks apply."""
    asked = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    if context.get("ignore_auth"):
        asked["ignore_auth"] = True
    tk.get_action("package_patch")(asked, {"id": held.package_id, **values})


def _in_force(held: HarvestRecord, name: str) -> HarvestCorrection | None:
    query = model.Session.query(HarvestCorrection).filter_by(
        source_id=held.source_id, remote_id=held.remote_id, field=name
    )
    return query.filter(HarvestCorrection.state.in_(corrections.IN_FORCE)).one_or_none()


def _reason(data_dict: dict[str, Any]) -> str:
    reason = str(data_dict.get("reason") or "").replace("\x00", "").strip()
    if len(reason) > LONGEST_REASON:
        words = tk._("At most {number} characters.").format(number=LONGEST_REASON)
        raise tk.ValidationError({"reason": [words]})
    return reason
