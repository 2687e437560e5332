"""What templates may ask about the review."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = [
    "migration_review_of",
    "migration_review_policy",
    "migration_review_step",
    "migration_review_waiting",
]


def migration_review_of(package_id: str) -> dict[str, Any] | None:
    """Return where a dataset stands, or None for readers, and where there is nothing to say."""
    try:
        found: dict[str, Any] = tk.get_action("migration_review_show")({}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return found if found["required"] or found["history"] else None


def migration_review_policy(organization_id: str) -> dict[str, Any] | None:
    """Return whether an agency wants a review, or None for those who do not work for it."""
    try:
        found: dict[str, Any] = tk.get_action("migration_review_policy_show")({}, {"id": organization_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return found


def migration_review_waiting() -> int | None:
    """Return how many datasets wait for the reader's review, or None for those who review nothing."""
    try:
        return int(tk.get_action("migration_review_list")({}, {"limit": 0})["count"])
    except tk.NotAuthorized:
        return None


def migration_review_step(step: str) -> str:
    """Return what a step is called."""
    _ = tk._
    return {
        "submitted": _("Submitted for review"),
        "returned": _("Returned with a note"),
        "withdrawn": _("Taken back"),
        "approved": _("Approved and published"),
        "published": _("Published by a reviewer"),
    }[step]
