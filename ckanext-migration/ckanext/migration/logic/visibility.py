"""Who may read which field of a dataset that everybody may read.

The field list gives each field a visibility: `public`, `agency` (people of an organisation) or `internal`;
some public fields are not for everybody when the data are of high or severe sensitivity. Pages and RDF write
public fields only; this is the same rule for the answers of the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import replace
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk

import migration_schemas
from ckanext.migration import shared
from migration_schemas import Report
from migration_schemas.record import SENSITIVE


@cache
def hidden_fields(*, sensitive: bool = False) -> frozenset[str]:
    """Return the names of the fields that are not public, or are not in a sensitive record."""
    fields = migration_schemas.load("dataset").fields
    return frozenset(f.name for f in fields if f.tier(sensitive=sensitive) != "public")


@cache
def hidden_parts(*, of_resources: bool) -> tuple[tuple[str, str | None], ...]:
    """Return field and part (None: the whole field of a resource) that only a sensitive record hides."""
    schema = migration_schemas.load("dataset")
    fields = schema.resource_fields if of_resources else schema.fields
    parts: list[tuple[str, str | None]] = [
        (field.name, part.name)
        for field in fields
        for part in field.subfields
        if part.tier(sensitive=True) != "public"
    ]
    if of_resources:
        parts += [(field.name, None) for field in fields if field.tier(sensitive=True) != "public"]
    return tuple(parts)


def kept_back(level: str | None, *, of_resources: bool = False) -> frozenset[str]:
    """Return the names of the fields that a record of a level of sensitivity hides, in whole or in part."""
    sensitive = level in SENSITIVE
    parts = {name for name, _ in hidden_parts(of_resources=of_resources)} if sensitive else set()
    if of_resources:
        return frozenset(parts)
    if kept_back(level, of_resources=True):
        parts.add("resources")
    return hidden_fields(sensitive=sensitive) | parts


def may_read_all(context: Any) -> bool:
    """Whether the caller belongs to an agency, or the code itself asks (for an update, the index, a job)."""
    if context.get("ignore_auth") or context.get("for_update"):
        return True
    user = context.get("user")
    if not user:
        return False
    asking = {"user": user}
    return bool(tk.get_action("organization_list_for_user")(asking, {"permission": "read"}))


# CKAN's search can hand out whole datasets as JSON texts (`fl=validated_data_dict`).
WHOLE = ("data_dict", "validated_data_dict")


def trim(package: MutableMapping[str, Any]) -> None:
    """Take the fields that are not public out of a dataset, in each of the forms in which CKAN shows it."""
    extras = package.get("extras")
    stored = {extra.get("key"): extra.get("value") for extra in extras} if isinstance(extras, list) else {}
    level = package.get("sensitivity_level") or stored.get("sensitivity_level")
    sensitive = level in SENSITIVE
    hidden = hidden_fields(sensitive=sensitive)
    for name in hidden.union(WHOLE).intersection(package):
        del package[name]
    if sensitive:
        _take_parts(package, of_resources=False)
        for resource in package.get("resources") or ():
            _take_parts(resource, of_resources=True)
        hidden |= {name for name, _ in hidden_parts(of_resources=False)}
    if isinstance(extras, list):
        package["extras"] = [extra for extra in extras if extra.get("key") not in hidden]


def _take_parts(values: MutableMapping[str, Any], *, of_resources: bool) -> None:
    """Take single parts out of values; one that is stored as a text goes as a whole."""
    for name, part in hidden_parts(of_resources=of_resources):
        rows = values.get(name)
        if part is not None and isinstance(rows, list):
            values[name] = [
                {k: v for k, v in row.items() if k != part} for row in rows if isinstance(row, dict)
            ]
        elif name in values:
            values[name] = None


def trim_all(packages: Iterable[Any]) -> None:
    """Trim a list of datasets; what is no dataset (a name) stays."""
    for package in packages:
        if isinstance(package, MutableMapping):
            trim(package)


def whole(package_id: str) -> dict[str, Any]:
    """Return a dataset with all its fields, for a report; the caller has asked for permission before."""
    found: dict[str, Any] = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    return found


def report(context: Any, package: Mapping[str, Any]) -> Report:
    """Return the report of a whole dataset as the caller may read it.

    A finding repeats the value that it is about: those about fields that are not for the caller are left out.
    """
    made = shared.report(package)
    if may_read_all(context):
        return made
    level = package.get("sensitivity_level")
    hidden = {of: kept_back(level, of_resources=of) for of in (False, True)}
    told = (each for each in made.findings if each.field not in hidden[each.of_resource])
    return replace(made, findings=tuple(told))
