"""Who may do what the actions of the search do."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["migration_search_health", "migration_search_relevance_show", "migration_suggest"]


@tk.auth_allow_anonymous_access
def migration_search_relevance_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may search may know how well the search works."""
    tk.check_access("package_search", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_suggest(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may search may be told what a search would find."""
    tk.check_access("package_search", context, data_dict)
    return {"success": True}


def migration_search_health(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Only administrators, whom CKAN does not ask: names and reasons may be of private datasets."""
    return {"success": False, "msg": tk._("Only administrators may see how the search is.")}
