"""Judged queries asked of the portal as an anonymous reader asks them (see ``relevance``)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.search import config
from ckanext.migration.search.relevance import judging
from ckanext.migration.search.relevance.judging import DEPTH, Found, Judged, Report

_ANYONE: dict[str, Any] = {"user": "", "ignore_auth": False, "auth_user_obj": None}


def measure(queries: Sequence[Judged], app: Any, index: str | None = None) -> Report:
    """Measure an index, or None: the one that people search. ``app`` is the Flask application."""
    with config.searching_in(index or config.alias()):
        if queries:
            find(queries[0], app)  # the first search of a process reads the vocabularies: not timed
        report = judging.measure(queries, known, lambda query: find(query, app))
    model.Session.remove()
    return report


def known(name: str) -> bool:
    """Whether an anonymous reader may see a dataset of this name."""
    try:
        tk.check_access("package_show", {**_ANYONE, "model": model}, {"id": name})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True


def find(query: Judged, app: Any) -> Found:
    """Ask one query in the language of its reader: the first page, related records after the hits."""
    with app.test_request_context("/dataset/", environ_overrides={"CKAN_LANG": query.lang}):
        begun = time.perf_counter()
        found = tk.get_action("package_search")({**_ANYONE}, {"q": query.q, "rows": DEPTH})
        seconds = time.perf_counter() - begun
    shown = [*found["results"], *found.get("related", ())]
    return Found([each["name"] for each in shown], found["count"], seconds)
