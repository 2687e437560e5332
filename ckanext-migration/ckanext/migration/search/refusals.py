"""Pages that let an error of the search through answer with what it means, not with "server error"."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, SearchQueryError

log = logging.getLogger(__name__)

RETRY_SECONDS = 30


def register(app: Any) -> None:
    """Take over these errors in a Flask application; CKAN's own pages handle theirs before."""
    app.register_error_handler(SearchQueryError, _refused)
    app.register_error_handler(SearchError, _failed)


def _refused(error: Exception) -> Any:
    """Say what in the search cannot be understood."""
    return _page(400, tk._("Invalid search query: {error_message}").format(error_message=error))


def _failed(error: Exception) -> Any:
    log.error("search.page_failed error=%s", type(error).__name__)
    body, status = _page(503, tk._("Please try again in a moment."))
    return body, status, {"Retry-After": str(RETRY_SECONDS)}


def _page(code: int, text: str) -> tuple[str, int]:
    variables = {"code": code, "content": text, "name": tk._("The search could not be carried out.")}
    return tk.render("error_document_template.html", variables), code
