"""Why a dataset was found, in the words of the reader's language (see ``search.additions.reasons``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError

from ckanext.migration.logic.publishing import language
from migration_schemas import Field, load
from migration_vocabularies import get as vocabulary
from migration_vocabularies.matching import fold


def of(dataset: str) -> list[str]:
    """Return the reasons of a hit of this page; none where no words were searched."""
    told: Mapping[str, list[dict[str, Any]]] = getattr(tk.g, "migration_reasons", None) or {}
    return [text for reason in told.get(dataset, ()) if (text := _text(reason))]


def _text(reason: Mapping[str, Any]) -> str:
    kind, words = reason["kind"], tk._("”, “").join(reason.get("words") or ())
    if kind == "concept":
        return _concept(reason, words)
    if reason.get("language"):
        return _elsewhere(kind, words, reason["language"])
    texts = {
        "exact": tk._("Its title, another title or its identifier is exactly this."),
        "title": tk._("In the title: “{words}”"),
        "keywords": tk._("In the keywords: “{words}”"),
        "description": tk._("In the description: “{words}”"),
        "agency": tk._("In the name of the agency: “{words}”"),
        "subjects": tk._("In the names of its subjects or places: “{words}”"),
        "label": tk._("Has another name of “{words}”, perhaps in another language."),
        "elsewhere": tk._("In further details: “{words}”"),
        "missing": tk._("Not in this record: “{words}”"),
    }
    return texts.get(kind, "").format(words=words)


def _elsewhere(kind: str, words: str, code: str) -> str:
    if code == "other":
        texts = {
            "title": tk._("In the title in another language: “{words}”"),
            "description": tk._("In the description in another language: “{words}”"),
        }
    else:
        texts = {
            "title": tk._("In the title in {language}: “{words}”"),
            "description": tk._("In the description in {language}: “{words}”"),
        }
    return texts.get(kind, "").format(words=words, language=_language(code))


def _language(code: str) -> str:
    """Return the name of a language in the language of the interface."""
    try:
        return str(Locale.parse(str(tk.h.lang()).split("_")[0]).languages.get(code) or code)
    except (UnknownLocaleError, ValueError):
        return code


def _concept(reason: Mapping[str, Any], words: str) -> str:
    field, lang = _fields().get(reason["field"]), language()
    if field is None or not field.vocabulary:
        return ""
    terms = vocabulary(field.vocabulary)
    term, meant = (terms.label(reason[name], lang) for name in ("value", "meant"))
    if reason["value"] != reason["meant"]:
        text = tk._("{field}: {term}, which is part of {meant}")
    elif fold(term) == fold(words):
        text = tk._("{field}: {term}")
    else:
        text = tk._("{field}: {term} (you wrote “{words}”)")
    return text.format(field=field.label(lang), term=term, meant=meant, words=words)


@cache
def _fields() -> dict[str, Field]:
    return {field.name: field for field in load("dataset").fields}
