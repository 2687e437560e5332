"""The address of a page of results is the state of its search: the parameters, and addresses with others."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

AGENCY = "_agency"
"""On the page of a facet: the agency whose page asks."""

Pairs = list[tuple[str, str]]


def pairs(without: Collection[str] = ()) -> Pairs:
    """Return the parameters of the search; a changed search starts at its first page."""
    dropped = {"page", *without}
    return [
        (key, value)
        for key, value in tk.request.args.items(multi=True)
        if key not in dropped and value and not key.startswith("_")
    ]


def values(name: str) -> list[str]:
    """Return the values of one parameter."""
    return [value for key, value in pairs() if key == name]


def agency() -> str:
    """Return the name of the agency on whose page the search is, or an empty text."""
    if str(tk.request.endpoint).startswith("organization."):
        return str(tk.g.group_dict["name"])
    return str(tk.request.args.get(AGENCY) or "")


def base() -> str:
    """Return the address of the page of results without any parameter."""
    inside = agency()
    if inside:
        return str(tk.h.url_for("organization.read", id=inside))
    return str(tk.h.url_for("data-need.search" if of_needs() else "dataset.search"))


def of_needs() -> bool:
    """Whether described data needs are searched on the page."""
    return tk.request.endpoint == "data-need.search"


def url(changed: Pairs, page: str = "") -> str:
    """Return an address with these parameters; ``page`` is the result of ``base``, where it is at hand."""
    page = page or base()
    return f"{page}?{urlencode(changed)}" if changed else page


def of_facet(facet: str) -> str:
    """Return the address of the page with all values of a facet, without parameters."""
    return str(tk.h.url_for("migration.facet", name=facet))


def of_facet_fields() -> Pairs:
    """Return what that page has to be told."""
    inside = agency()
    return [*pairs(), *([(AGENCY, inside)] if inside else [])]
