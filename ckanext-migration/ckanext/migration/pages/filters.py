"""The panel of filters: facets, period, place, corridor; and the chips of those in force.

All of it is links and forms whose state is the address, so that it works without a script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import address, facet_values, rounds
from migration_schemas import coverage
from migration_vocabularies import get as vocabulary

SHOWN = 6
"""Values of a facet that show at once."""
FOLDED = 30
"""Further values on the page; beyond, the page of the facet has them all."""
OPEN = frozenset(
    {"organization", "country", "reference_year", "migration_theme", "statistic_type", "access_rights"}
    | {"need_status", "urgency"}
)
"""Facets that are unfolded at first; the others are where something of theirs is chosen."""
PERIOD, PLACE, CORRIDOR = ("ext_from", "ext_to"), ("ext_place", "ext_bbox", "ext_world"), "corridors"
ENDS = {f"ext_{name}": name for name in coverage.CORRIDOR}
_FORMS = {"reference_year": PERIOD, "country": PLACE}


def panel(facet_titles: Mapping[str, str], search_facets: Mapping[str, Any]) -> dict[str, Any]:
    """Return the groups of the panel and how many filters are in force."""
    groups = []
    for name, title in facet_titles.items():
        items = (search_facets.get(name) or {}).get("items") or []
        parameters = _FORMS.get(name, ())
        if items or parameters:
            groups.append(_group(name, title, items, parameters))
        if name == "country_of_transit" and (ends := _corridor()):
            groups.append(ends)
    return {"groups": groups, "chosen": sum(group["chosen"] for group in groups), "refused": refused()}


def refused() -> dict[str, str] | None:
    """Return the parameter that the search did not understand, its value and what to write instead."""
    told = getattr(tk.g, "migration_refused", None)
    if not told:
        return None
    name = str(told["parameter"])
    value = ", ".join(tk.request.args.getlist(name))
    if name in PERIOD and told["reason"] == "order":
        text = tk._("The end of the period lies before its beginning.")
    elif name in PERIOD:
        text = tk._("“{value}” is not a date. Write a year, a month or a day: 2024, 2024-03 or 2024-03-31.")
    elif name == "ext_bbox":
        text = tk._("“{value}” is not a box. Write west, south, east, north in degrees: 0.1, 11.6, 16, 23.6")
    else:
        text = tk._("The filter {name} does not know “{value}”.")
    return {"name": name, "text": text.replace("{value}", value[:60]).replace("{name}", name)}


def _group(name: str, title: str, items: list[dict[str, Any]], parameters: tuple[str, ...]) -> dict[str, Any]:
    values = facet_values.tree(name, facet_values.listed(name, items))
    leading = max(SHOWN, sum(value.active or value.open for value in values))
    # the page with all values of a facet is one of datasets
    folded = values[leading:] if address.of_needs() else values[leading : leading + FOLDED]
    chosen = len(address.values(name)) + sum(len(address.values(each)) for each in parameters)
    return {
        "name": name,
        "title": tk._("Period") if parameters == PERIOD else title,
        "chosen": chosen,
        "open": bool(chosen) or name in OPEN,
        "shown": values[:leading],
        "folded": folded,
        "more": len(values) - leading,
        "every": len(items),
        "find": len(items) > 2 * SHOWN and not address.of_needs(),
        "form": name if parameters else "",
    }


def _corridor() -> dict[str, Any] | None:
    """Return the choice of a corridor: the ends of the pairs that the result holds."""
    told = getattr(tk.g, "migration_corridors", None) or {}
    chosen = {parameter: address.values(parameter) for parameter in ENDS}
    number = sum(map(len, chosen.values()))
    if not (number or any(told.values())):
        return None
    titles = {"origin": tk._("From"), "destination": tk._("To"), "transit": tk._("Through")}
    ends = [
        {
            "name": parameter,
            "title": titles[name],
            "options": _options([*told.get(name, ()), *chosen[parameter]]),
            "chosen": chosen[parameter][0] if chosen[parameter] else "",
        }
        for parameter, name in ENDS.items()
    ]
    return {
        "name": CORRIDOR,
        "title": tk._("Corridor"),
        "chosen": number,
        "open": bool(number),
        "ends": ends,
        "form": CORRIDOR,
    }


def _options(codes: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the places and the regions that hold them, each sorted by its name."""
    places, lang = vocabulary("country"), language()
    known = dict.fromkeys(code for code in codes if code in places)
    above = (region for code in known for region in places.ancestors(code) if region != coverage.WORLD)
    every = dict.fromkeys((*known, *above))
    named = sorted(((code, places.label(code, lang)) for code in every), key=lambda pair: pair[1])
    return {
        "countries": [pair for pair in named if pair[0].isalpha()],
        "regions": [pair for pair in named if not pair[0].isalpha()],
    }


