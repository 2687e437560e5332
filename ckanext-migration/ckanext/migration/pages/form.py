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
# What the registry completes where it is left empty (logic/derived.py).
FILLED_IN = frozenset({"name", "identifier", "publisher"})
LEVELS = ("mandatory", "recommended", "conditional")


def groups(
    schema: Mapping[str, Any], errors: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the steps of the form: fields, how many need attention, and what publishing needs of each step.

    ``needed_count`` fields have to be filled in for publishing, ``done`` of them are. What is optional stands
    apart in ``more``, which is ``open`` where something is in it.
    """
    found = []
    for group in schema.get("groups") or [{"name": None, "label": ""}]:
        fields = [
            field
            for field in schema["dataset_fields"]
            if field.get("group") == group["name"] and field.get("form_snippet", "") is not None
        ]
        wrong = sum(1 for field in fields if (errors or {}).get(field["field_name"]))
        needed = [is_filled(field, data or {}) for field in fields if is_needed(field)]
        more = [field for field in fields if field.get("level") == "optional"]
        used = any((errors or {}).get(field["field_name"]) or is_filled(field, data or {}) for field in more)
        found.append(
            {
                **group,
                "fields": [field for field in fields if field not in more],
                "more": more,
                "open": used,
                "errors": wrong,
                "needed_count": len(needed),
                "done": sum(needed),
            }
        )
    return found


def is_needed(field: Mapping[str, Any]) -> bool:
    """Whether a person has to fill in a field before the record can be published."""
    return field.get("level") == "mandatory" and field["field_name"] not in FILLED_IN


def is_filled(field: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether something stands in a field, stored or just typed."""
    name = field["field_name"]
    if field.get("repeating_subfields"):
        return any(any(row["data"].values()) for row in rows(field, data, {}))
    if name.endswith("_translated"):
        typed = any(str(value or "").strip() for key, value in data.items() if key.startswith(f"{name}-"))
        return typed or bool(data.get(name))
    return any(str(value).strip() for value in words.listed(data.get(name)))


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
