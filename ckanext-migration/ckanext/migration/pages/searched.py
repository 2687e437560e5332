"""The address of the search page as a search: what the page shows, an export or a wider search asks too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.migration import facets

# Parameters of the address that say how a result is shown, not what is in it.
SHOWING = frozenset({"page", "sort", "ext_fold", "ext_scan", "ext_spelling"})


def parameters(args: MultiDict[str, str]) -> dict[str, Any]:
    """Return the parameters of `package_search` for what is in the address of the page.

    The values of one facet are alternatives, everything else narrows, as on the page.
    """
    given = [(name, value) for name, value in args.items(multi=True) if value and _counts(name)]
    titles = facets.titles()
    chosen: dict[str, list[str]] = {}
    extras: dict[str, Any] = {}
    terms = ["+dataset_type:dataset"]
    for name, value in given:
        if name.startswith("ext_"):
            extras[name] = [*_listed(extras.get(name)), value]
        elif name in titles:
            chosen.setdefault(name, []).append(value)
        elif name != "q":
            terms.append('{}:"{}"'.format(name, value.replace('"', "")))
    asked: dict[str, Any] = {
        name: values[0] if len(values) == 1 else values for name, values in extras.items()
    }
    if chosen:
        asked["ext_any_of"] = chosen
    include = bool(tk.config.get("ckan.search.default_include_private"))
    return {"q": args.get("q", ""), "fq": " ".join(terms), "include_private": include, **asked}


def kept(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return the parameters of the address that say what is in the result."""
    return [(name, value) for name, value in args.items(multi=True) if value and _counts(name)]


def _counts(name: str) -> bool:
    return name not in SHOWING and not name.startswith("_")


def _listed(value: Any) -> Iterable[Any]:
    return value or ()
