"""Themes, groups and kinds of statistics out of free keywords, for formats without lists of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import mapping
from migration_harvesters.mapping import Notebook

FIELDS = {
    "migration_theme": "migration-theme",
    "population_group": "population-group",
    "statistic_type": "statistic-type",
}


def fields(words: Mapping[str, list[str]], notebook: Notebook) -> dict[str, Any]:
    """Give keywords by language as tags, and the concepts that are among them."""
    found: dict[str, Any] = {
        "tags_translated": {lang: kept for lang, said in words.items() if (kept := mapping.keywords(said))}
    }
    for name, vocabulary in FIELDS.items():
        codes = (
            code for lang, said in words.items() for code in notebook.among(name, vocabulary, said, lang)
        )
        found[name] = list(dict.fromkeys(codes))
    return found
