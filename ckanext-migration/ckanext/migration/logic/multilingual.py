"""Validators of texts in several languages: ``{"en": "…", "fr": "…"}``, stored as JSON.

The way of ckanext-fluent, whose only release on the package index does not run on Python 3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.scheming.validation import scheming_validator

from ckanext.migration.logic.values import Field, Validator, clean, empty, listed

LANGUAGE = re.compile(r"^[a-z]{2,3}$")
TAG_LENGTH = 100


def _translated(convert: Callable[[Any], Any]) -> Any:
    def factory(field: Field, schema: Any) -> Validator:
        def validator(key: Any, data: Any, errors: Any, context: Any) -> None:
            value = data.get(key)
            if empty(value):
                data.pop(key, None)
                raise tk.StopOnError
            texts = _mapping(value)
            problems = _problems(texts)
            if problems:
                errors[key].extend(problems)
                raise tk.StopOnError
            assert texts is not None  # noqa: S101 - _problems() names anything that is not a mapping
            converted = {lang: convert(text) for lang, text in texts.items() if not empty(text)}
            kept = {lang: text for lang, text in converted.items() if text}
            if not kept:
                data.pop(key, None)
                raise tk.StopOnError
            data[key] = json.dumps(kept, ensure_ascii=False)

        return validator

    return scheming_validator(factory)


def _mapping(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, Mapping) else None


def _problems(texts: Mapping[str, Any] | None) -> list[str]:
    """Return what is wrong with the form of a multilingual value."""
    if texts is None:
        return [tk._('A text for each language is expected: {"en": "…", "fr": "…"}.')]
    return [
        tk._("“{value}” is not a language code of two letters such as en, fr or ar.").format(
            value=str(lang)[:20]
        )
        for lang in texts
        if not LANGUAGE.match(str(lang))
    ]


def _keywords(value: Any) -> list[str]:
    """Keywords from a list, or from a line with commas (also the Arabic and the Chinese ones)."""
    texts = re.split(r"[,;،，、]", value) if isinstance(value, str) else listed(value)
    return list(dict.fromkeys(word for word in (clean(text)[:TAG_LENGTH] for text in texts) if word))


migration_translated = _translated(clean)
migration_translated_tags = _translated(_keywords)


def migration_translated_output(value: Any) -> Any:
    """Return the stored JSON as a mapping again."""
    found = _mapping(value)
    return dict(found) if found is not None else value


def migration_list_output(value: Any) -> Any:
    """Return the stored JSON as a list again."""
    return listed(value)
