"""The settings of the search, typed (declared in ``config_declaration.yaml``)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.migration.search.errors import SettingInvalid

_PREFIX = "ckanext.migration.search."
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
AUTO = "auto"
"""Copies: one as soon as there is a second data node."""
MOST_SHARDS, MOST_REPLICAS = 64, 9
ALWAYS, HIDING = "always", "hiding"
"""When a save waits for the engine's refresh."""
NEVER = "-1"
_INTERVAL = re.compile(r"-1|([1-9][0-9]{0,5})(ms|s|m)")
_UNITS = {"ms": timedelta(milliseconds=1), "s": timedelta(seconds=1), "m": timedelta(minutes=1)}
_REFRESHING = timedelta(seconds=3)
"""What a refresh may take on a busy machine."""
_searched: ContextVar[str | None] = ContextVar("migration_search_searched", default=None)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the engine is and how we show who we are; hashable, so that clients can be kept."""

    url: str
    nodes: tuple[str, ...] = ()
    user: str | None = None
    password: str | None = None
    api_key: str | None = None
    ca_certs: str | None = None
    timeout: float = 60.0

    def __repr__(self) -> str:
        """Without address and credentials: this may end up in a log."""
        return "Address(…)"


def address(url: str | None = None, timeout: float | None = None) -> Address:
    """Return the engine of this site; ``url`` and ``timeout`` where the caller knows better."""
    return Address(
        url=url or tk.config["solr_url"],
        nodes=tuple(tk.aslist(tk.config.get(_PREFIX + "nodes") or [])),
        user=tk.config.get("solr_user") or None,
        password=tk.config.get("solr_password") or None,
        api_key=tk.config.get(_PREFIX + "api_key") or None,
        ca_certs=tk.config.get(_PREFIX + "ca_certs") or None,
        timeout=timeout or float(tk.config.get("solr_timeout") or 60),
    )


def save_timeout() -> float:
    """Seconds that a save, or a start of the portal, waits for the engine."""
    return float(tk.config.get(_PREFIX + "save_timeout") or 5)


def search_timeout() -> float:
    """Seconds that a reader waits for the engine."""
    return float(tk.config.get(_PREFIX + "search_timeout") or 10)


def at_once() -> int:
    """Return how many searches a process asks of the engine at the same time."""
    return max(int(tk.config.get(_PREFIX + "at_once") or 16), 1)


def index_prefix() -> str:
    """First part of index names."""
    return _slug(tk.config.get(_PREFIX + "index_prefix") or "migration")


def alias() -> str:
    """Return the name under which everybody reads and writes."""
    return f"{index_prefix()}-{_site_slug()}"


def searched() -> str:
    """Return the name under which this search reads: the alias, or the index that is being judged."""
    return _searched.get() or alias()


@contextmanager
def searching_in(index: str) -> Iterator[None]:
    """Within, searches read another index; whatever is written still goes to the alias."""
    token = _searched.set(index)
    try:
        yield
    finally:
        _searched.reset(token)


def shards() -> int:
    """Return the primary shards of an index that is made from now on. Raises ``SettingInvalid``."""
    return _number("shards", _text("shards"), 1, MOST_SHARDS)


def replicas() -> str:
    """Return the copies of each shard, ``auto`` or a number. Raises ``SettingInvalid``."""
    text = _text("replicas")
    return AUTO if text in ("", AUTO) else str(_number("replicas", text, 0, MOST_REPLICAS))


def refresh_interval() -> str:
    """Return the time between two refreshes, as the engine writes it. Raises ``SettingInvalid``."""
    text = _text("refresh_interval") or "1s"
    if not _INTERVAL.fullmatch(text):
        raise SettingInvalid(f"The setting {_PREFIX}refresh_interval is not a time such as 1s, 500ms or 1m")
    return text


def always_waits() -> bool:
    """Whether every save waits until a search finds it, not only what withdraws something.

    Where the engine never refreshes by itself nothing else would make a change findable.
    """
    return _text("wait_for_refresh") == ALWAYS or refresh_interval() == NEVER


def longest_lag() -> timedelta:
    """Return how long a search may still tell what was before a change that it was told already."""
    if always_waits():
        return timedelta(0)
    found = _INTERVAL.fullmatch(refresh_interval())
    between = int(found[1]) * _UNITS[found[2]] if found else timedelta(0)
    return 2 * between + _REFRESHING


def _text(name: str) -> str:
    value = tk.config.get(_PREFIX + name)
    return "" if value is None else str(value).strip()


def embeddings() -> str:
    """Return the entry point of the embedder; empty: no search by meaning."""
    return str(tk.config.get(_PREFIX + "embeddings") or "").strip()


def judgements() -> Path | None:
    """Return the file of judged queries that a rebuild asks, where there is one."""
    place = str(tk.config.get(_PREFIX + "judgements_file") or "")
    return Path(place) if place else None


def least_ndcg() -> float:
    """Mean nDCG@10 below which a new index is not promoted."""
    return _share("least_ndcg", 0.85)


def most_empty() -> float:
    """Share of the judged queries that may find nothing."""
    return _share("most_empty", 0.02)


def slowest() -> float:
    """Seconds within which 95 % of the judged queries have to be answered."""
    return float(tk.config.get(_PREFIX + "slowest_ms") or 2000) / 1000


def _number(name: str, given: str, least: int, most: int) -> int:
    """Return a whole number, the least one where none is given. Raises ``SettingInvalid``."""
    text = given or str(least)
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise SettingInvalid(f"The setting {_PREFIX}{name} is not a whole number from {least} to {most}")
    return int(text)


def _share(name: str, default: float) -> float:
    """Return a number from 0 to 1. Raises ``SettingInvalid``."""
    given = tk.config.get(_PREFIX + name)
    try:
        value = default if given in (None, "") else float(given)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise SettingInvalid(f"The setting {_PREFIX}{name} is not a number from 0 to 1")
    return value


@cache
def _site_slug() -> str:
    """Kept for the life of the process: documents of several site ids may share one index."""
    return _slug(tk.config.get("ckan.site_id") or "default")


def _slug(text: str) -> str:
    """Return a legal index name; what was lost on the way is told apart by a hash."""
    plain = _NOT_A_NAME.sub("-", text.lower()).strip("-")[:60]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".strip("-")
