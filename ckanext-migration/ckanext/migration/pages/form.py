"""The dataset form: its steps, its choices, and where each error message leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.logic.publishing import REFUSED, WHOLE_RECORD, language
from ckanext.migration.pages import words
from migration_vocabularies import get as vocabulary

# Longer lists become a search box; shorter ones show all their terms.
CHECKBOXES = 8
# Lists that are looked up by name; the others keep the order of their file (scales, hierarchies).
BY_NAME = frozenset({"country", "language", "licence", "file-type"})
LEVELS = ("mandatory", "recommended", "conditional")


def groups(schema: Mapping[str, Any], errors: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the steps of the form with their fields and the number of fields in each that need attention."""
    found = []
    for group in schema.get("groups") or [{"name": None, "label": ""}]:
        fields = [
            field
            for field in schema["dataset_fields"]
            if field.get("group") == group["name"] and field.get("form_snippet", "") is not None
        ]
        wrong = sum(1 for field in fields if (errors or {}).get(field["field_name"]))
        found.append({**group, "fields": fields, "errors": wrong})
    return found


def choices(field: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the terms a person may choose, retired ones left out."""
    lang, scheme = language(), vocabulary(field["vocabulary"])
    concepts = [concept for concept in scheme if not concept.deprecated]
    if scheme.name in BY_NAME:
        concepts.sort(key=lambda concept: concept.label(lang).casefold())
    else:
        concepts.sort(key=lambda concept: concept.order if concept.order is not None else 0)
    return [
        {
            "value": concept.code,
            "label": dict(concept.labels) or {"en": concept.code},
            "text": concept.label(lang),
            "help": concept.definition(lang),
            "depth": len(scheme.ancestors(concept.code)) if scheme.name not in BY_NAME else 0,
        }
        for concept in concepts
    ]


def text(data: Mapping[str, Any], name: str, lang: str) -> str:
    """Return what was typed for a language, else what is stored."""
    typed = data.get(f"{name}-{lang}")
    if typed is not None:
        return str(typed)
    texts = data.get(name)
    value = texts.get(lang) if isinstance(texts, Mapping) else ""
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def rows(
    field: Mapping[str, Any], data: Mapping[str, Any], errors: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of a repeating field, with an empty one to write in, and the errors of each."""
    stored = [row for row in words.listed(data.get(field["field_name"])) if isinstance(row, Mapping)]
    wrong = [row for row in words.listed(errors.get(field["field_name"])) if isinstance(row, Mapping)]
    single = field.get("multiple") is False
    shown: list[Mapping[str, Any]] = list(stored) or [{}]
    return [
        {"index": index, "data": row, "errors": wrong[index] if index < len(wrong) else {}}
        for index, row in enumerate(shown[:1] if single else shown)
    ]


def error_links(
    errors: Mapping[str, Any] | None, fields: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the messages with the name and the place of their field, in the order of the form (UI-05)."""
    waiting = dict(errors or {})
    found: list[dict[str, Any]] = []
    for field in fields:
        name = field["field_name"]
        if name in waiting:
            found += _messages(name, _label(field), waiting.pop(name), field)
    resources = waiting.pop("resources", None)
    for index, row in enumerate(words.listed(resources)):
        for name, messages in row.items() if isinstance(row, Mapping) else ():
            label = tk._("Data {number}: {field}").format(number=index + 1, field=name)
            found += [
                {"label": label, "message": str(message), "target": None}
                for message in words.listed(messages)
            ]
    for name, messages in waiting.items():
        label = tk._("Whole record") if name in {WHOLE_RECORD, REFUSED, "message"} else name
        found += [
            {"label": label, "message": str(message), "target": None} for message in words.listed(messages)
        ]
    return found


def _messages(name: str, label: str, messages: Any, field: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for index, message in enumerate(words.listed(messages)):
        if not isinstance(message, Mapping):
            words_of_it = words.bare(str(message), label)
            found.append({"label": label, "message": words_of_it, "target": target(field)})
            continue
        parts = {part["field_name"]: _label(part) for part in field.get("repeating_subfields") or ()}
        for part, problems in message.items():
            for problem in words.listed(problems):
                place = f"field-{name}-{index}-{part}"
                found.append(
                    {"label": f"{label}: {parts.get(part, part)}", "message": str(problem), "target": place}
                )
    return found


def target(field: Mapping[str, Any]) -> str:
    """Return the id of the block of a field."""
    return f"block-{field['field_name']}"


def _label(field: Mapping[str, Any]) -> str:
    return str(tk.h.scheming_language_text(field.get("label") or field["field_name"]))
