"""The home page: counts, themes, agencies and the latest records that the reader may see."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language

FACETS = ("migration_theme", "organization", "country")
THEMES = 12
AGENCIES = 12
LATEST = 5
EXAMPLES = 4


def view() -> dict[str, Any]:
    """Return what the home page shows; one search delivers all of it."""
    found = tk.get_action("package_search")(
        {},
        {
            "q": "*:*",
            "fq": "+dataset_type:dataset",
            "rows": LATEST,
            "sort": "modified desc, metadata_modified desc",
            "facet.field": list(FACETS),
        },
    )
    values = {name: found["search_facets"].get(name, {}).get("items", []) for name in FACETS}
    themes = _links("migration_theme", values["migration_theme"])
    agencies = _links("organization", values["organization"])
    # a facet of places counts regions too
    countries = _links("country", [item for item in values["country"] if str(item["name"]).isalpha()])
    return {
        "latest": found["results"],
        "themes": themes[:THEMES],
        "agencies": agencies[:AGENCIES],
        "examples": [*countries[:2], *themes[: EXAMPLES - 2]] if found["count"] else [],
        "counts": _counts(found["count"], len(agencies), len(countries), len(themes)),
    }


def _links(facet: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lang = language()
    links = [
        {
            "label": facets.label(facet, str(item["name"]), lang) or item["display_name"],
            "count": tk.h.migration_number(item["count"]),
            "url": tk.h.url_for("dataset.search", **{facet: item["name"]}),
            "weight": -item["count"],
        }
        for item in items
    ]
    return sorted(links, key=lambda link: (link["weight"], link["label"]))


def _counts(datasets: int, agencies: int, countries: int, themes: int) -> list[dict[str, str]]:
    ungettext = tk.ungettext
    return [
        {"count": tk.h.migration_number(number), "label": label}
        for number, label in (
            (datasets, ungettext("dataset", "datasets", datasets)),
            (agencies, ungettext("agency", "agencies", agencies)),
            (countries, ungettext("country", "countries", countries)),
            (themes, ungettext("theme", "themes", themes)),
        )
    ]
