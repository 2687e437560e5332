"""The rule of publishing: what is active and public has no violation (docs/decisions/0006).

The rule is a validator of the dataset schema, so that the form, the API, a patch and a resource's own actions
all meet it inside CKAN's ordinary validation and get ordinary, field by field errors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import PluginImplementations

from ckanext.migration import shared
from ckanext.migration.interfaces import IPublishing
from migration_schemas import Finding, Report, load
from migration_schemas.fields import named
from migration_schemas.kinds import NEED, kind_of
from migration_vocabularies import get as vocabulary
from migration_vocabularies.suggesting import near

# Keys of the context under which one save passes on what CKAN's validation does not carry (see ``remember``).
INCOMING = "migration_incoming_resources"
STORED = "migration_stored_package"
NEW_ID = "migration_new_id"
RESOURCE_ERRORS = "migration_resource_errors"
# Where messages that belong to no single field are shown.
WHOLE_RECORD = "migration_record"
# Where a condition beside the profile (see ``IPublishing``) is told.
REFUSED = "migration_publishing"


def publishable(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: Any) -> None:
    """Refuse to publish a record that breaks the profile; drafts and private records may be incomplete."""
    if context.get(NEW_ID) and not data.get(("id",)):
        data[("id",)] = context[NEW_ID]
    if not is_public(data, context):
        return
    for plugin in PluginImplementations(IPublishing):
        if reason := plugin.why_not_publish(context, owner(data, context)):
            place(errors, REFUSED, reason)
            return
    failed = {name[0] for name, messages in errors.items() if messages}
    waiting: dict[int, dict[str, list[str]]] = context.get(RESOURCE_ERRORS, {})
    for finding in shared.report(assemble(data, context)).violations:
        message = said(finding)
        if finding.resource is not None:
            waiting.setdefault(finding.resource, {}).setdefault(finding.field or "url", []).append(message)
        elif finding.field not in failed:
            place(errors, finding.field or WHOLE_RECORD, message)
    if waiting:
        place(errors, RESOURCE_ERRORS, tk._("A resource must be repaired first."))


def place(errors: dict[Any, Any], field: str, message: str) -> None:
    """Add a message to a field once."""
    messages = errors.setdefault((field,), [])
    if message not in messages:
        messages.append(message)


def said(finding: Finding) -> str:
    """Return what is wrong, and where a value is outside its code list the terms nearest to it."""
    message = finding.message(language())
    if finding.code != "not-in-list" or not finding.field or not finding.value:
        return message
    field = load().resource_field(finding.field) if finding.of_resource else named(finding.field)
    return f"{message} {nearest(field.vocabulary, finding.value)}".strip() if field.vocabulary else message


def nearest(name: str, value: str) -> str:
    """Return a sentence with the terms of a code list that a value may have meant, nothing without any."""
    found = [concept.label(language()) for concept in near(vocabulary(name), value)]
    return tk._("Meant is perhaps: {terms}.").format(terms="; ".join(found)) if found else ""


def is_public(data: Mapping[Any, Any], context: Any) -> bool:
    """Whether the package will be active and public once it is saved."""
    package = context.get("package")
    state = _value(data, "state", getattr(package, "state", None) or "active")
    private = _value(data, "private", getattr(package, "private", False))
    return state == "active" and not tk.asbool(private)


def owner(data: Mapping[Any, Any], context: Any) -> str | None:
    """Return the id of the agency in whose name the package will be saved."""
    found = _value(data, "owner_org", getattr(context.get("package"), "owner_org", None))
    return str(found) if found else None


def as_errors(report: Report) -> dict[str, Any]:
    """Return the violations of a report as CKAN writes errors: by field, those of resources in their rows."""
    errors: dict[str, Any] = {}
    rows: dict[int, dict[str, list[str]]] = {}
    for finding in report.violations:
        fields = errors if finding.resource is None else rows.setdefault(finding.resource, {})
        otherwise = WHOLE_RECORD if finding.resource is None else "url"
        fields.setdefault(finding.field or otherwise, []).append(said(finding))
    if rows:
        errors["resources"] = [rows.get(index, {}) for index in range(max(rows) + 1)]
    return errors


def _value(data: Mapping[Any, Any], name: str, otherwise: Any) -> Any:
    value = data.get((name,))
    return otherwise if value is None or value is tk.missing else value


def assemble(data: Mapping[Any, Any], context: Any) -> dict[str, Any]:
    """Return the package as it will be saved, from the flattened and converted values of a validation."""
    package: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for key, value in data.items():
        if value is tk.missing or value is None:
            continue
        if len(key) == 1:
            package[key[0]] = value
        elif len(key) == 3:
            rows.setdefault(key[0], {}).setdefault(key[1], {})[key[2]] = value
    for extra in rows.pop("extras", {}).values():
        package[extra["key"]] = extra["value"]
    for name, found in rows.items():
        package[name] = [found[index] for index in sorted(found)]
    package["resources"] = _resources(package.get("resources") or [], context)
    package.setdefault("type", getattr(context.get("package"), "type", None))
    return package


def _resources(validated: list[dict[str, Any]], context: Any) -> list[dict[str, Any]]:
    """All resources: CKAN 2.12 validates only those that a save changes."""
    stored = (context.get(STORED) or {}).get("resources") or []
    incoming = context.get(INCOMING)
    if incoming is None:
        return validated or list(stored)
    fresh = iter(validated)
    same = unchanged(incoming, stored)
    return [resource if index in same else next(fresh, resource) for index, resource in enumerate(incoming)]


def unchanged(incoming: Iterable[Mapping[str, Any]], stored: Iterable[Mapping[str, Any]]) -> set[int]:
    """Positions of resources that are exactly as stored."""
    known = {resource.get("id"): resource for resource in stored}
    return {
        index
        for index, resource in enumerate(incoming)
        if resource.get("id") and resource == known.get(resource.get("id"))
    }


def explain(error: tk.ValidationError, context: Any, data_dict: Mapping[str, Any]) -> tk.ValidationError:
    """Put the messages about resources where CKAN keeps errors of resources."""
    waiting = context.pop(RESOURCE_ERRORS, None)
    if not waiting:
        return error
    errors = dict(error.error_dict)
    errors.pop(RESOURCE_ERRORS, None)
    count = max(len(data_dict.get("resources") or ()), max(waiting) + 1)
    rows = [dict(row) if isinstance(row, Mapping) else {} for row in errors.get("resources") or ()]
    rows += [{} for _ in range(count - len(rows))]
    for index, fields in waiting.items():
        for field, messages in fields.items():
            rows[index].setdefault(field, []).extend(messages)
    errors["resources"] = rows
    return tk.ValidationError(errors)


def language() -> str:
    """Return the language of the reader, as two letters; English outside of a request."""
    try:
        return str(tk.h.lang() or "en")[:2]
    except (RuntimeError, AttributeError, TypeError):
        return "en"


def announce_warnings(context: Any, package: Mapping[str, Any]) -> None:
    """After a save in the web interface: how many recommendations are open, and where they are listed."""
    if not is_page() or package.get("state", "active") != "active" or kind_of(package) == NEED:
        return
    warnings: tuple[Finding, ...] = shared.report(readable(package)).warnings
    if not warnings or getattr(tk.g, "migration_announced", None) == package.get("id"):
        return
    tk.g.migration_announced = package.get("id")
    text = tk.ungettext(
        "Saved. {number} recommendation could make this dataset easier to find and to trust: see Quality.",
        "Saved. {number} recommendations could make this dataset easier to find and to trust: see Quality.",
        len(warnings),
    )
    tk.h.flash_notice(text.format(number=len(warnings)))


def is_page() -> bool:
    """Whether a page of the web interface is being served, and not the API or a command."""
    try:
        return bool(tk.request.endpoint) and not tk.request.endpoint.startswith("api.")
    except RuntimeError:
        return False


def readable(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return a saved package with its extras opened."""
    opened = dict(package)
    for extra in package.get("extras") or ():
        opened.setdefault(extra["key"], _loaded(extra["value"]))
    return opened


def _loaded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
