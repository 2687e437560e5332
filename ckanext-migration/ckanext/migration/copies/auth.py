"""Who may look for copies, see proposals and decide on them.

A proposal names two records: who may not read both is told that it does not exist. Whoever edits both
decides, and system administrators do.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.copies.model import PAIR

__all__ = [
    "migration_copies_decide",
    "migration_copies_find",
    "migration_copies_list",
    "migration_copies_of",
    "migration_copies_undo",
]

Answer = dict[str, Any]


def pair(context: Any, key: str) -> Any:
    """Return a pair of which the caller may read both records, or raise ObjectNotFound."""
    found = model.Session.execute(sa.select(PAIR).where(PAIR.c.id == key)).one_or_none()
    if found is None or not all(may(context, "package_show", each) for each in (found.one, found.other)):
        raise tk.ObjectNotFound(tk._("There is no such proposal."))
    return found


def may(context: Any, action: str, package_id: str) -> bool:
    """Whether the caller may read (`package_show`) or change (`package_update`) a dataset."""
    asking = {name: context[name] for name in ("user", "auth_user_obj", "ignore_auth") if name in context}
    try:
        return bool(tk.check_access(action, asking, {"id": package_id}))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False


def agencies(context: Any) -> set[str] | None:
    """Return the organisations whose datasets the caller edits; None means all of them."""
    if context.get("ignore_auth"):
        return None
    account = model.User.get(context.get("user")) if context.get("user") else None
    if account is None or account.state != "active":
        return set()
    if account.sysadmin:
        return None
    found = tk.get_action("organization_list_for_user")(
        {"user": account.name}, {"permission": "update_dataset"}
    )
    return {each["id"] for each in found}


def migration_copies_find(context: Any, data_dict: dict[str, Any]) -> Answer:
    """System administrators: it reads every dataset."""
    return {"success": False, "msg": tk._("Only system administrators look for copies.")}


def migration_copies_list(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Whoever edits datasets of some agency; the list holds what concerns them."""
    return {"success": agencies(context) != set(), "msg": tk._("You do not work for an agency.")}


def migration_copies_decide(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Those who edit both records."""
    found = pair(context, tk.get_or_bust(data_dict, "id"))
    if all(may(context, "package_update", each) for each in (found.one, found.other)):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only those who edit both records decide whether they are the same."),
    }


migration_copies_undo = migration_copies_decide


@tk.auth_allow_anonymous_access
def migration_copies_of(context: Any, data_dict: dict[str, Any]) -> Answer:
    """Whoever may read the dataset; of its copies they are told of those that they may read."""
    tk.check_access("package_show", context, {"id": tk.get_or_bust(data_dict, "id")})
    return {"success": True}
