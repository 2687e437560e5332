"""Indices and the alias: made by explicit code only, never by the first write (threats FI-16).

``<alias>-v<mapping>-<timestamp>`` is a physical index, ``<alias>`` the name everybody uses.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import IndexAmbiguous, IndexMissing, IndexOutdated, MappingConflict
from ckanext.migration.search.index import layout, mapping, profile

log = logging.getLogger(__name__)

_FIRST = "0" * 14
"""Timestamp of the index made at start-up: two processes that start together make the same one."""


def physical(alias: str, stamp: str) -> str:
    """Return the name of an index."""
    return f"{alias}-v{mapping.MAPPING_VERSION}-{stamp}"


def is_ours(alias: str, index: str) -> bool:
    """Whether an index has a name of ours; `a-v2` may be the alias of another portal than `a`."""
    return re.fullmatch(rf"{re.escape(alias)}-v\d+-\d+", index) is not None


def new_name(alias: str, now: datetime) -> str:
    """Return the name of an index to be built now."""
    return physical(alias, f"{now:%Y%m%d%H%M%S%f}")


def upcoming(alias: str) -> str:
    """Return the alias of the index that is being built: it ends with the building."""
    return f"{alias}-upcoming"


def body() -> dict[str, object]:
    """Return settings and mapping of a new index. Raises ``SettingInvalid``."""
    found = mapping.body(profile.own_properties())
    return {**found, "settings": {**found["settings"], **layout.wanted().settings()}}


def ensure(engine: Engine, alias: str, *, filled: Callable[[], bool] = lambda: False) -> bool:
    """Make the first, empty index where there is none; True when it was made.

    Where ``filled`` tells that there are datasets, an empty index would tell readers that there are none:
    then it is missed until it is built from the database.
    """
    if engine.behind(alias):
        return False
    if engine.exists(alias):
        raise IndexMissing(f"{alias} is an index that something else made, not our alias")
    if filled():
        raise IndexMissing("The search index is missing")
    made = engine.create(physical(alias, _FIRST), body(), alias)
    if made:
        log.info("search.index.made alias=%s", alias)
    elif not engine.behind(alias):
        swap(engine, alias, physical(alias, _FIRST))
    return made


def swap(engine: Engine, alias: str, new: str) -> tuple[str, ...]:
    """Put a finished index behind the alias, in one step; returns what was there before.

    An index that took the alias's own name (an engine that makes indices by itself does that) goes.
    """
    old = tuple(index for index in engine.behind(alias) if index != new)
    actions: list[dict[str, object]] = [{"remove": {"index": index, "alias": alias}} for index in old]
    if not old and engine.exists(alias) and not engine.behind(alias):
        actions.append({"remove_index": {"index": alias}})
    actions += [{"remove": {"index": new, "alias": upcoming(alias), "must_exist": False}}]
    actions += [{"add": {"index": new, "alias": alias, "is_write_index": True}}]
    engine.update_aliases(actions)
    return old


def current(engine: Engine, alias: str) -> str:
    """Return the one index behind the alias."""
    return _described(engine, alias)[0]


def is_outdated(engine: Engine, alias: str) -> bool:
    """Whether this software would build the index differently."""
    _name, meta = _described(engine, alias)
    return meta.get("fingerprint") != mapping.fingerprint(profile.properties())


def check_readable(engine: Engine, alias: str) -> None:
    """Refuse to read an index that is not there for sure, or too old to be right about what is asked."""
    _name, meta = _described(engine, alias)
    version = meta.get("mapping_version", 0)
    if version < mapping.MAPPING_VERSION:
        raise IndexOutdated(
            f"The index was built with mapping {version}, this node needs mapping {mapping.MAPPING_VERSION}"
        )


def check_writable(engine: Engine, alias: str) -> None:
    """Refuse to write into the index of a newer node (threats FI-42)."""
    _name, meta = _described(engine, alias)
    version = meta.get("mapping_version", 0)
    if version > mapping.MAPPING_VERSION:
        raise MappingConflict(
            f"The index was built with mapping {version}, this node knows mapping {mapping.MAPPING_VERSION}"
        )


def _described(engine: Engine, alias: str) -> tuple[str, Mapping[str, Any]]:
    found = engine.metas(alias)
    if not found:
        raise IndexMissing("The search index is missing")
    if len(found) > 1:
        raise IndexAmbiguous(f"The alias {alias} stands for {len(found)} indices: one is expected")
    name, meta = next(iter(found.items()))
    if name == alias:
        raise IndexMissing(f"{alias} is an index that something else made, not our alias")
    return name, meta


def schema_version(engine: Engine, alias: str) -> str:
    """Return the version of CKAN's schema that the index was made for."""
    return str(_described(engine, alias)[1].get("ckan_schema") or mapping.CKAN_SCHEMA)


def mapping_version(engine: Engine, alias: str) -> int:
    """Return the version of the mapping that the index was made with."""
    return int(_described(engine, alias)[1].get("mapping_version", 0))
