"""The page with all values of one facet, and the part of it that a script asks for while somebody types."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.pages import address, facet_values

PAGE = 100


def view(name: str, title: str) -> dict[str, Any]:
    """Return the values with links back into the search, and the words that they were looked for with."""
    find = str(tk.request.args.get("_find") or "").strip()
    number = tk.h.get_page_number(tk.request.args, key="_page")
    asked = {**_search(), "facet": name, "find": find, "limit": PAGE, "offset": (number - 1) * PAGE}
    found = tk.get_action("migration_facet_values")({}, asked)
    return {
        "name": name,
        "title": title,
        "find": find,
        "total": found["total"],
        "values": facet_values.listed(name, map(_item, found["values"])),
        "previous": _other(name, number - 1) if number > 1 else "",
        "next": _other(name, number + 1) if found["total"] > number * PAGE else "",
        "back": address.url(address.pairs()),
    }


def _search() -> dict[str, Any]:
    """Return the parameters of ``package_search`` for the search in the address."""
    chosen: dict[str, list[str]] = {}
    terms = ["+dataset_type:dataset"]
    for name, value in address.pairs(("q", "sort")):
        if name.startswith("ext_"):
            continue
        if name in facets.titles():
            chosen.setdefault(name, []).append(value)
        else:
            terms.append('{}:"{}"'.format(name, value.replace('"', "")))
    if inside := address.agency():
        terms.append('organization:"{}"'.format(inside.replace('"', "")))
    extras: dict[str, Any] = {
        name: address.values(name) for name, _value in address.pairs() if name.startswith("ext_")
    }
    extras["ext_any_of"] = chosen
    words = str(tk.request.args.get("q") or "")
    return {"q": words, "fq": " ".join(terms), "extras": extras, "include_private": True}


def _item(value: dict[str, Any]) -> dict[str, Any]:
    return {"name": value["name"], "display_name": value["label"], "count": value["count"]}


def _other(name: str, number: int) -> str:
    find = str(tk.request.args.get("_find") or "")
    asked = [*address.of_facet_fields(), *([("_find", find)] if find else []), ("_page", str(number))]
    return address.url(asked, address.of_facet(name))
