"""Who may submit, decide and look: the editors of the agency, and its administrators, who review."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

__all__ = [
    "migration_review_approve",
    "migration_review_list",
    "migration_review_policy_show",
    "migration_review_policy_update",
    "migration_review_return",
    "migration_review_show",
    "migration_review_submit",
    "migration_review_withdraw",
]

Answer = dict[str, Any]


def _refused(message: str) -> Answer:
    return {"success": False, "msg": message}


def reviews(context: Any, organization_id: str | None) -> bool:
    """Whether the caller reviews for an agency: its administrators do, and system administrators."""
    if not organization_id or not context.get("user"):
        return False
    asking = {"user": context["user"], "auth_user_obj": context.get("auth_user_obj"), "model": model}
    try:
        return bool(tk.check_access("organization_update", asking, {"id": organization_id}))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False


def _package(data_dict: Any) -> Any:
    found = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    return found


def migration_review_submit(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Whoever may edit a dataset may submit it, and take it back."""
    tk.check_access("package_update", context, {"id": _package(data_dict).id})
    return {"success": True}


migration_review_withdraw = migration_review_submit


def migration_review_show(context: Any, data_dict: dict[str, Any]) -> Answer:
    """States, notes and names are for those who work on the dataset, not for its readers."""
    tk.check_access("package_update", context, {"id": _package(data_dict).id})
    return {"success": True}


def migration_review_return(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Administrators of the agency that owns the dataset."""
    if reviews(context, _package(data_dict).owner_org):
        return {"success": True}
    return _refused(tk._("Only the administrators of the agency decide in a review."))


migration_review_approve = migration_review_return


def migration_review_list(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Whoever reviews for some agency; one agency only to those who review for it."""
    if data_dict.get("organization"):
        group = model.Group.get(data_dict["organization"])
        allowed = group is not None and reviews(context, group.id)
    else:
        allowed = bool(agencies(context))
    return {"success": True} if allowed else _refused(tk._("You do not review for this agency."))


def agencies(context: Any) -> list[str]:
    """Return the ids of the agencies for which the caller reviews."""
    if not context.get("user"):
        return []
    asking = {"user": context["user"]}
    found = tk.get_action("organization_list_for_user")(asking, {"permission": "update"})
    return [each["id"] for each in found]


def migration_review_policy_show(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Whoever describes datasets for the agency."""
    group = model.Group.get(tk.get_or_bust(data_dict, "id"))
    if group is None or not context.get("user"):
        return _refused(tk._("You do not work for this agency."))
    asking = {"user": context["user"]}
    found = tk.get_action("organization_list_for_user")(asking, {"permission": "create_dataset"})
    if group.id in {each["id"] for each in found}:
        return {"success": True}
    return _refused(tk._("You do not work for this agency."))


def migration_review_policy_update(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Administrators of the agency."""
    group = model.Group.get(tk.get_or_bust(data_dict, "id"))
    if group is not None and reviews(context, group.id):
        return {"success": True}
    return _refused(tk._("Only the administrators of the agency decide in a review."))
