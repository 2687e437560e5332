"""The page of datasets side by side: choose two to four, see their definitions and the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.migration.logic.comparing import FEWEST
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import definition, words
from migration_schemas.passport import MOST, load
from migration_schemas.passport.rules import LANGUAGES, VERDICTS

__all__ = ["migration_comparison"]

migration_comparison = Blueprint("migration_comparison", __name__)

OFFERED = 8
"""Datasets that the page offers for a search."""
LOOKS = {
    "comparable": ("good", "check-circle"),
    "with-note": ("soon", "info-circle"),
    "not-comparable": ("bad", "exclamation-circle"),
}


@migration_comparison.get("/compare")
def page() -> Any:
    """Show what was chosen; with fewer than two or more than four, help to choose."""
    names = _chosen()
    problem = ""
    if len(names) > MOST:
        problem = tk._("Up to {most} datasets fit side by side. Remove some of them.").format(most=MOST)
    compared = _ask(names) if not problem and len(names) >= FEWEST else None
    packages = [_package(name) for name in names[: MOST * 2]]
    extra = {
        "columns": [_column(package, names) for package in packages],
        "view": _view(compared) if compared else None,
        "rows": _rows(packages, compared),
        "names": names,
        "problem": problem,
        "room": len(names) < MOST,
        "query": tk.request.args.get("q", "").strip(),
        "offered": _offered(names, {package["id"] for package in packages}),
        "json_url": _address(names, "migration_comparison.file") if compared else "",
    }
    return tk.render("migration/compare.html", extra), 400 if problem else 200


@migration_comparison.get("/compare.json")
def file() -> Response:
    """Hand out what the action tells."""
    try:
        found: Any = tk.get_action("migration_compare")({}, {"ids": _chosen()})
        status = 200
    except tk.ObjectNotFound:
        found, status = {"error": tk._("Dataset not found")}, 404
    except tk.ValidationError as error:
        found, status = {"error": " ".join(map(str, error.error_summary.values()))}, 400
    body = json.dumps(found, ensure_ascii=False, indent=2)
    return Response(body, status, content_type="application/json; charset=utf-8")


def _chosen() -> list[str]:
    """Return the names of the address, each once."""
    return list(dict.fromkeys(name.strip() for name in tk.request.args.getlist("id") if name.strip()))


def _ask(names: list[str]) -> dict[str, Any]:
    try:
        return tk.get_action("migration_compare")({}, {"ids": names})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(map(str, error.error_summary.values())))


def _package(name: str) -> dict[str, Any]:
    """Return a dataset, or end as for an unknown one: what is hidden is not to be told apart."""
    try:
        package = tk.get_action("package_show")({}, {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found"))
    return package if package.get("type") == "dataset" else tk.abort(404, tk._("Dataset not found"))


def _column(package: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    others = [name for name in names if name not in (package["name"], package["id"])]
    return {
        "name": package["name"],
        "title": tk.h.migration_text(package.get("title_translated") or {"": package.get("title") or ""}),
        "source": words.publisher(package),
        "private": bool(package.get("private")),
        "without": _address(others),
    }


def _address(names: Iterable[str], endpoint: str = "migration_comparison.page") -> str:
    pairs = [("id", name) for name in names]
    address = str(tk.h.url_for(endpoint))
    return f"{address}?{urlencode(pairs)}" if pairs else address


def _rows(packages: list[dict[str, Any]], compared: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return one row an aspect: the values of each dataset, and how they go together."""
    passports = [definition.rows(package) for package in packages]
    found = []
    for place, aspect in enumerate(load().aspects):
        cells = [rows[place]["values"] for rows in passports]
        if any(cells) or (passports and aspect.name in definition.FIRST):
            verdict = _worst(compared, aspect.name)
            look, icon = LOOKS.get(verdict, ("", ""))
            found.append(
                {
                    "label": passports[0][place]["label"],
                    "cells": cells,
                    "verdict": marks().get(verdict, ""),
                    "look": look,
                    "icon": icon,
                }
            )
    return found


def _worst(compared: Mapping[str, Any] | None, aspect: str) -> str:
    verdicts = [
        reason["verdict"]
        for pair in (compared or {}).get("pairs", ())
        for reason in pair["reasons"]
        if reason["aspect"] == aspect
    ]
    return max(verdicts, key=VERDICTS.index) if verdicts else ""


def _view(compared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict in words and its reasons, each once with the pairs it holds for."""
    titles = {dataset["name"]: dataset["title"] for dataset in compared["datasets"]}
    look, icon = LOOKS[compared["verdict"]]
    lang = language() if language() in LANGUAGES else LANGUAGES[0]
    reasons: dict[str, dict[str, Any]] = {}
    for pair in compared["pairs"]:
        for reason in pair["reasons"]:
            spoken = {**reason, "why_lang": lang, "pairs": []}
            entry = reasons.setdefault(reason["rule"], spoken)
            entry["pairs"].append([titles[name] for name in pair["datasets"]])
    several = len(compared["pairs"]) > 1
    groups = []
    for verdict in reversed(VERDICTS):
        listed = [each for each in reasons.values() if each["verdict"] == verdict]
        if listed:
            groups.append({"title": marks()[verdict], "look": LOOKS[verdict][0], "reasons": listed})
    return {
        "verdict": verdicts()[compared["verdict"]],
        "look": look,
        "icon": icon,
        "groups": groups,
        "several": several,
        "all": len(compared["pairs"]),
    }


def verdicts() -> dict[str, str]:
    """Return what is said of all that was chosen."""
    return {
        "comparable": tk._("Comparable: by what their descriptions say, the figures may stand side by side."),
        "with-note": tk._("Comparable with a note: tell your readers of the differences below."),
        "not-comparable": tk._("Not comparable: the figures must not stand side by side."),
    }


def marks() -> dict[str, str]:
    """Return what is said of one aspect."""
    return {
        "comparable": tk._("Fits"),
        "with-note": tk._("Needs a note"),
        "not-comparable": tk._("Does not fit"),
    }


def _offered(names: list[str], ids: set[str]) -> list[dict[str, Any]]:
    """Return what a search finds, each with the address of the comparison with it."""
    query = tk.request.args.get("q", "").strip()
    if not query or len(names) >= MOST:
        return []
    try:
        asked = {"q": query, "rows": OFFERED + MOST, "include_private": True, "facet": "false"}
        found = tk.get_action("package_search")({}, asked)["results"]
    except (tk.ValidationError, tk.NotAuthorized):
        return []
    return [
        {**_column(package, []), "url": _address([*names, package["name"]])}
        for package in found
        if package["id"] not in ids and package.get("type") == "dataset"
    ][:OFFERED]
