"""Documents as Solr would have returned them (search-contract §1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ckanext.migration.search import dates
from ckanext.migration.search.index.mapping import CONTAINERS, LISTS, ORIGIN, UNRETURNED

VISIBILITY = ("id", "state", "capacity", "owner_org", "metadata_modified")
"""What the check against the database needs of every hit."""
_INTERNAL = (ORIGIN, "x", "extras", "dates", "vocab", "vocab_words", "permission_labels", "meaning_vector")
_DYNAMIC = ("extras_", "res_extras_", "vocab_")
_DYNAMIC_LISTS = ("res_extras_", "vocab_")


def source(wanted: tuple[str, ...]) -> dict[str, Any]:
    """Which parts of the stored document the engine should send."""
    if "*" in wanted:
        return {"excludes": list(_INTERNAL)}
    return {"includes": sorted({*wanted, *VISIBILITY} - set(_INTERNAL))}


def document(
    hit: Mapping[str, Any], wanted: tuple[str, ...], properties: Mapping[str, Any], *, decode_dates: bool
) -> dict[str, Any]:
    """One hit as CKAN reads it: only stored fields, lists where Solr has lists, Solr's dates."""
    found: dict[str, Any] = {}
    everything = "*" in wanted
    for name, value in hit["_source"].items():
        if not (everything or name in wanted) or not _returned(name, properties):
            continue
        plain = value
        if (name in LISTS or name.startswith(_DYNAMIC_LISTS)) and not isinstance(value, list):
            plain = [value]
        found[name] = _decoded(plain) if decode_dates and isinstance(plain, str) else plain
    if "score" in wanted:
        found["score"] = hit.get("_score")
    return found


def _returned(name: str, properties: Mapping[str, Any]) -> bool:
    if name in UNRETURNED or name in CONTAINERS:
        return False
    return name in properties or name.startswith(_DYNAMIC) or name.endswith("_date")


def _decoded(text: str) -> Any:
    """With CKAN's decoder dates become ``datetime`` without a zone, to the second."""
    if len(text) < 20 or text[4] != "-" or not text.endswith("Z"):
        return text
    try:
        return dates.parse_instant(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return text


def is_current(hit: Mapping[str, Any], modified: datetime | None) -> bool:
    """Whether a hit tells the same time of change as the database."""
    text = hit["_source"].get("metadata_modified")
    return modified is not None and text == dates.render(modified)
