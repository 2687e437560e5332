"""What templates may ask about copies."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.copies import holders

__all__ = ["migration_also_held", "migration_copies_waiting", "migration_derivations"]


def migration_also_held(package: Any) -> list[dict[str, Any]]:
    """Return who else holds a dataset, as far as the reader may know; asked once for all hits of a page."""
    known = tk.g.setdefault("migration_also_held", {})
    if package["id"] not in known:
        shown = [each["id"] for each in getattr(tk.g, "migration_results", None) or () if each.get("id")]
        ids = list(dict.fromkeys([package["id"], *shown]))
        context = {"user": tk.g.user, "auth_user_obj": tk.g.userobj}
        found = holders.of(context, ids)
        known.update({each: found.get(each, []) for each in ids})
    return list(known[package["id"]])


def migration_derivations(package: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what a dataset was made from and what was made from it, as far as the reader may know."""
    context = {"user": tk.g.user, "auth_user_obj": tk.g.userobj}
    return holders.derivations(context, package["id"])


def migration_copies_waiting() -> int | None:
    """Return how many proposals the reader has, or None for those who have nothing to do with them."""
    try:
        return int(tk.get_action("migration_copies_list")({}, {"limit": 0})["count"])
    except tk.NotAuthorized:
        return None
