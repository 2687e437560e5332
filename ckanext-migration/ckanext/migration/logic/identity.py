"""Datasets by their identifier: how a program, or a spreadsheet, finds again what it brought before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

MOST = 1000
"""Identifiers in one question."""


def migration_dataset_find(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the datasets that have one of some identifiers, drafts and private ones too.

    Asks the database and not the index, so that what was stored a moment ago is found.

    :param identifiers: at most 1000 identifiers, compared as they are written
    :returns: ``found``: for each identifier that the caller may see one of, a list of datasets with ``id``,
        ``name``, ``owner_org``, ``organization`` (its name), ``private``, ``state``
    """
    tk.check_access("migration_dataset_find", context, data_dict)
    wanted = data_dict.get("identifiers")
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise tk.ValidationError({"identifiers": [tk._("Give a list of identifiers.")]})
    if len(wanted) > MOST:
        raise tk.ValidationError({"identifiers": [tk._("At most {number} at once.").format(number=MOST)]})
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(wanted):
        if _visible(context, row["id"]):
            found.setdefault(row.pop("identifier"), []).append(row)
    return {"found": found}


def rows(identifiers: Sequence[str], owner_org: str | None = None) -> list[dict[str, Any]]:
    """Return the datasets with these identifiers, whoever may see them, oldest first."""
    if not identifiers:
        return []
    query = selection(identifiers)
    if owner_org is not None:
        query = query.where(model.Package.__table__.c.owner_org == owner_org)
    return [dict(row._mapping) for row in model.Session.execute(query)]


def selection(identifiers: Sequence[str]) -> sa.Select[Any]:
    """Select the datasets with these identifiers; an index of the root plugin serves it."""
    package, group = model.Package.__table__, model.Group.__table__
    identifier = package.c.extras.op("->>")(sa.literal_column("'identifier'"))  # as the index has it
    return (
        sa.select(
            *(package.c[name] for name in ("id", "name", "owner_org", "private", "state")),
            group.c.name.label("organization"),
            identifier.label("identifier"),
        )
        .join(group, group.c.id == package.c.owner_org, isouter=True)
        .where(identifier.in_(list(identifiers)), package.c.type == "dataset", package.c.state != "deleted")
        .order_by(package.c.metadata_created, package.c.id)
    )


def _visible(context: Any, package_id: str) -> bool:
    asking = {name: context[name] for name in ("user", "auth_user_obj", "ignore_auth") if name in context}
    try:
        tk.check_access("package_show", asking, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True
