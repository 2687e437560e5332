"""Who may read which field of a dataset that everybody may read.

The field list gives each field a visibility: `public`, `agency` (people of an organisation) or `internal`.
Pages and RDF write public fields only; this is the same rule for the answers of the API.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk

import migration_schemas


@cache
def hidden_fields() -> frozenset[str]:
    """Return the names of the fields that are not public."""
    return frozenset(f.name for f in migration_schemas.load("dataset").fields if f.visibility != "public")


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
    for name in hidden_fields().union(WHOLE).intersection(package):
        del package[name]
    extras = package.get("extras")
    if isinstance(extras, list):
        package["extras"] = [extra for extra in extras if extra.get("key") not in hidden_fields()]


def trim_all(packages: Iterable[Any]) -> None:
    """Trim a list of datasets; what is no dataset (a name) stays."""
    for package in packages:
        if isinstance(package, MutableMapping):
            trim(package)


def whole(package_id: str) -> dict[str, Any]:
    """Return a dataset with all its fields, for a report; the caller has asked for permission before."""
    found: dict[str, Any] = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    return found
