"""From a former address of a dataset to the present one, on every page and in every RDF syntax (R-1.1-i)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.logic import former

KEYS = ("id", "name", "_id")
"""What pages call the dataset of their address."""


def after_request(response: Any) -> Any:
    """Answer 301 instead of 404 to those who may read the dataset; others are told of nothing."""
    rule, given = tk.request.url_rule, tk.request.view_args or {}
    if response.status_code != 404 or tk.request.method not in {"GET", "HEAD"} or rule is None:
        return response
    key = next((key for key in KEYS if given.get(key)), None)
    if key is None or not rule.rule.startswith(("/dataset/", "/data-need/")):
        return response
    name = present(given[key], {"user": tk.current_user.name, "auth_user_obj": tk.current_user})
    if name is None:
        return response
    address = str(tk.url_for(tk.request.endpoint, **{**given, key: name}))
    query = tk.request.query_string.decode("ascii", "replace")
    moved = tk.redirect_to(f"{address}?{query}" if query else address)
    moved.status_code = 301
    # It may be renamed back: nobody is to remember this longer than it is true.
    moved.headers["Cache-Control"] = "no-cache"
    return moved


def present(former_name: str, context: Any) -> str | None:
    """Return the name of the dataset that had a name before, where the caller may read it."""
    package_id = former.holder(former_name)
    if package_id is None:
        return None
    try:
        tk.check_access("package_show", context, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    package = model.Package.get(package_id)
    return str(package.name) if package else None
