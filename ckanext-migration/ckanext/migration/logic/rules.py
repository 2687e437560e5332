"""Actions for the rules of the profile: which there are, and the guidance to each."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.logic.publishing import language
from migration_schemas import guidance

__all__ = ["migration_rule_list", "migration_rule_show"]


@tk.side_effect_free
def migration_rule_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List the rules that a record is checked by, in the order of their layers.

    :param lang: language of the texts, two letters (default: the caller's)
    :returns: of each what ``migration_rule_show`` tells
    """
    tk.check_access("migration_rule_list", context, data_dict)
    lang = _language(data_dict)
    return [rule.as_dict(lang) for rule in guidance.rules().values()]


@tk.side_effect_free
def migration_rule_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show the guidance to one rule.

    :param id: the name of the rule, as reports have it: ``contact-email-value``
    :param lang: language of the texts, two letters (default: the caller's)
    :returns: ``id``, ``severity``, ``layer``, ``field``, ``of_resource``, ``label``, ``message`` (what is
        wrong), ``why``, ``right`` and ``wrong`` (examples of single values), ``passes`` and ``fails`` (of
        rules across fields: two records, as ``label`` and ``value`` of what they differ in),
        ``missing`` (the rule asks for something to be there), ``help``, ``vocabulary`` with
        ``vocabulary_title``, and ``repairable``: values whose meaning is certain are repaired by one click
    """
    tk.check_access("migration_rule_show", context, data_dict)
    rule = guidance.rules().get(str(tk.get_or_bust(data_dict, "id")))
    if rule is None:
        raise tk.ObjectNotFound(tk._("There is no such rule"))
    return rule.as_dict(_language(data_dict))


def _language(data_dict: dict[str, Any]) -> str:
    return str(data_dict.get("lang") or language())[:2]
