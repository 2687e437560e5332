"""The discovery page: facets, chips, hits, sorting and what to try when nothing is found."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from markupsafe import Markup

from ckanext.migration import facets
from ckanext.migration.export.formats import FORMATS
from ckanext.migration.logic.derived import main_text
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import reasons, searched, words

SHOWN = 6
EXTRACT = 240
WIDER = 5
"""Datasets of the nearest wider search on a page without hits."""
# Parameters of the address that are not filters.
NOT_FILTERS = frozenset({"q", "page", "sort"})
_MARK = re.compile(r"(</?mark>)")

Pairs = list[tuple[str, str]]


def _pairs(without: Iterable[str] = ()) -> Pairs:
    """Return the parameters of this page's address; a changed search starts at its first page."""
    dropped = {"page", *without}
    return [(key, value) for key, value in tk.request.args.items(multi=True) if key not in dropped]


def _url(pairs: Pairs) -> str:
    if str(tk.request.endpoint).startswith("organization."):
        base = tk.h.url_for("organization.read", id=(tk.request.view_args or {}).get("id"))
    else:
        base = tk.h.url_for("dataset.search")
    return f"{base}?{urlencode(pairs)}" if pairs else str(base)


def groups(facet_titles: Mapping[str, str], search_facets: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the facets with their values as links that add or take away a filter."""
    pairs = _pairs()
    return [
        group
        for name, title in facet_titles.items()
        if (group := _group(name, title, (search_facets.get(name) or {}).get("items") or [], pairs))
    ]


def _group(name: str, title: str, items: list[dict[str, Any]], pairs: Pairs) -> dict[str, Any] | None:
    lang = language()
    choice = (getattr(tk.g, "migration_choices", None) or {}).get(name)
    values = []
    for item in items:
        value, active = str(item["name"]), (name, str(item["name"])) in pairs
        # with a choice made, another value only adds what is not found yet
        adds = choice is not None and not active and name not in facets.ALL_OF
        changed = [pair for pair in pairs if pair != (name, value)] if active else [*pairs, (name, value)]
        label = facets.label(name, value, lang) or item.get("display_name") or value
        values.append(
            {
                "name": value,
                "label": label,
                "count": choice["added"].get(value, 0) if adds else item["count"],
                "adds": adds,
                "active": active,
                "url": _url(changed),
            }
        )
    if not values:
        return None
    if name == "reference_year":
        values.sort(
            key=lambda value: (not value["active"], -int(value["name"]) if value["name"].isdigit() else 0)
        )
    else:
        values.sort(key=lambda value: (not value["active"], -value["count"], value["label"]))
    chosen = sum(value["active"] for value in values)
    return {
        "name": name,
        "title": title,
        "chosen": chosen,
        "shown": values[: max(SHOWN, chosen)],
        "hidden": values[max(SHOWN, chosen) :],
    }


def chips(fields: Mapping[str, list[str]], facet_titles: Mapping[str, str], q: str = "") -> dict[str, Any]:
    """Return the filters in force, each with the address without it, and the address without any."""
    lang, pairs = language(), _pairs()
    found = []
    if q.strip():
        found.append({"title": tk._("Words"), "label": q.strip(), "url": _url(_pairs(("q",))), "name": "q"})
    for name, values in fields.items():
        for value in values:
            label = facets.label(name, value, lang) or _display_name(name, value)
            url = _url([pair for pair in pairs if pair != (name, value)])
            found.append({"title": facet_titles.get(name, name), "label": label, "url": url, "name": name})
    found.extend(_wider_chips())
    kept = [(key, value) for key, value in pairs if key == "sort"]
    return {"chips": found, "clear": _url(kept)}


def _display_name(name: str, value: str) -> str:
    if name != "organization":
        return value
    try:
        agency = tk.get_action("organization_show")(
            {"ignore_auth": True},
            {"id": value, "include_datasets": False, "include_users": False, "include_groups": False},
        )
    except tk.ObjectNotFound:
        return value
    return str(agency.get("title") or value)


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
    extract = tk.h.markdown_extract(notes[0], extract_length=EXTRACT) if notes[0] else ""
    foreign = notes[1] if notes[1] and notes[1] != lang else ""
    return {
        "foreign": foreign and tk.h.migration_language_name(foreign),
        "title": passage(passages["title"][0]) if passages.get("title") else title[0] or package.get("name"),
        "title_lang": "" if passages.get("title") else title[1],
        "extract": _passages(passages.get("notes")) or extract,
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
    found = tk.get_action("migration_search_widen")({}, {**asked, "rows": WIDER})
    kept = [(key, value) for key, value in _pairs() if key == "sort"]
    steps = [{**step, "url": _url([*step["parameters"], *kept])} for step in found["steps"]]
    return {"steps": steps, "results": found["results"]}


def _wider_chips() -> list[dict[str, Any]]:
    """Return what a widened search asks beside words and facets (see ``search.widened``)."""
    every = {
        "ext_words": (tk._("Words"), lambda _value: tk._("any of them")),
        "ext_place": (tk._("Place"), lambda value: facets.label("country", value, language())),
        "ext_years": (tk._("Reference year"), lambda value: value.replace("-", "–")),
    }
    return [
        {"title": title, "label": label(value), "url": _url(_pairs((name,))), "name": name}
        for name, (title, label) in every.items()
        if (value := tk.request.args.get(name))
    ]


def widened_fields() -> Pairs:
    """Return the parameters of a widened search that a form of the page has to keep."""
    return [(key, value) for key, value in _pairs() if key.startswith("ext_")]
