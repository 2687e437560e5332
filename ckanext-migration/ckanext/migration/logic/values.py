"""How single values and lists of values reach a validator, and how they are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.scheming.validation import scheming_validator

Field = Mapping[str, Any]
Validator = Callable[[Any, Any, Any, Any], None]

# Context of an action: a private record keeps values of a wrong form, so that its report can name them.
# The harvester sets it; an address is never kept so, because pages would link to it.
KEEP_INVALID = "migration_keep_invalid"

# Characters that XML and so RDF/XML and Atom cannot carry.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def clean(value: Any) -> str:
    """Return a text without control characters and without blanks around it."""
    return CONTROLS.sub("", value if isinstance(value, str) else str(value)).strip()


def empty(value: Any) -> bool:
    """Return whether a client sent nothing for a field."""
    return value is tk.missing or value is None or value in ("", [], {})


def single(check: Callable[[str, Field], Any], *, keepable: bool = True) -> Any:
    """Return a validator factory for one value; `keepable`: KEEP_INVALID may store what `check` refuses."""

    def factory(field: Field, schema: Any) -> Validator:
        def validator(key: Any, data: Any, errors: Any, context: Any) -> None:
            value = data.get(key)
            if empty(value) or (isinstance(value, str) and not clean(value)):
                # Optional values are left out rather than stored empty.
                data.pop(key, None)
                raise tk.StopOnError
            if isinstance(value, list | dict):
                errors[key].append(tk._("One value is expected here, not a list."))
                raise tk.StopOnError
            try:
                data[key] = check(clean(value), field)
            except tk.Invalid as problem:
                if keepable and context.get(KEEP_INVALID):
                    data[key] = clean(value)
                    return
                errors[key].append(problem.error)
                raise tk.StopOnError from problem

        return validator

    return scheming_validator(factory)


def several(check: Callable[[str, Field], Any], *, keepable: bool = True) -> Any:
    """Return a validator factory for a list of values, stored as JSON; `keepable` as in `single`."""

    def factory(field: Field, schema: Any) -> Validator:
        def validator(key: Any, data: Any, errors: Any, context: Any) -> None:
            values = listed(data.get(key))
            checked: list[Any] = []
            for value in values:
                try:
                    good = check(value, field)
                except tk.Invalid as problem:
                    if not (keepable and context.get(KEEP_INVALID)):
                        errors[key].append(problem.error)
                        continue
                    good = value
                if good not in checked:
                    checked.append(good)
            if errors.get(key):
                raise tk.StopOnError
            if not checked:
                data.pop(key, None)
                raise tk.StopOnError
            data[key] = json.dumps(checked, ensure_ascii=False)

        return validator

    return scheming_validator(factory)


def listed(value: Any) -> list[str]:
    """Return a list from what forms and clients send: a list, its JSON, or one value."""
    if empty(value):
        return []
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            value = [value]
    members: Iterable[Any] = value if isinstance(value, list | tuple | set) else [value]
    return [text for text in (clean(member) for member in members if not empty(member)) if text]
