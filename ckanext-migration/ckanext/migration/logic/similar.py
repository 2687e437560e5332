"""Datasets similar to one: other rounds of its series, then what shares subject, place, people or words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from ckan.plugins import plugin_loaded

from ckanext.migration import shared
from ckanext.migration.logic import windows
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import rounds
from migration_schemas import Record, coverage, load
from migration_vocabularies import get as vocabulary

MOST = 20
_USUAL = 5
ROUNDS = 3
"""Rounds of the dataset's own series among the results, so that they leave room for others."""
_CODES = ("migration_theme", "population_group", "collection_method")
_WORDS = ("title_translated", "notes_translated", "tags_translated")


@tk.side_effect_free
def migration_dataset_similar(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Find datasets similar to one that the caller may read, among those that the caller may find.

    :param id: the id or name of the dataset
    :param rows: how many at most, 1 to 20 (default: 5)
    :returns: ``results``, best first: each with ``dataset``, ``shared`` (what they have in common:
        ``series``, ``theme``, ``place``, ``population``, ``method``, ``words``) and ``why`` in the reader's
        language; and ``rounds``, how many rounds the dataset's series has, itself among them (0: it is in
        none). Empty where nothing is similar enough
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_dataset_similar", context, {"id": package_id})
    if not plugin_loaded("migration_search"):
        text = tk._("Similar datasets need the plugin migration_search, which is not switched on here.")
        raise tk.ValidationError({"plugin": [text]})
    rows = windows.number(data_dict, "rows", _USUAL, 1, MOST)
    own = {key: context[key] for key in ("user", "auth_user_obj") if key in context}
    package = tk.get_action("package_show")(dict(own), {"id": package_id})
    record, entry = shared.as_record(package), rounds.entry(package)
    results, number = [], 0
    if entry:
        found = _others(own, package, entry, min(ROUNDS, rows))
        number = found["count"] + 1
        results = [_result(each, ["series"]) for each in found["results"]]
    if len(results) < rows:
        for each in _alike(own, package, record, entry, rows - len(results)):
            results.append(_result(each, in_common(record, shared.as_record(each))))
    return {"results": results, "rounds": number}


def _others(own: Mapping[str, Any], package: Mapping[str, Any], entry: str, rows: int) -> dict[str, Any]:
    """Return the other rounds, the latest first."""
    return _search(own, fq=f'entry:"{entry}" -id:"{package["id"]}"', sort="round_order desc", rows=rows)


def _alike(
    own: Mapping[str, Any], package: Mapping[str, Any], record: Record, entry: str | None, rows: int
) -> list[dict[str, Any]]:
    described: dict[str, Any] = {name: list(record.fields.get(name) or ()) for name in _CODES}
    described["country"] = sorted(_places(record))
    described["words"] = _words(record)
    described["without"] = [package["id"]]
    described["without_entry"] = [entry] if entry else []
    found = _search(own, q="*:*", sort="score desc", rows=rows, ext_like=described, ext_fold="series")
    return list(found["results"])


def _search(own: Mapping[str, Any], **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = tk.get_action("package_search")(
        dict(own), {"facet": "false", "include_private": True, **asked}
    )
    return found


def _words(record: Record) -> dict[str, str]:
    words: dict[str, list[str]] = {}
    for name in _WORDS:
        texts = record.fields.get(name)
        for lang, text in texts.items() if isinstance(texts, Mapping) else ():
            words.setdefault(lang, []).extend(text if isinstance(text, list) else [str(text)])
    return {lang: "\n".join(map(str, texts)) for lang, texts in words.items()}


def in_common(one: Record, other: Record) -> list[str]:
    """Return the kinds of things that two records share; words where nothing else explains it."""
    kinds = {
        "theme": _codes(one, "migration_theme") & _with_above(other, "migration_theme"),
        "place": _places(one) & set(coverage.places(other)),
        "population": _codes(one, "population_group") & _with_above(other, "population_group"),
        "method": _codes(one, "collection_method") & _with_above(other, "collection_method"),
    }
    found = [kind for kind, both in kinds.items() if both]
    enough = len([kind for kind in found if kind != "method"]) > 1
    return found if enough else [*found, "words"]


def _codes(record: Record, name: str) -> set[str]:
    value = record.fields.get(name)
    return {str(code) for code in value} if isinstance(value, list | tuple) else set()


def _with_above(record: Record, name: str) -> set[str]:
    """Return the codes as the index knows them: a term stands for those above it too."""
    codes, scheme = _codes(record, name), vocabulary(str(load().field(name).vocabulary))
    return codes.union(*(scheme.ancestors(code) for code in codes if code in scheme))


def _places(record: Record) -> set[str]:
    """Return the places that a record names; the world says nothing about what it has in common."""
    named = (record.fields.get(name) for name in coverage.GEOGRAPHIC)
    every = {str(code) for codes in named if isinstance(codes, list | tuple) for code in codes}
    return every - {coverage.WORLD}


def _result(package: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    return {"dataset": package, "shared": kinds, "why": why(kinds)}


def why(kinds: list[str]) -> str:
    """Say in the reader's language what two datasets have in common."""
    if "series" in kinds:
        return tk._("Same series")
    names = {
        "theme": tk._("theme"),
        "place": tk._("country"),
        "population": tk._("population group"),
        "method": tk._("method"),
        "words": tk._("words"),
    }
    return tk._("In common: {things}").format(things=_listed([names[kind] for kind in kinds]))


def _listed(names: list[str]) -> str:
    try:
        return str(format_list(names, locale=Locale.parse(language())))
    except (UnknownLocaleError, ValueError):
        return ", ".join(names)
