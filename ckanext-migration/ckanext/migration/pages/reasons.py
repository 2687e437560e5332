"""Why a dataset was found, in the reader's words."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.logic.publishing import language
from migration_vocabularies import get, names


def of(dataset: str) -> list[str]:
    """Return a sentence for each reason that the search told of a dataset on this page."""
    told = (getattr(tk.g, "migration_reasons", None) or {}).get(dataset) or []
    return [sentence for reason in told if (sentence := _sentence(reason))]


def _sentence(reason: dict[str, Any]) -> str:
    words, concept = reason["words"], _label(reason["vocabulary"], reason["code"])
    sentences = {
        "exact": tk._("Title, other name or identifier is exactly “{words}”."),
        "title": tk._("“{words}” is in the title."),
        "description": tk._("“{words}” is in the description."),
        "elsewhere": tk._("“{words}” is in keywords, agency, files or another language."),
        "concept": tk._("Described with “{concept}”, which “{words}” means."),
        "narrower": tk._("Described with a part of “{concept}”, which “{words}” means."),
        "label": tk._("Holds another name of “{concept}”, which “{words}” means."),
    }
    if reason["kind"] == "label" and not concept:
        return tk._("Holds a synonym of “{words}”.").format(words=words)
    return sentences[reason["kind"]].format(words=words, concept=concept)


def _label(vocabulary: str, code: str) -> str:
    return get(vocabulary).label(code, language()) if vocabulary in names() else ""
