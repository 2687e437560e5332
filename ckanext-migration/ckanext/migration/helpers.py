"""Template helpers. What needs thinking stands in the modules of ``pages``; a template writes it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from flask import current_app

from ckanext.migration import facets
from ckanext.migration.logic import agencies
from ckanext.migration.logic.derived import main_text
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import (
    address,
    agency,
    dataset,
    definition,
    discovery,
    drafts,
    filters,
    form,
    home,
    needs,
    rounds,
    words,
)
from migration_vocabularies import get as vocabulary

__all__ = [
    "migration_access",
    "migration_agency_details",
    "migration_agency_fields",
    "migration_chips",
    "migration_choices",
    "migration_concept_label",
    "migration_dataset_view",
    "migration_direction",
    "migration_draft_kept",
    "migration_error_links",
    "migration_exports",
    "migration_facet_address",
    "migration_facet_fields",
    "migration_facet_label",
    "migration_filter_fields",
    "migration_filter_value",
    "migration_filters",
    "migration_folding",
    "migration_form_groups",
    "migration_form_needed",
    "migration_form_rows",
    "migration_form_text",
    "migration_hit",
    "migration_home",
    "migration_language_name",
    "migration_need_answers",
    "migration_need_hit",
    "migration_need_view",
    "migration_needs_of",
    "migration_number",
    "migration_other_rounds",
    "migration_page",
    "migration_passport",
    "migration_profile_language",
    "migration_prose",
    "migration_resource_view",
    "migration_search_address",
    "migration_search_refused",
    "migration_similar",
    "migration_sortings",
    "migration_spelling",
    "migration_structured_data",
    "migration_suggest_url",
    "migration_text",
    "migration_widened",
    "migration_worlds",
    "migration_written_by",
    "render_datetime",
    "scheming_language_text",
]

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "dv", "ckb", "yi"})

migration_access = dataset.access
migration_agency_details = agency.details
migration_agency_fields = agencies.fields
migration_chips = filters.chips
migration_dataset_view = dataset.view
migration_error_links = form.error_links
migration_exports = discovery.exports
migration_facet_address = address.of_facet
migration_facet_fields = address.of_facet_fields
migration_filter_fields = filters.fields
migration_filter_value = filters.value
migration_filters = filters.panel
migration_folding = rounds.folding
migration_form_groups = form.groups
migration_form_needed = form.is_needed
migration_form_rows = form.rows
migration_form_text = form.text
migration_hit = discovery.hit
migration_home = home.view
migration_need_answers = needs.answers
migration_need_hit = needs.hit
migration_need_view = needs.view
migration_needs_of = needs.of_dataset
migration_other_rounds = rounds.behind
migration_passport = definition.card
migration_prose = words.prose
migration_resource_view = dataset.resource_view
migration_similar = dataset.similar
migration_sortings = discovery.sortings
migration_spelling = discovery.spelling
migration_structured_data = dataset.structured_data
migration_search_address = address.base
migration_search_refused = filters.refused
migration_widened = discovery.widened
migration_worlds = filters.worlds
migration_written_by = drafts.token


def migration_concept_label(name: str, code: str) -> str:
    """Return the label of a term in the language of the interface."""
    return str(vocabulary(name).label(code, language()))


def migration_facet_label(field: str, code: str) -> str | None:
    """Return the label of a facet value, or None where the index delivers it."""
    return facets.label(field, code, language())


def migration_choices(field: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the terms of a field for scheming, retired ones left out, sorted where the list is long."""
    return form.choices(field)


def migration_text(texts: Any) -> dict[str, str]:
    """Return the text of a multilingual value in the reader's language, and the language it really is in."""
    words = texts if isinstance(texts, Mapping) else {}
    wanted = language()
    if words.get(wanted):
        return {"text": str(words[wanted]), "lang": wanted}
    text = main_text(texts)
    lang = next((lang for lang, found in words.items() if str(found).strip() == text), "")
    return {"text": text, "lang": lang}


@tk.chained_helper
def scheming_language_text(next_helper: Callable[..., Any], text: Any, prefer_lang: str | None = None) -> Any:
    """Find the label of a field by the language alone too: ``zh`` for the locale ``zh_Hans_CN``."""
    if isinstance(text, Mapping) and prefer_lang is None and language() in text:
        prefer_lang = language()
    return next_helper(text, prefer_lang)


@tk.chained_helper
def render_datetime(
    next_helper: Callable[..., Any],
    datetime_: Any,
    date_format: str | None = None,
    with_hours: bool = False,
    with_seconds: bool = False,
) -> Any:
    """Write a time as the reader's language orders day, month and year; CKAN has one order for all."""
    written = "" if date_format else str(next_helper(datetime_, "%Y-%m-%dT%H:%M:%S|%Z"))
    if not written:
        return next_helper(datetime_, date_format, with_hours, with_seconds)
    moment, _, zone = written.partition("|")
    return words.moment(moment, zone if with_hours or with_seconds else "", seconds=with_seconds)


def migration_direction(lang: str) -> str:
    """Return the writing direction of a language."""
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"


def migration_profile_language() -> str:
    """Return the language in which the reader gets messages, reasons and repairs of the profile."""
    return words.profile_language()


def migration_language_name(code: str) -> str:
    """Return the name of a language in that language, for the language menu."""
    try:
        locale = Locale.parse(code.replace("-", "_").split("@")[0])
    except (UnknownLocaleError, ValueError):
        return code
    name = locale.languages.get(locale.language) or locale.get_display_name() or code
    return name[:1].upper() + name[1:]


def migration_draft_kept(package_id: str | None) -> dict[str, Any] | None:
    """Return what the reader typed for a dataset and could not save: ``at``, ``fields``, ``errors``."""
    if not package_id:
        return None
    try:
        found = tk.get_action("migration_draft_show")({}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return found["kept"]


def migration_page(endpoint: str) -> str:
    """Return the address of a page of a plugin that need not be switched on, or nothing."""
    return str(tk.h.url_for(endpoint)) if endpoint in current_app.view_functions else ""


def migration_suggest_url() -> str:
    """Return the address of the suggestions, or nothing where the search plugin is not switched on."""
    try:
        tk.get_action("migration_suggest")
    except KeyError:
        return ""
    return str(tk.h.url_for("api.action", ver=3, logic_function="migration_suggest"))


def migration_number(number: int) -> str:
    """Write a number as the language of the interface does."""
    return _written(number, str(tk.h.lang()))


@lru_cache(maxsize=10_000)  # a page of results writes some hundred counts, most of them small
def _written(number: int, language: str) -> str:
    try:
        return str(format_decimal(number, locale=language))
    except (UnknownLocaleError, ValueError):
        return str(number)
