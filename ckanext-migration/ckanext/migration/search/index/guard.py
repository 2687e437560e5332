"""Checks, before reading and writing, that what stands behind the alias is fit (threats FI-16, FI-42).

The answer holds for some seconds, so that not every search asks; a bad answer is never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from ckanext.migration.search.client import Engine
from ckanext.migration.search.index import lifecycle

_HOLDS = 10.0


class Guard:
    """Asks again when the last good answer is older than some seconds."""

    def __init__(
        self, check: Callable[[Engine, str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._check = check
        self._clock = clock
        self._until: WeakKeyDictionary[Engine, dict[str, float]] = WeakKeyDictionary()

    def pass_(self, engine: Engine, alias: str) -> None:
        """Raise ``IndexMissing``, ``IndexOutdated`` or ``MappingConflict`` when the index is not fit."""
        known = self._until.setdefault(engine, {})
        now = self._clock()
        if known.get(alias, 0.0) < now:
            known.pop(alias, None)
            self._check(engine, alias)
            known[alias] = now + _HOLDS

    def forget(self) -> None:
        """Ask again next time: something about the index has just been changed."""
        self._until.clear()


readable = Guard(lifecycle.check_readable)
writable = Guard(lifecycle.check_writable)
