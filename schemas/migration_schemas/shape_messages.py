"""What the derived shapes say when a value is missing or wrong, in the six languages of the United Nations.

A message names the field as the form does and says what is expected, so that it can be shown
under the field as it is. The words are in `messages.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from migration_vocabularies import get

from .fields import Field

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
"""In the order in which texts are written: those that were reviewed first, then the drafts."""
COMMA = {"ar": "، ", "zh": "，"}


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the templates: what is said → language → text."""
    found: dict[str, dict[str, str]] = yaml.safe_load(
        (files(__package__) / "messages.yaml").read_text(encoding="utf-8")
    )
    return found


def said(what: str, **given: Mapping[str, str] | str | float) -> dict[str, str]:
    """Fill in a template in each language; a value may differ by language."""
    return {
        lang: words()[what][lang].format(
            **{name: value[lang] if isinstance(value, Mapping) else value for name, value in given.items()}
        )
        for lang in LANGUAGES
    }


def missing(field: Field, parent: Field | None) -> dict[str, str]:
    """Say that a field is not filled in."""
    return said("missing" if field.level == "mandatory" else "recommended", label=label(field, parent))


def wrong(field: Field, parent: Field | None) -> dict[str, str]:
    """Say what a right value looks like."""
    name, kind = label(field, parent), field.rdf_value
    if field.vocabulary:
        title = {lang: get(field.vocabulary).title(lang) for lang in LANGUAGES}
        return said("all-of-list" if field.multiple else "of-list", label=name, list=title)
    if kind == "translated" and (field.min_length or field.max_length):
        what, number = ("least", field.min_length) if field.min_length else ("most", field.max_length)
        return said(f"translated-{what}", label=name, number=str(number))
    if kind in {"integer", "decimal"} and field.minimum is not None and field.maximum is not None:
        return said(f"{kind}-between", label=name, least=field.minimum, most=field.maximum)
    return said("iri" if kind == "self" else kind, label=name)


def label(field: Field, parent: Field | None = None) -> dict[str, str]:
    """Return what a field, or a part of one, is called in each language."""
    found = {}
    for lang in LANGUAGES:
        own = field.label(lang)
        found[lang] = own
        if parent is not None:
            first = own[:1] if own[1:2].isupper() else own[:1].lower()  # ROR stays ROR
            found[lang] = f"{parent.label(lang)}{COMMA.get(lang, ', ')}{first}{own[1:]}"
    return found
