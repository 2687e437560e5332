"""Who may see scores: whoever may see the dataset; scorecards tell of public datasets only, to everybody."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["migration_quality_scorecard", "migration_quality_show"]


@tk.auth_allow_anonymous_access
def migration_quality_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a dataset may know how good its description is."""
    tk.check_access("package_show", context, {"id": data_dict.get("id")})
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_quality_scorecard(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may see the list of agencies may see how good their public descriptions are."""
    tk.check_access("organization_list", context, {})
    return {"success": True}
