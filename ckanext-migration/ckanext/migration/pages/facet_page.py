"""The page with all values of one facet, and the part of it that a script asks for while somebody types."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.pages import address, facet_values, searched

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
    asked = searched.parameters(tk.request.args)
    if inside := address.agency():
        asked["fq"] += ' organization:"{}"'.format(inside.replace('"', ""))
    return asked


def _item(value: dict[str, Any]) -> dict[str, Any]:
    return {"name": value["name"], "display_name": value["label"], "count": value["count"]}


def _other(name: str, number: int) -> str:
    find = str(tk.request.args.get("_find") or "")
    asked = [*address.of_facet_fields(), *([("_find", find)] if find else []), ("_page", str(number))]
    return address.url(asked, address.of_facet(name))
