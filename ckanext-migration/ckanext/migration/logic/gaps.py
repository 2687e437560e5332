"""Where data are missing: open needs by theme or place, beside the datasets for the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language
from migration_schemas.kinds import DATASET, NEED

__all__ = ["migration_need_gaps"]

OPEN = ("open", "planned", "partly-filled")
"""States of a need that is not met."""
BY = ("migration_theme", "country")
MOST = 300


@tk.side_effect_free
def migration_need_gaps(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Count open needs by theme or place, with how many datasets there are for the same.

    What counts is public, whoever asks. A need with two themes counts for both, and for the terms above them.

    :param by: ``migration_theme`` (default) or ``country``
    :returns: ``by``; ``needs``: how many needs are open in all; ``results``: for each theme or place with
        open needs ``code``, ``label`` in the reader's language, ``needs`` and ``datasets``, most needs first
    """
    tk.check_access("migration_need_gaps", context, data_dict)
    by = str(data_dict.get("by") or BY[0])
    if by not in BY:
        raise tk.ValidationError({"by": [tk._("Choose one of: {names}").format(names=", ".join(BY))]})
    needs = _counted(f"+dataset_type:{NEED} +need_status:({' OR '.join(OPEN)})", by)
    datasets = _counted(f"+dataset_type:{DATASET}", by)
    lang = language()
    rows = [
        {
            "code": code,
            "label": facets.label(by, code, lang) or code,
            "needs": number,
            "datasets": datasets["facets"][by].get(code, 0),
        }
        for code, number in needs["facets"][by].items()
    ]
    rows.sort(key=lambda row: (-row["needs"], row["datasets"], row["label"]))
    return {"by": by, "needs": needs["count"], "results": rows}


def _counted(fq: str, by: str) -> Mapping[str, Any]:
    """Search as somebody who is not signed in."""
    found: dict[str, Any] = tk.get_action("package_search")(
        {"user": "", "auth_user_obj": None},
        {"fq": fq, "rows": 0, "facet.field": [by], "facet.limit": MOST},
    )
    return found
