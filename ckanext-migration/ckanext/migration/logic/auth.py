"""Who may do what the actions of the root plugin do."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import config

__all__ = [
    "migration_bulk_template",
    "migration_bulk_upload",
    "migration_compare",
    "migration_concept_match",
    "migration_concept_show",
    "migration_conditions_agree",
    "migration_conditions_list",
    "migration_conditions_show",
    "migration_dataset_find",
    "migration_dataset_needs",
    "migration_dataset_similar",
    "migration_dataset_validate",
    "migration_draft_discard",
    "migration_draft_keep",
    "migration_draft_list",
    "migration_draft_show",
    "migration_facet_values",
    "migration_need_answers",
    "migration_need_gaps",
    "migration_repair",
    "migration_rule_list",
    "migration_rule_show",
    "migration_search_export",
    "migration_search_scan",
    "migration_search_widen",
    "migration_validate",
    "migration_vocabulary_list",
    "migration_vocabulary_show",
]


@tk.auth_allow_anonymous_access
def migration_dataset_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a dataset may read its report, without what it says of fields that are not for him."""
    tk.check_access("package_show", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_dataset_needs(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a dataset may ask which needs it meets, and is told of those that he may read."""
    tk.check_access("package_show", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_need_answers(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a need may ask which data meet it, and is told of those that he may read."""
    tk.check_access("package_show", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_need_gaps(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let anybody see where data are missing: only what is public is counted."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_bulk_template(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let anybody have the empty spreadsheet: it holds the profile and nothing of any record."""
    return {"success": True}


def migration_bulk_upload(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may create datasets for an agency may bring many at once, and have them checked before."""
    tk.check_access("package_create", context, {"owner_org": data_dict.get("organization")})
    return {"success": bool(context.get("user")) or bool(context.get("ignore_auth"))}


@tk.auth_allow_anonymous_access
def migration_conditions_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a dataset may read its terms of use and agree to them."""
    tk.check_access("package_show", context, {"id": tk.get_or_bust(data_dict, "id")})
    return {"success": True}


migration_conditions_agree = migration_conditions_show


def migration_conditions_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may edit a dataset may see who agreed to its terms of use."""
    tk.check_access("package_update", context, {"id": tk.get_or_bust(data_dict, "id")})
    return {"success": True}


def migration_dataset_find(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who has an account may look for identifiers; the answer names what the caller may read."""
    # Over HTTP a stranger comes with an object for nobody, which CKAN takes for a user.
    return {"success": bool(context.get("user")), "msg": tk._("Log in to look for identifiers.")}


def migration_repair(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may edit a dataset may repair it, and see before what that would change."""
    tk.check_access("package_update", context, {"id": data_dict.get("id")})
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_compare(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read each of the datasets may compare them: nothing is told that they do not tell."""
    own = {key: context[key] for key in ("user", "auth_user_obj", "model", "session") if key in context}
    for name in data_dict.get("ids") or ():
        tk.check_access("package_show", dict(own), {"id": name})  # of its own: CKAN keeps the package in it
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_dataset_similar(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read a dataset may ask what is similar: the answer is a search of the caller's own."""
    tk.check_access("package_show", context, data_dict)
    tk.check_access("package_search", context, {})
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_search_widen(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may search may search wider."""
    tk.check_access("package_search", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_search_scan(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may search may read the whole result."""
    tk.check_access("package_search", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_facet_values(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may search may look through the values that the search counts."""
    tk.check_access("package_search", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_vocabulary_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let anybody read the code lists, they hold nothing of any record."""
    return {"success": True}


migration_vocabulary_show = migration_concept_show = migration_concept_match = migration_vocabulary_list


@tk.auth_allow_anonymous_access
def migration_rule_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let anybody read the rules, they hold nothing of any record."""
    return {"success": True}


migration_rule_show = migration_rule_list


@tk.auth_allow_anonymous_access
def migration_search_export(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read the whole result may download it, unless the operators ask for a log-in."""
    if not (context.get("user") or config.export_anonymous()):
        return {"success": False, "msg": tk._("Log in to download a whole result.")}
    tk.check_access("migration_search_scan", context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def migration_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Anybody may have a record checked: nothing of the registry is read, and nothing is stored."""
    return {"success": True}


def migration_draft_keep(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may edit a dataset may keep, see and throw away what he himself typed for it."""
    tk.check_access("package_update", context, {"id": tk.get_or_bust(data_dict, "id")})
    return {"success": bool(context.get("user"))}


migration_draft_show = migration_draft_discard = migration_draft_keep


def migration_draft_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever is logged in, about himself."""
    return {"success": bool(context.get("user"))}
