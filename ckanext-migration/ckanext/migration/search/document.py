"""CKAN's index dictionary to an Elasticsearch document that is never refused.

A value that does not fit its field is left out with a line in the log; the document itself always
gets in (threats SR-13).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dateutil.parser import parse as parse_date

from ckanext.migration.search import dates
from ckanext.migration.search.mapping import CONTAINERS, DATES, MAPPING_VERSION

log = logging.getLogger(__name__)

MAX_KEY = 250
_INDEXED_KEY = re.compile(r"^[\w\-]+$")
_WORDS = ("extras_", "res_extras_")


def build(
    given: Mapping[str, Any], ours: Mapping[str, Any], properties: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Shape one document; ``ours`` are the fields of the migration profile, ``properties`` the mapping."""
    found: dict[str, Any] = {"indexed_ts": dates.render(now), "mapping_version": MAPPING_VERSION}
    keys: dict[str, Any] = {}
    extras: list[dict[str, Any]] = []
    instants: list[dict[str, str]] = []
    vocabularies: dict[str, Any] = {}
    for name, raw in given.items():
        value = _plain(raw)
        if value in (None, "", []):
            continue
        if name in properties and name not in CONTAINERS:
            if name in DATES:
                value = _instant(name, value)
            if value is not None and name not in ours and name != "mapping_version":
                found[name] = value
            continue
        if len(name) > MAX_KEY or not _INDEXED_KEY.match(name):
            log.warning("search.document.key_left_out dataset=%s", given.get("id"))
            continue
        if name.startswith("vocab_"):
            vocabularies[name] = found[name] = value
            continue
        if name.startswith(_WORDS):
            extras.append({"key": name, "value": value})
            found[name] = value
        elif name.endswith("_date"):
            instant = _instant(name, value)
            if instant is not None:
                instants.append({"key": name, "at": instant})
                found[name] = instant
        keys[name] = _texts(value)
    found.update(ours)
    containers = {
        "x": keys,
        "extras": extras,
        "dates": instants,
        "vocab": vocabularies,
        "vocab_words": [word for words in vocabularies.values() for word in _as_list(words)],
    }
    found.update({name: value for name, value in containers.items() if value})
    return found


def _plain(value: Any) -> Any:
    """JSON scalars and lists of them; what is nested becomes JSON text, nothing stays empty."""
    if isinstance(value, list | tuple | set):
        items = [_plain(item) for item in value]
        return [
            item if not isinstance(item, list) else json.dumps(item)
            for item in items
            if item not in (None, "", [])
        ]
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, datetime):
        return dates.render(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return str(value)


def _instant(name: str, value: Any) -> str | None:
    """A date as Solr stores it; an unreadable one is left out."""
    text = value[0] if isinstance(value, list) else value
    try:
        moment = parse_date(str(text))
        return dates.render(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        log.warning("search.document.date_left_out field=%s", name)
        return None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _texts(value: Any) -> Any:
    """Flattened fields compare texts."""
    return [_text(item) for item in value] if isinstance(value, list) else _text(value)
