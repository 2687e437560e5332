"""A posted form becomes the structure that the API uses, in place, so that nothing typed is lost on an error.

Core re-renders the dictionary that it posted; scheming opens the repeating fields on a copy only (CKAN 2.12).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import migration_schemas
from migration_schemas.fields import every

LANGUAGE = re.compile(r"^[a-z]{2,3}$")


def structure(package: dict[str, Any]) -> None:
    """Turn ``title_translated-en`` and ``contact-0-name`` into nested values, also in resources."""
    _fold(package, every())
    for resource in package.get("resources") or ():
        if isinstance(resource, dict):
            _fold(resource, migration_schemas.load().resource_fields)


def is_blank(resource: dict[str, Any]) -> bool:
    """Whether a form for a resource was sent without anything in it."""
    aside = {"package_id", "id", "resource_type", "url_type", "clear_upload"}
    return not any(value for name, value in resource.items() if name not in aside)


def _fold(values: dict[str, Any], fields: Iterable[Any]) -> None:
    for field in fields:
        if field.subfields:
            rows = _rows(values, field.name)
            if rows is not None:
                values[field.name] = rows
        elif field.name.endswith("_translated"):
            texts = _texts(values, field.name)
            if texts is not None:
                values[field.name] = texts


def _texts(values: dict[str, Any], name: str) -> dict[str, Any] | None:
    """``name-en``, ``name-fr`` … as one mapping, or None where the form did not send any."""
    prefix = f"{name}-"
    found = {key: key[len(prefix) :] for key in values if key.startswith(prefix)}
    sent = {key: lang for key, lang in found.items() if LANGUAGE.match(lang)}
    if not sent:
        return None
    texts = {lang: str(values.pop(key) or "").strip() for key, lang in sent.items()}
    return {lang: text for lang, text in texts.items() if text}


def _rows(values: dict[str, Any], name: str) -> list[dict[str, Any]] | None:
    """``name-0-part`` … as a list of rows without the empty ones, or None where the form did not send any."""
    pattern = re.compile(rf"^{re.escape(name)}-(\d+)-(\w+)$")
    sent = [(key, match) for key in values if (match := pattern.match(key))]
    if not sent:
        return None
    rows: dict[int, dict[str, Any]] = {}
    for key, match in sent:
        rows.setdefault(int(match[1]), {})[match[2]] = values.pop(key)
    return [row for _, row in sorted(rows.items()) if any(str(value or "").strip() for value in row.values())]
