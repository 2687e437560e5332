"""Datasets side by side: the passport of each, and whether their figures may be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import shared
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import definition
from migration_schemas.passport import MOST, Comparison, Reason, load, passport
from migration_schemas.passport.comparison import pairs, worst

__all__ = ["migration_compare"]

FEWEST = 2


@tk.side_effect_free
def migration_compare(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell whether the figures of two to four datasets may be compared, and why.

    :param ids: ids or names of two to four datasets that the caller may read
    :param lang: language of labels and reasons, two letters (default: the caller's)
    :returns: ``verdict`` (``comparable``, ``with-note`` or ``not-comparable``: the worst of all pairs);
        ``datasets``, each with ``id``, ``name``, ``title`` and ``passport``, a list of ``aspect``, ``label``
        and ``values`` (``code`` and ``label``; empty: not stated); ``pairs``, each with the names of its two
        ``datasets``, ``verdict`` and ``reasons`` (``rule``, ``aspect``, ``relation``, ``verdict``, ``reason``
        and ``why``); and ``rules``, the version of the rules
    :raises ObjectNotFound: where there is no such dataset, or none that the caller may read
    :raises ValidationError: where there are fewer than two, more than four, or the same one twice
    """
    names = _names(data_dict.get("ids"))
    try:
        tk.check_access("migration_compare", context, {"ids": names})
    except (tk.ObjectNotFound, tk.NotAuthorized):  # in the same words: what is hidden is not to be told apart
        raise tk.ObjectNotFound(tk._("Dataset not found")) from None
    lang = str(data_dict.get("lang") or language())[:2]
    packages = [_package(context, name) for name in names]
    if len({package["id"] for package in packages}) < len(packages):
        raise tk.ValidationError({"ids": [tk._("The same dataset was given twice.")]})
    found = list(pairs([passport(shared.as_record(package)) for package in packages]))
    return {
        "verdict": worst([each.verdict for _, _, each in found]),
        "datasets": [_dataset(package, lang) for package in packages],
        "pairs": [
            {
                "datasets": [packages[first]["name"], packages[second]["name"]],
                **_comparison(each, lang),
            }
            for first, second, each in found
        ],
        "rules": load().version,
    }


def _names(given: Any) -> list[str]:
    names = [str(name) for name in (given if isinstance(given, list) else [given]) if name]
    if not FEWEST <= len(names) <= MOST:
        text = tk._("Give two to {most} datasets.").format(most=MOST)
        raise tk.ValidationError({"ids": [text]})
    return names


def _package(context: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a dataset as the caller may see it; records of other types have no passport."""
    own = {key: context[key] for key in ("user", "auth_user_obj") if key in context}
    package: dict[str, Any] = tk.get_action("package_show")(own, {"id": name})
    if package.get("type") != "dataset":
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def _dataset(package: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {
        "id": package["id"],
        "name": package["name"],
        "title": shared.as_record(package).title(lang) or package.get("title") or package["name"],
        "passport": definition.rows(package, lang),
    }


def _comparison(found: Comparison, lang: str) -> dict[str, Any]:
    return {"verdict": found.verdict, "reasons": _reasons(found.reasons, lang)}


def _reasons(reasons: Sequence[Reason], lang: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": reason.rule.id,
            "aspect": reason.rule.aspect,
            "label": load().aspect(reason.rule.aspect).label(lang),
            "relation": reason.relation,
            "verdict": reason.rule.verdict,
            "reason": reason.rule.reason(lang),
            "why": reason.rule.why(lang),
        }
        for reason in reasons
    ]
