"""Rounds of one series on the discovery page: folded into one hit unless the address says otherwise.

The page says how many datasets the search finds and in how many entries they stand; the counts of the facets
are of datasets. ``ext_fold=none`` in the address shows each round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import shared
from ckanext.migration.pages import address, words
from migration_schemas import series

PARAMETER = "ext_fold"
FOLDED, EACH = "series", "none"
FILTER = "entry"
"""The field under which the index keeps what belongs together: the agency and its series."""
COPIES = "copies "
"""How the entry of a dataset that several hold begins."""
PAGES = frozenset({"dataset.search", "organization.read"})


def ask(context: Mapping[str, Any], data_dict: dict[str, Any]) -> None:
    """Fold the search that a page itself makes; `package_search` for anybody else stays as CKAN has it."""
    if not context.get("for_view") or tk.request.endpoint not in PAGES:
        return
    extras = dict(data_dict.get("extras") or {})
    if not extras.get(PARAMETER):
        data_dict["extras"] = {**extras, PARAMETER: FOLDED}


def folding() -> dict[str, Any]:
    """Return both totals of a folded page, and the address that folds or unfolds it."""
    told = getattr(tk.g, "migration_folded", None)
    each = tk.request.args.get(PARAMETER) == EACH
    return {
        "datasets": told["datasets"] if told else None,
        "entries": told["entries"] if told else None,
        "folded": bool(told) and told["datasets"] != told["entries"],
        "each": each,
        "url": address.url([*address.pairs((PARAMETER,)), *([] if each else [(PARAMETER, EACH)])]),
    }


def behind(package: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the other rounds of a hit: how many more there are, the latest of them, the address of all."""
    told = getattr(tk.g, "migration_folded", None)
    found = told["rounds"].get(package.get("id")) if told else None
    if not found or found["entry"].startswith(COPIES):
        return None  # who else holds it is said by the copies
    others = [
        {
            "name": other["name"],
            "title": tk.h.migration_text(other["title_translated"] or {"": other["title"] or other["name"]}),
            "period": ", ".join(words.periods(other["temporal_coverage"])),
        }
        for other in found["others"]
    ]
    more = found["count"] - 1
    kept = address.pairs((PARAMETER, FILTER))
    return {
        "more": more,
        "others": others,
        "series": series.title(shared.as_record(package)),
        "url": address.url([*kept, (FILTER, found["entry"]), (PARAMETER, EACH)]),
    }


def entry(package: Mapping[str, Any]) -> str | None:
    """Return the value of `FILTER` for all rounds of a dataset's series."""
    key = series.key(shared.as_record(package))
    return f"{package.get('owner_org') or ''} {key}" if key else None


def label(value: str) -> str:
    """Return the name of a series for a chip, from the datasets that the page shows."""
    for package in getattr(tk.g, "migration_results", None) or ():
        if entry(package) == value:
            return series.title(shared.as_record(package)) or value.partition(" ")[2]
    return value.partition(" ")[2] or value
