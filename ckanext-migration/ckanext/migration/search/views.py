"""The pages "How search works" and, for administrators, "State of the search"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from flask import Blueprint

from ckanext.migration.search import config, health
from ckanext.migration.search.vectors import embedding

__all__ = ["migration_search"]

migration_search = Blueprint("migration_search", __name__)


@migration_search.get("/about/search")
def how() -> Any:
    """Explain the search in plain words, with the figures of its last measurement."""
    try:
        figures = tk.get_action("migration_search_relevance_show")({}, {})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not search this site."))
    locale = _locale(str(tk.h.lang()))
    about = {"gated": config.judgements() is not None, "by_meaning": embedding.usable() is not None}
    extra: dict[str, Any] = {"measured": None}
    if figures["measured_at"]:
        extra = {
            "measured": format_date(datetime.fromisoformat(figures["measured_at"]), "long", locale),
            "rows": _rows(figures, locale),
            "languages": [
                (_language(code, locale), _fraction(value, locale))
                for code, value in figures["languages"].items()
            ],
        }
    return tk.render("migration/how_search_works.html", {**about, **extra})


@migration_search.get("/ckan-admin/search", endpoint="health")
def health_page() -> Any:
    """Show administrators how the search is."""
    try:
        found = tk.get_action("migration_search_health")({}, {})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Only administrators may see how the search is."))
    rows = list(health.rows(found, _locale(str(tk.h.lang()))))
    extra = {
        "health": found,
        "rows": rows,
        "faults": list(health.faults(found)),
        "advice": list(health.advice(found)),
    }
    return tk.render("migration/search_health.html", extra)


def _rows(figures: dict[str, Any], locale: Locale) -> list[dict[str, str]]:
    """Return each figure with its name, what is wanted, and what it says."""
    limits = figures["limits"]
    return [
        {
            "name": tk._("Order of the results (nDCG@10)"),
            "value": _fraction(figures["ndcg_at_10"], locale),
            "wanted": tk._("at least {number}").format(number=_fraction(limits["least_ndcg"], locale)),
            "meaning": tk._(
                "1 means that on each first page the best datasets come first, in the best order."
            ),
        },
        {
            "name": tk._("Searches without a result"),
            "value": format_percent(figures["empty"], "#,##0.0 %", locale),
            "wanted": tk._("at most {number}").format(
                number=format_percent(limits["most_empty"], "#,##0.0 %", locale)
            ),
            "meaning": tk._("Only searches count that should find something."),
        },
        {
            "name": tk._("Time to answer"),
            "value": _milliseconds(figures["latency_p95"], locale),
            "wanted": tk._("at most {number}").format(number=_milliseconds(limits["slowest"], locale)),
            "meaning": tk._("95 of 100 answers came within this time, half of them within {number}.").format(
                number=_milliseconds(figures["latency_p50"], locale)
            ),
        },
        {
            "name": tk._("Judged searches"),
            "value": format_decimal(figures["queries"], locale=locale),
            "wanted": "",
            "meaning": tk._("People read the records and noted which of them each search should find."),
        },
    ]


def _fraction(value: float, locale: Locale) -> str:
    return format_decimal(value, "0.00", locale=locale)


def _milliseconds(seconds: float, locale: Locale) -> str:
    return tk._("{number} ms").format(number=format_decimal(round(seconds * 1000), locale=locale))


def _language(code: str, locale: Locale) -> str:
    name = locale.languages.get(code) or code
    return name[:1].upper() + name[1:]


def _locale(lang: str) -> Locale:
    try:
        return Locale.parse(lang)
    except (UnknownLocaleError, ValueError):
        return Locale("en")
