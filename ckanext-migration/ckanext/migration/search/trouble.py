"""What a reader is told while the search engine is away (threats SR-12).

CKAN answers 500 then, as if it were broken itself. Here the answer becomes 503 (429 in a rush), with a
time to come back for programs, and for people a page that says what works meanwhile. Neither names an
address, an account, the query or a permission label. Pages that need no search are not touched.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SolrConnectionError
from flask import Flask, Response, g, has_request_context, make_response

from ckanext.migration.search.errors import SearchFault, TooManySearches

RETRY_AFTER = 30
"""Seconds after which trying again may help."""
SOON = 5
"""The same where there were only too many searches."""
_BROKEN, _UNAVAILABLE, _TOO_MANY = 500, 503, 429
_PAGES = "text/html"


def note(fault: SearchFault) -> None:
    """Remember what happened to a search of this request."""
    if has_request_context():
        g.migration_search_fault = fault


def watch(app: Flask) -> None:
    """Turn what CKAN makes of an outage into our answer."""
    app.register_error_handler(SolrConnectionError, _unhandled)
    app.after_request(_after_request)


def _unhandled(_error: Exception) -> Response:
    return make_response("", _BROKEN, {"Content-Type": _PAGES})


def _after_request(response: Response) -> Response:
    fault = g.get("migration_search_fault")
    if fault is None or response.status_code != _BROKEN:
        return response
    crowded = isinstance(fault, TooManySearches)
    response.status_code = _TOO_MANY if crowded else _UNAVAILABLE
    response.headers["Retry-After"] = str(SOON if crowded else RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    if response.mimetype == _PAGES:
        response.set_data(_page(fault))
    return response


def _page(fault: SearchFault) -> str:
    return tk.render("migration/search_trouble.html", {"fault": fault if _operator() else None})


def _operator() -> bool:
    user: Any = tk.current_user
    return bool(user.is_authenticated and user.sysadmin)