def fields(*without: str) -> address.Pairs:
    """Return the parameters that a form of the page has to keep, beside those that it asks for itself."""
    return address.pairs(without)


def value(name: str) -> str:
    """Return what stands in a field of the panel."""
    return ", ".join(address.values(name))


def worlds() -> list[dict[str, Any]]:
    """Return the two ways to treat data about larger areas, as links that switch them."""
    now = value("ext_world")
    kept = address.pairs(("ext_world",))
    titles = {"in": tk._("Also data about larger areas and the world")}
    titles["out"] = tk._("Without data about the whole world")
    return [
        {
            "name": name,
            "label": title,
            "active": now == name,
            "url": address.url(kept if now == name else [*kept, ("ext_world", name)]),
        }
        for name, title in titles.items()
    ]


def chips(grouped: Mapping[str, list[str]], facet_titles: Mapping[str, str], q: str = "") -> dict[str, Any]:
    """Return the filters in force, each with the address without it, and the address without any."""
    lang, pairs = language(), address.pairs()
    found = []
    if q.strip():
        found.append(_chip("q", tk._("Words"), q.strip(), ("q",)))
    for name, values in grouped.items():
        for one in values:
            label = facets.label(name, one, lang) or _display_name(name, one)
            left = [pair for pair in pairs if pair != (name, one)]
            title = tk._("Series") if name == rounds.FILTER else facet_titles.get(name, name)
            found.append({"title": title, "label": label, "url": address.url(left), "name": name})
    found.extend(_beyond())
    kept = [(key, one) for key, one in pairs if key == "sort"]
    return {"chips": found, "clear": address.url(kept)}


def _beyond() -> list[dict[str, Any]]:
    """Return the chips of what is asked beside words and facets."""
    lang, worlds_titles = language(), {world["name"]: world["label"] for world in worlds()}

    def place(code: str) -> str:
        return facets.label("country", code, lang) or code

    every: dict[str, tuple[str, Callable[[str], str]]] = {
        "ext_words": (tk._("Words"), lambda _value: tk._("any of them")),
        "ext_place": (tk._("Place"), place),
        "ext_world": (tk._("Place"), lambda name: worlds_titles.get(name, name)),
        "ext_bbox": (tk._("Box"), str),
        "ext_origin": (tk._("From"), place),
        "ext_destination": (tk._("To"), place),
        "ext_transit": (tk._("Through"), place),
    }
    found = []
    first, last = value("ext_from"), value("ext_to")
    if first or last:
        text = first if first == last else f"{first}–{last}"
        if not last:
            text = tk._("since {start}").format(start=first)
        elif not first:
            text = tk._("until {end}").format(end=last)
        found.append(_chip("ext_from", tk._("Period"), text, PERIOD))
    for name, (title, label) in every.items():
        for one in address.values(name):
            left = [pair for pair in address.pairs() if pair != (name, one)]
            found.append({"title": title, "label": label(one), "url": address.url(left), "name": name})
    return found


def _chip(name: str, title: str, label: str, without: tuple[str, ...]) -> dict[str, Any]:
    return {"title": title, "label": label, "url": address.url(address.pairs(without)), "name": name}


def _display_name(name: str, one: str) -> str:
    if name == rounds.FILTER:
        return rounds.label(one)
    if name != "organization":
        return one
    quick = {"include_datasets": False, "include_users": False, "include_groups": False}
    try:
        agency = tk.get_action("organization_show")({"ignore_auth": True}, {"id": one, **quick})
    except tk.ObjectNotFound:
        return one
    return str(agency.get("title") or one)
