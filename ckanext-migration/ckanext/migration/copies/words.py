"""What speaks for two records being the same, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk


def why(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say each reason in a few words."""
    return [_one(reason) for reason in reasons]


def _one(reason: Mapping[str, Any]) -> str:
    _ = tk._
    value = str(reason.get("value") or "")
    texts = {
        "returned": _("one points to the other's page on this portal"),
        "derived": _("one says that it was made from the other"),
        "doi": _("same DOI ({value})"),
        "identifier": _("same identifier ({value})"),
        "page": _("same page ({value})"),
        "title": _("titles {share} alike"),
        "publisher": _("same publisher"),
        "period": _("same years ({value})"),
        "other-numbers": _("but other numbers in the titles"),
        "other-period": _("but other years"),
        "other-words": _("but each title has a word of its own"),
        "other-places": _("but other places"),
    }
    if reason["kind"] == "period":
        years = dict.fromkeys(str(reason[name])[:4] for name in ("start", "end"))
        value = "–".join(years)
    kind = str(reason["kind"])  # one that only a later version knows stays as it is
    return texts.get(kind, kind).format(value=value, share=f"{round(100 * reason.get('likeness', 0))} %")
