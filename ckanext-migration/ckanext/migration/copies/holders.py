"""Who holds a dataset: its copies, as far as a reader may know of them, and which of two is the original."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model
from rapidfuzz import fuzz

from ckanext.migration.copies import auth, groups
from ckanext.migration.copies.model import DERIVED, PAIR
from migration_vocabularies.matching import fold

Holder = dict[str, Any]


def of(context: Any, ids: Sequence[str]) -> dict[str, list[Holder]]:
    """Give the other holders of each of these datasets, the original first; nobody else's secrets.

    Only what is active and what the caller may read is told.
    """
    leads = groups.leads(ids)
    if not leads:
        return {}
    whole = groups.members(set(leads.values()))
    known = told([each for group in whole.values() for each in group])
    readable = {each for each in known if auth.may(context, "package_show", each)}
    found: dict[str, list[Holder]] = {}
    for each, lead in leads.items():
        others = [one for one in whole[lead] if one != each and one in readable]
        others.sort(key=lambda one: (one != lead, known[one]["title"], one))
        if others:
            found[each] = [{**known[one], "lead": one == lead} for one in others]
    return found


def derivations(context: Any, package_id: str) -> dict[str, list[Holder]]:
    """Give what a dataset was made from and what was made from it, as people decided; nobody's secrets."""
    both = (PAIR.c.one == package_id) | (PAIR.c.other == package_id)
    rows = list(model.Session.execute(sa.select(PAIR).where(PAIR.c.state == DERIVED, both)))
    others = {row.other if row.one == package_id else row.one: row.lead == package_id for row in rows}
    known = told(others)
    found: dict[str, list[Holder]] = {"made_from": [], "made_into": []}
    for each in sorted(known, key=lambda each: (known[each]["title"], each)):
        if auth.may(context, "package_show", each):
            found["made_into" if others[each] else "made_from"].append(known[each])
    return found


def told(ids: Iterable[str]) -> dict[str, Holder]:
    """Give what lists say of active datasets; whether the caller may know is the caller's business."""
    package, group = model.Package.__table__, model.Group.__table__
    query = (
        sa.select(
            *(package.c[name] for name in ("id", "name", "title", "private", "metadata_modified")),
            package.c.extras["title_translated"].astext.label("titles"),
            group.c.name.label("group_name"),
            group.c.title.label("group_title"),
        )
        .join(group, group.c.id == package.c.owner_org, isouter=True)
        .where(package.c.id.in_(list(ids)), package.c.state == "active")
    )
    return {row.id: _holder(row) for row in model.Session.execute(query)}


def _holder(row: Any) -> Holder:
    agency = {"name": row.group_name, "title": row.group_title or row.group_name} if row.group_name else None
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title or row.name,
        "title_translated": _texts(row.titles),
        "private": row.private,
        "organization": agency,
        "modified": row.metadata_modified.isoformat(),
    }


def _texts(value: str | None) -> dict[str, str]:
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def original(ids: Sequence[str]) -> str:
    """Guess which of several records is the original: that of the publisher itself, else the earliest."""
    package, group = model.Package.__table__, model.Group.__table__
    query = (
        sa.select(package.c.id, group.c.title, package.c.extras["publisher"].astext.label("publisher"))
        .join(group, group.c.id == package.c.owner_org, isouter=True)
        .where(package.c.id.in_(list(ids)))
        .order_by(package.c.metadata_created, package.c.id)
    )
    rows = list(model.Session.execute(query))
    own = [row.id for row in rows if _says(row.publisher, row.title)]
    return str(next(iter([*own, *(row.id for row in rows)])))


def _says(publisher: str | None, agency: str | None) -> bool:
    try:
        nodes = json.loads(publisher or "[]")
    except ValueError:
        return False
    names = [fold(str(node.get("name") or "")) for node in nodes if isinstance(node, dict)]
    return any(name and fuzz.token_sort_ratio(name, fold(agency or "")) >= 90 for name in names)
