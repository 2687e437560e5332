"""Where copies stand in a folded search: behind their original, in its series if it is in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from ckan import model

from ckanext.migration.copies import groups
from ckanext.migration.copies.model import MEMBER
from ckanext.migration.interfaces import Place, regrouped
from migration_schemas import record as records
from migration_schemas import series

PREFIX = "copies"
_installed = False


def of(ids: Sequence[str]) -> Mapping[str, Place]:
    """Give the places of those of these datasets that have copies.

    An original in a series stays there, and its copies come to it; else the group is an entry of its own.
    """
    if not ready():
        return {}
    leads = groups.leads(ids)
    of_series = _series(set(leads.values()))
    found = {}
    for each, lead in leads.items():
        if lead not in of_series:
            found[each] = Place(f"{PREFIX} {lead}", first=each == lead)
        elif each != lead:
            owner, key = of_series[lead]
            found[each] = Place(f"{owner} {key}", series=key)
    return found


def follow(package_id: str) -> None:
    """Have the copies of a dataset indexed again, inside the transaction of a change of it."""
    if not ready():
        return
    others = [each for each in groups.members([package_id]).get(package_id, []) if each != package_id]
    if others:
        regrouped.send(__name__, ids=others)


def _series(ids: set[str]) -> dict[str, tuple[str, str]]:
    package = model.Package.__table__
    query = sa.select(package.c.id, package.c.owner_org, package.c.extras).where(package.c.id.in_(ids))
    found = {}
    for row in model.Session.execute(query) if ids else ():
        key = series.key(records.from_package(row.extras or {}))
        if key:
            found[row.id] = (row.owner_org or "", key)
    return found


def ready() -> bool:
    """Whether the tables are there: a portal may switch the plugin on before it upgrades its database."""
    global _installed  # noqa: PLW0603 - true for ever once it is true
    if not _installed:
        found = model.Session.scalar(sa.select(sa.func.to_regclass(MEMBER.name)))
        _installed = found is not None
    return _installed
