"""Actions of the quality ledger; the pages show what they answer, never more."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.logic import visibility, windows
from ckanext.migration.logic.publishing import language
from ckanext.migration.quality import ledger, links, scorecard
from migration_schemas import profile_version

__all__ = ["migration_quality_scorecard", "migration_quality_show"]

MOST = 100


@tk.side_effect_free
def migration_quality_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return both scores of a dataset with their arithmetic, next repairs, history and link checks.

    :param id: the id or name of a dataset that the caller may read
    :param lang: language of the texts, two letters (default: the caller's)
    :returns: ``migdcat`` and ``mqa`` (``earned``, ``possible``, ``percent``, ``band``, ``dimensions``,
        ``metrics``, ``repairs``), ``history`` by day, ``links`` by address, ``profile_version``
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_quality_show", context, {"id": package_id})
    package = visibility.whole(package_id)
    connection = model.Session.connection()
    found, _report = ledger.assess(connection, package)
    return {
        **found.as_dict(str(data_dict.get("lang") or language())[:2]),
        "id": package["id"],
        "name": package["name"],
        "profile_version": profile_version(),
        "history": ledger.history(connection, package["id"]),
        "links": links.history(connection, links.addresses(package)),
    }


@tk.side_effect_free
def migration_quality_scorecard(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return what the scores of all public datasets say together, of one agency or of the registry.

    :param organization: id or name of an agency (default: all)
    :param lang: language of the texts, two letters (default: the caller's)
    :param limit: records listed, at most 100 (default 20), the weakest first
    :param offset: records skipped
    :returns: ``count``, means ``percent`` and ``mqa``, ``bands``, ``conformance``, ``dimensions``,
        ``repairs``, ``records``; without an agency also ``agencies``
    """
    tk.check_access("migration_quality_scorecard", context, data_dict)
    key = data_dict.get("organization")
    agency = None
    if key:
        found = model.Group.get(str(key))
        if found is None or not found.is_organization or found.state != "active":
            raise tk.ObjectNotFound(tk._("There is no such agency."))
        agency = found.id
    connection = model.Session.connection()
    limit, offset = windows.window(data_dict, 20, MOST)
    lang = str(data_dict.get("lang") or language())[:2]
    answer = scorecard.of(connection, agency, lang=lang, limit=limit, offset=offset)
    if agency is None:
        answer["agencies"] = scorecard.agencies(connection)
    return answer
