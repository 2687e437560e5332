"""Reading a whole result, page after page, each record once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from itsdangerous import BadSignature, URLSafeSerializer

from ckanext.migration.logic import windows

MOST = 1000
"""Datasets on one page, as CKAN's search allows by default."""
_USUAL = 100
_FIRST = ""
_OWN = frozenset({"cursor", "rows", "start", "sort", "facet", "facet.field", "fl", "extras"})
_REFUSED = ("start", "sort", "fl")
_NARROWING = ("q", "fq", "fq_list", "include_private", "include_drafts", "include_deleted")


@tk.side_effect_free
def migration_search_scan(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Read a result of any size page by page: each dataset that stays in it exactly once.

    Takes the parameters of ``package_search`` except ``start``, ``sort``, ``fl`` and facets; permissions
    are those of the caller at the moment of each page. Datasets made meanwhile may be in it or not.

    :param cursor: what the page before answered (default: the first page); only with the same search
    :param rows: datasets on a page, 1 to 1000 (default: 100)
    :returns: ``count``, ``results``, and ``cursor`` for the next page, None after the last one. A page may
        be shorter than ``rows``: only the cursor says whether there is more
    """
    tk.check_access("migration_search_scan", context, data_dict)
    if not plugin_loaded("migration_search"):
        text = tk._(
            "Reading a whole result needs the plugin migration_search, which is not switched on here."
        )
        raise tk.ValidationError({"plugin": [text]})
    for name in _REFUSED:
        if data_dict.get(name):
            raise tk.ValidationError({name: [tk._("This parameter cannot be used here")]})
    rows = windows.number(data_dict, "rows", _USUAL, 1, MOST)
    cursors = _Cursors(data_dict)
    after = cursors.read(data_dict.get("cursor"))
    asked = {name: value for name, value in data_dict.items() if name not in _OWN}
    own = {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}
    found = tk.get_action("package_search")(
        own, {**asked, "rows": rows, "facet": "false", "ext_scan": f"after:{after}"}
    )
    last = found["scan"]
    cursor = None if last is None else cursors.write(last)
    return {"count": found["count"], "results": found["results"], "cursor": cursor}


class _Cursors:
    """Cursors of one search. They are signed, so that one of another search is seen as such."""

    def __init__(self, data_dict: Mapping[str, Any]) -> None:
        asked = sorted(
            (name, value)
            for name, value in data_dict.items()
            if (name in _NARROWING or name.startswith("ext_")) and value not in (None, "")
        )
        search = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        self._signed = URLSafeSerializer(tk.config["SECRET_KEY"], salt=f"migration-search-scan-{search}")

    def write(self, last: str) -> str:
        text = self._signed.dumps(last)
        return text.decode() if isinstance(text, bytes) else text

    def read(self, cursor: Any) -> str:
        """Return the id to go on behind; raises ``ValidationError`` for a cursor that is not ours."""
        if cursor in (None, ""):
            return _FIRST
        try:
            last = self._signed.loads(str(cursor))
        except BadSignature:
            last = None
        if not isinstance(last, str):
            text = tk._("This cursor does not belong to this search. Start again without it.")
            raise tk.ValidationError({"cursor": [text]})
        return last
