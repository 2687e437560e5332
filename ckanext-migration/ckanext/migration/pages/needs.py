"""The pages of described data needs: a need with the data that meet it, the needs that a dataset meets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.utils import read_dataset_page
from flask import Blueprint

from ckanext.migration import facets
from ckanext.migration.logic.gaps import BY, OPEN
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import words
from migration_schemas import load
from migration_schemas.kinds import NEED

__all__ = ["migration_needs"]

log = logging.getLogger(__name__)

migration_needs = Blueprint("migration_needs", __name__)

STATUS_LOOK = {
    "open": ("late", "circle-question"),
    "planned": ("soon", "clock"),
    "partly-filled": ("soon", "circle-half-stroke"),
    "filled": ("good", "check-circle"),
    "closed": ("none", "minus-circle"),
}
"""Shown by word, colour and icon; never by colour alone."""
ABOVE = frozenset({"intended_use_translated", "need_status", "urgency", "answered_by"})
"""Fields that the page of a need shows in places of their own."""


@migration_needs.get("/data-need/<_id>.<_format>")
def rdf(_id: str, _format: str) -> Any:
    """Hand out a need as RDF."""
    return read_dataset_page(_id, _format)


@migration_needs.get("/migration/gaps")
def gaps() -> Any:
    """Show where data are missing, by theme and by place."""
    found = [tk.get_action("migration_need_gaps")({}, {"by": by}) for by in BY]
    titles = facets.of_needs()
    for table in found:
        table["title"] = titles[table["by"]]
        for row in table["results"]:
            chosen = {table["by"]: row["code"]}
            row["needs_url"] = tk.h.url_for("data-need.search", need_status=list(OPEN), **chosen)
            row["datasets_url"] = tk.h.url_for("dataset.search", **chosen)
    return tk.render("migration/needs/gaps.html", {"tables": found})


def view(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of a need shows beside what every record shows."""
    question = load(NEED).field("intended_use_translated")
    places = words.places(package, limit=6)
    where = [*places["names"], *([_more(places["more"])] if places["more"] else [])]
    facts = [
        (load(NEED).field("publisher").label(language()), [words.publisher(package)]),
        (tk._("Theme"), words.labels("migration-theme", package.get("migration_theme"))),
        (tk._("Places"), where),
        (tk._("Period"), words.periods(package.get("temporal_coverage"))),
        (tk._("Population"), words.labels("population-group", package.get("population_group"))),
        (tk._("Disaggregation"), words.labels("disaggregation", package.get("disaggregation"))),
        (load(NEED).field("issued").label(language()), [words.day(package.get("issued"))]),
    ]
    return {
        **marks(package),
        "question_label": question.label(language()),
        "question": tk.h.migration_text(package.get(question.name)),
        "facts": [{"label": label, "values": [one for one in values if one]} for label, values in facts],
    }


def marks(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return how things stand with a need and how urgent it is, as words with their looks."""
    status = next(iter(words.terms("need-status", package.get("need_status"))), None)
    if status:
        look, icon = STATUS_LOOK.get(status["code"], ("none", "circle-question"))
        status.update(look=look, icon=icon)
    urgency = next(iter(words.terms("need-urgency", package.get("urgency"))), None)
    return {"status": status, "urgency": urgency}


def _more(number: int) -> str:
    return str(tk._("and {number} more").format(number=number))


def hit(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one need shows in a list."""
    question = tk.h.migration_text(package.get("intended_use_translated"))
    notes = tk.h.migration_text(package.get("notes_translated"))
    return {
        **marks(package),
        "title": tk.h.migration_text(package.get("title_translated") or {"": package.get("title") or ""}),
        "extract": question if question["text"] else notes,
        "source": words.publisher(package),
        "themes": words.labels("migration-theme", package.get("migration_theme"))[:3],
        "places": words.places(package),
        "period": words.years(package.get("temporal_coverage")),
    }


def answers(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data that meet a need, as its page lists them."""
    found = _quietly("migration_need_answers", package) or {"datasets": [], "elsewhere": []}
    return {"datasets": [_listed(each) for each in found["datasets"]], "elsewhere": found["elsewhere"]}


def of_dataset(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the needs that a dataset meets, as its page lists them."""
    found = _quietly("migration_dataset_needs", package) or {"needs": []}
    return [{**_listed(each), **marks(each)} for each in found["needs"]]


def _quietly(action: str, package: Mapping[str, Any]) -> dict[str, Any] | None:
    """Ask an action for a part of a page; nothing of it may cost the page."""
    try:
        found: dict[str, Any] = tk.get_action(action)({}, {"id": package["id"]})
    except Exception:  # the engine away, say
        log.warning("page.needs_failed action=%s id=%s", action, package["id"], exc_info=True)
        return None
    return found


def _listed(package: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": tk.h.url_for(f"{package['type']}.read", id=package["name"]),
        "title": tk.h.migration_text(package.get("title_translated") or {"": package.get("title") or ""}),
        "source": words.publisher(package),
        "period": words.years(package.get("temporal_coverage")),
        "private": bool(package.get("private")),
    }
