"""Datasets out of the database, hundreds at a time, as CKAN's ``package_dictize`` gives them one by one.

A few queries serve a whole batch. What is done with the rows is CKAN's own code wherever it takes rows; what
it would ask the database for in between is put together here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import dictization
from ckan.lib.dictization import model_dictize
from ckan.lib.helpers import helper_functions as h

Lists = Mapping[str, list[Any]]
Dictionary = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Datasets with their rows; ``related`` are those with relationships, which are left to CKAN."""

    packages: Mapping[str, model.Package]
    resources: Lists
    tags: Lists
    groups: Mapping[str, list[Dictionary]]
    organizations: Mapping[str, Dictionary]
    related: frozenset[str]


def read(ids: Sequence[str]) -> Batch:
    """Read datasets; those that are gone are missing in the answer."""
    package = model.Package
    packages = {
        each.id: each for each in model.Session.scalars(sa.select(package).where(package.id.in_(ids)))
    }
    return Batch(
        packages=packages,
        resources=_grouped(model.resource_table, model.resource_table.c.package_id, ids),
        tags=_tags(ids),
        groups=_groups(ids),
        organizations=_organizations({each.owner_org for each in packages.values() if each.owner_org}),
        related=_related(ids),
    )


def dictionary(package: model.Package, batch: Batch, context: Any) -> Dictionary:
    """Return one dataset as ``package_dictize`` does, key by key in its order."""
    found = dictization.table_dictize(package, context)
    if found.get("title"):
        found["title"] = found["title"].strip()
    found.pop("plugin_data", None)
    found["resources"] = model_dictize.resource_list_dictize(batch.resources.get(package.id, []), context)
    found["num_resources"] = len(found["resources"])
    found["tags"] = [{**tag, "display_name": tag["name"]} for tag in batch.tags.get(package.id, ())]
    found["num_tags"] = len(found["tags"])
    found["extras"] = [{"key": key, "value": value} for key, value in (found["extras"] or {}).items()]
    found["groups"] = [dict(group) for group in batch.groups.get(package.id, ())]
    organization = batch.organizations.get(package.owner_org or "")
    found["organization"] = None if organization is None else dict(organization)
    found["relationships_as_subject"] = []
    found["relationships_as_object"] = []
    found["isopen"] = package.isopen()
    found["type"] = package.type or "dataset"
    licence = package.license
    if licence and licence.url:
        found["license_url"] = licence.url
        found["license_title"] = licence.title.split("::")[-1]
    else:
        found["license_title"] = licence.title if licence else package.license_id
    found["metadata_modified"] = package.metadata_modified.isoformat()
    found["metadata_created"] = package.metadata_created.isoformat() if package.metadata_created else None
    return found


def _grouped(table: sa.Table, key: sa.Column[str], ids: Sequence[str]) -> Lists:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in model.Session.execute(sa.select(table).where(key.in_(ids))):
        found[row._mapping[key.name]].append(row)
    return found


def _tags(ids: Sequence[str]) -> Lists:
    tag, use = model.tag_table, model.package_tag_table
    query = (
        sa.select(use.c.package_id, tag, use.c.state)
        .join(use, tag.c.id == use.c.tag_id)
        .where(use.c.package_id.in_(ids), use.c.state == model.State.ACTIVE)
        .order_by(tag.c.name)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in model.Session.execute(query).mappings():
        values = dict(row)
        found[values.pop("package_id")].append(values)
    for tags in found.values():
        tags.sort(key=lambda each: each["name"])
    return found


def _groups(ids: Sequence[str]) -> dict[str, list[Dictionary]]:
    member, group = model.member_table, model.group_table
    query = (
        sa.select(member.c.table_id, member.c.group_id, member.c.capacity)
        .join(group, group.c.id == member.c.group_id)
        .where(
            member.c.table_id.in_(ids),
            member.c.state == model.State.ACTIVE,
            group.c.is_organization == sa.false(),
        )
    )
    members = list(model.Session.execute(query))
    known = _shown_groups({each.group_id for each in members})
    found: dict[str, list[Dictionary]] = defaultdict(list)
    for each in members:
        found[each.table_id].append({**known[each.group_id], "capacity": each.capacity})
    for groups in found.values():
        groups.sort(key=lambda shown: h.strxfrm(shown["display_name"]))
    return found


def _shown_groups(ids: Iterable[str]) -> dict[str, Dictionary]:
    if not ids:
        return {}
    group = model.group_table
    query = sa.select(group, sa.literal(None).label("capacity")).where(group.c.id.in_(ids))
    shown = model_dictize.group_list_dictize(
        list(model.Session.execute(query)), {"with_capacity": False}, with_package_counts=False
    )
    return {each["id"]: each for each in shown}


def _organizations(ids: Iterable[str]) -> dict[str, Dictionary]:
    group = model.group_table
    query = sa.select(group).where(group.c.id.in_(ids), group.c.state == model.State.ACTIVE)
    found = {}
    for organization in dictization.obj_list_dictize(list(model.Session.execute(query)), {}):
        del organization["extras"]
        found[organization["id"]] = organization
    return found


def _related(ids: Sequence[str]) -> frozenset[str]:
    table = model.package_relationship_table
    ends = table.c.subject_package_id, table.c.object_package_id
    query = sa.select(*ends).where(sa.or_(*(end.in_(ids) for end in ends)))
    return frozenset(end for row in model.Session.execute(query) for end in row)
