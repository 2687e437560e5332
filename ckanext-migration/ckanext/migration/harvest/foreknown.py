"""What stands in the place of validators of CKAN's where a batch of new datasets knows the answer already.

CKAN asks the database for each dataset whether its id and its name are free and whether its organisation
exists; a batch has looked up all of its ids and names together and has one organisation, or few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.harvest import flat_keys
from ckanext.migration.harvest.flat_keys import Flat, Key

OWNERS = "migration_known_owners"
"""Key of the context: a dictionary that all datasets of a batch share, with the owners already judged."""
_NEXT = "migration_next_extra"


def _free(value: Any, _context: Any) -> Any:
    """Take an id as free: all ids of a batch were looked up together (`Sink.create_all`)."""
    return value


def _free_name(key: Key, data: Flat, errors: dict[Key, list[str]], context: dict[str, Any]) -> None:
    """Judge a name without asking who has it, which was looked up for all of a batch together."""
    if not model.PACKAGE_NAME_MIN_LENGTH <= len(data[key]) <= model.PACKAGE_NAME_MAX_LENGTH:
        tk.get_validator("package_name_validator")(key, data, errors, context)


def _owner(key: Key, data: Flat, errors: dict[Key, list[str]], context: dict[str, Any]) -> None:
    """Judge an organisation once for all datasets of a batch, which the same user writes for it."""
    known, given = context.get(OWNERS), data.get(key)
    if known is None or not isinstance(given, str) or given not in known:
        tk.get_validator("owner_org_validator")(key, data, errors, context)
        if known is not None and isinstance(given, str):
            known[given] = data[key]
    else:
        data[key] = known[given]


def _to_extras(key: Key, data: Flat, _errors: dict[Key, list[str]], context: dict[str, Any]) -> None:
    """Move a field to the extras; CKAN looks through all keys for the next free place each time."""
    place = context.get(_NEXT, 0)
    while ("extras", place, "key") in data:
        place += 1
    data[("extras", place, "key")] = key[-1]
    data[("extras", place, "value")] = tk.get_validator("unicode_safe")(data[key])
    context[_NEXT] = place + 1


def as_texts(names: Iterable[str]) -> Callable[..., None]:
    """Store fields with rows as one JSON text among the extras, as ckanext-scheming does at the end."""

    def validator(key: Key, data: Flat, errors: dict[Key, list[str]], context: dict[str, Any]) -> None:
        rows = flat_keys.nested({each: value for each, value in data.items() if each[0] in names})
        for name in names:
            if name in rows:
                text = json.dumps(rows[name], default=lambda value: None if value is tk.missing else value)
                data[(name,)] = text
                _to_extras((name,), data, errors, context)
                del data[(name,)]

    return validator


def known() -> Mapping[Callable[..., Any], Callable[..., Any]]:
    """Return what stands in the place of validators of CKAN's that ask the database, or take long."""
    return {
        tk.get_validator("package_id_does_not_exist"): _free,
        tk.get_validator("package_name_validator"): _free_name,
        tk.get_validator("owner_org_validator"): _owner,
        tk.get_converter("convert_to_extras"): _to_extras,
    }
