"""CKAN's index dictionary to an Elasticsearch document that is never refused.

A value that does not fit its field is left out with a line in the log; the document itself always
gets in (threats SR-13).
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ckanext.migration.interfaces import Place
from ckanext.migration.search import dates
from ckanext.migration.search.index.mapping import CONTAINERS, DATES, MAPPING_VERSION

log = logging.getLogger(__name__)

MAX_KEY = 250
FIRST = "~"
"""Before the order of the dataset that is shown first in its entry: it sorts behind all dates."""
_INDEXED_KEY = re.compile(r"^[\w\-]+$")
_WORDS = ("extras_", "res_extras_")


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of the mapping, those that only the profile may fill, and keys that must not be found."""

    properties: Mapping[str, Any]
    reserved: Set[str] = frozenset()
    hidden: Set[str] = frozenset()


def build(
    given: Mapping[str, Any],
    ours: Mapping[str, Any],
    shape: Shape,
    now: datetime,
    place: Place | None = None,
) -> dict[str, Any]:
    """Shape one document; ``ours`` are the fields of the migration profile.

    ``place`` is where a plugin puts a dataset that stands in an entry with others.
    """
    found: dict[str, Any] = {"indexed_ts": dates.render(now), "mapping_version": MAPPING_VERSION}
    pairs = _Pairs()
    for name, raw in given.items():
        value = _plain(raw)
        if value in (None, "", []) or name in shape.hidden or name == "mapping_version":
            continue
        if name in shape.properties and name not in CONTAINERS and not name.startswith(_WORDS):
            value = _instant(name, value) if name in DATES else value
            if value is not None and name not in shape.reserved:
                found[name] = value
        elif len(name) > MAX_KEY or not _INDEXED_KEY.match(name):
            log.warning("search.document.key_left_out dataset=%s", given.get("id"))
        else:
            found.update(pairs.take(name, value, paired=name not in shape.properties))
    found.update(ours)
    found.update(pairs.containers())
    found.update(_entry(found, ours.get("series")))
    if place is not None:
        found.update(_placed(found, place))
    return found


def _placed(found: Mapping[str, Any], place: Place) -> dict[str, Any]:
    order = str(found.get("round_order") or "")
    return {
        "entry": place.entry,
        **({"series": place.series} if place.series else {}),
        **({"round_order": f"{FIRST}{order}"} if place.first else {}),
    }


def _entry(found: Mapping[str, Any], series: Any) -> dict[str, Any]:
    """Return under what the document is folded: its series inside its agency, else the dataset itself.

    Inside the agency, so that nobody's record can stand in front of the rounds of another.
    """
    own = found.get("id") or found.get("index_id")
    entry = f"{found.get('owner_org') or ''} {series}" if series else own
    return {"entry": str(entry)} if entry else {}


@dataclass(slots=True)
class _Pairs:
    """What has no field of its own goes to the containers of the mapping."""

    keys: dict[str, Any] = field(default_factory=dict)
    extras: list[dict[str, Any]] = field(default_factory=list)
    instants: list[dict[str, str]] = field(default_factory=list)
    vocabularies: dict[str, Any] = field(default_factory=dict)

    def take(self, name: str, value: Any, *, paired: bool) -> dict[str, Any]:
        """File a value; returns what CKAN wants back under its own name.

        Words that have a field of that name need no pair.
        """
        if name.startswith("vocab_"):
            self.vocabularies[name] = value
            return {name: value}
        if name.startswith(_WORDS):
            self.keys[name] = _texts(value)
            if paired:
                self.extras.append({"key": name, "value": value})
            return {name: value}
        if name.endswith("_date"):
            instant = _instant(name, value)
            if instant is None:
                return {}
            self.instants.append({"key": name, "at": instant})
            return {name: instant}
        self.keys[name] = _texts(value)
        return {}

    def containers(self) -> dict[str, Any]:
        """Return the filled containers."""
        words = [word for value in self.vocabularies.values() for word in _as_list(value)]
        every = {
            "x": self.keys,
            "extras": self.extras,
            "dates": self.instants,
            "vocab": self.vocabularies,
            "vocab_words": words,
        }
        return {name: value for name, value in every.items() if value}


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one line a type
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
        return value if math.isfinite(value) else str(value)
    return str(value)


def _instant(name: str, value: Any) -> str | None:
    """Return a date as Solr stores it; an unreadable one is left out."""
    text = value[0] if isinstance(value, list) else value
    try:
        moment = datetime.fromisoformat(str(text).strip())
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
