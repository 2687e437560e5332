"""The pages of a result as its reader may see them, each a search of its own (``migration_search_scan``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

ROWS = 200
"""Datasets on one page: what memory holds."""


@dataclass(frozen=True, slots=True)
class Result:
    """How many datasets there were when the reading began, and the pages; the first is read already."""

    count: int
    pages: Iterator[list[dict[str, Any]]]


def read(user: str, asked: Mapping[str, Any], rows: int = ROWS) -> Result:
    """Begin to read the result of a search (parameters of ``migration_search_scan``) for a user.

    Raises what the action raises, for the first page at once and for the others while they are read.
    """
    first = _page(user, asked, rows, None)
    return Result(first["count"], _pages(user, asked, rows, first))


def _pages(
    user: str, asked: Mapping[str, Any], rows: int, first: dict[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    page = first
    try:
        while True:
            # A slow download must not keep a transaction open.
            model.Session.remove()
            yield page["results"]
            if page["cursor"] is None:
                return
            page = _page(user, asked, rows, page["cursor"])
    finally:
        model.Session.remove()


def _page(user: str, asked: Mapping[str, Any], rows: int, cursor: str | None) -> dict[str, Any]:
    found: dict[str, Any] = tk.get_action("migration_search_scan")(
        {"user": user}, {**asked, "rows": rows, "cursor": cursor}
    )
    return found
