"""The discovery page: hits, sorting and what to try when nothing is found."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from markupsafe import Markup

from ckanext.migration.export.formats import FORMATS
from ckanext.migration.logic import widening
from ckanext.migration.logic.derived import main_text
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import address, reasons, searched, words

EXTRACT = 240
WIDER = 5
"""Datasets of the nearest wider search on a page without hits."""
(SPELLING,) = widening.AS_TYPED
_MARK = re.compile(r"(</?mark>)")


def sortings(searched: bool) -> list[tuple[str, str]]:
    """Return the orders a reader may choose."""
    every = [
        (tk._("Best match"), "score desc, modified desc, metadata_modified desc"),
        (tk._("Last updated"), "modified desc, metadata_modified desc"),
        (tk._("Title A to Z"), "title_string asc"),
        (tk._("Title Z to A"), "title_string desc"),
    ]
    return every if searched else every[1:]


def hit(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one hit shows: source, method, date and access at a glance (threats §4)."""
    lang = language()
    passages = (getattr(tk.g, "migration_highlighting", None) or {}).get(package.get("id")) or {}
    title = _in_language(package.get("title_translated"), lang) or (str(package.get("title") or ""), "")
    notes = _in_language(package.get("notes_translated"), lang) or (str(package.get("notes") or ""), "")
    foreign = notes[1] if notes[1] and notes[1] != lang else ""
    return {
        "foreign": foreign and tk.h.migration_language_name(foreign),
        "title": passage(passages["title"][0]) if passages.get("title") else title[0] or package.get("name"),
        "title_lang": "" if passages.get("title") else title[1],
        "extract": _passages(passages.get("notes")) or _beginning(notes[0]),
        "extract_lang": "" if passages.get("notes") else notes[1],
        "source": words.publisher(package),
        "methods": words.labels("collection-method", package.get("collection_method"))[:2],
        "period": words.years(package.get("temporal_coverage")),
        "places": words.places(package),
        "updated": words.day(package.get("modified") or package.get("issued") or ""),
        "state": words.update_state(package),
        "access": words.access(package),
        "formats": words.formats(package.get("resources") or [])[:4],
        "reasons": reasons.of(str(package.get("id"))),
    }


def _in_language(texts: Any, lang: str) -> tuple[str, str] | None:
    """Return a multilingual text and the language it is in."""
    if not isinstance(texts, Mapping) or not texts:
        return None
    if texts.get(lang):
        return str(texts[lang]), lang
    text = main_text(texts)
    return text, next((tag for tag, found in texts.items() if str(found).strip() == text), "")


def passage(marked: str) -> Markup:
    """Return a highlighted passage with nothing but the marks as markup, whatever the index sent (XS-01)."""
    parts = _MARK.split(marked)
    # Every part is escaped or is one of the two marks.
    safe = (Markup(part) if _MARK.fullmatch(part) else Markup.escape(html.unescape(part)) for part in parts)  # noqa: S704
    return Markup("").join(safe)


def _beginning(text: str) -> str:
    return str(tk.h.markdown_extract(text, extract_length=EXTRACT)) if text else ""


def _passages(found: list[str] | None) -> Markup | None:
    return Markup(" … ").join(passage(text) for text in found[:2]) if found else None


def exports() -> list[dict[str, str]]:
    """Return name and address of each format in which the whole result of this page can be had."""
    if not (plugin_loaded("migration_search") and tk.h.check_access("migration_search_export")):
        return []
    pairs = searched.kept(tk.request.args)
    if agency := _agency():
        pairs.append(("organization", str(agency["name"])))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return [
        {"name": each.name, "url": tk.h.url_for("migration_export.result", suffix=suffix) + query}
        for suffix, each in FORMATS.items()
    ]


def _agency() -> Mapping[str, Any] | None:
    """Return the agency whose page this is."""
    return tk.g.group_dict if str(tk.request.endpoint).startswith("organization.") else None


def widened() -> dict[str, Any]:
    """Return what wider searches find, and the datasets of the nearest of them."""
    asked = searched.parameters(tk.request.args)
    if agency := _agency():
        asked["fq"] += f' +owner_org:"{agency["id"]}"'
    as_typed = [(key, value) for key, value in address.pairs() if key == SPELLING]
    found = tk.get_action("migration_search_widen")({}, {**asked, **dict(as_typed), "rows": WIDER})
    kept = [(key, value) for key, value in address.pairs() if key == "sort"]
    steps = [{**step, "url": address.url([*step["parameters"], *kept])} for step in found["steps"]]
    return {"steps": steps, "results": found["results"], "exactly": _exactly()}


def spelling() -> dict[str, Any] | None:
    """Return another spelling of the words that this page searched, what it finds, and its address."""
    told = getattr(tk.g, "migration_spelling", None)
    if not told:
        return None
    return {**told, "url": address.url([("q", told["text"]), *address.pairs(("q", SPELLING))])}


def _exactly() -> str:
    """Return the address of the search for exactly what was typed."""
    return address.url([*address.pairs((SPELLING,)), *widening.AS_TYPED.items()])
