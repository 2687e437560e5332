"""Keeps a slow or overloaded engine from holding up the portal.

After some searches in a row that ran into their time limit, or that the engine refused for its load, the
searches of this process are refused at once. Then one of them tries, and the others go on when it
succeeds (threats SR-16). One slow query among quick ones changes nothing for anybody else.

A process also asks no more than a number of searches at the same time: others wait a moment for their
turn and are refused then, before the engine has to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ckanext.migration.search.errors import IndexBusy, IndexTooSlow, TooManySearches

IN_A_ROW = 3
PAUSES = {IndexTooSlow.code: 10.0, IndexBusy.code: 1.0}
"""Seconds for which searches are refused, by what happened."""
TURN = 1.0
"""Seconds that a search waits for its turn."""


class Breaker:
    """One a process; threads share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._turn = threading.Condition()
        self._running = 0
        self._failures = 0
        self._until = 0.0
        self._fault: type[IndexTooSlow | IndexBusy] = IndexTooSlow

    @contextmanager
    def protecting(self, at_once: int) -> Iterator[None]:
        """Run a search, or raise what the last ones suffered, or that too many run already."""
        self._enter()
        try:
            with self._having_turn(at_once):
                yield
        except TooManySearches:  # nothing is wrong with the engine
            raise
        except (IndexTooSlow, IndexBusy) as fault:
            self._failed(fault)
            raise
        with self._lock:
            self._failures = 0

    @contextmanager
    def _having_turn(self, at_once: int) -> Iterator[None]:
        with self._turn:
            if not self._turn.wait_for(lambda: self._running < at_once, TURN):
                raise TooManySearches("Too many people search at this moment", detail=f"{at_once} at once")
            self._running += 1
        try:
            yield
        finally:
            with self._turn:
                self._running -= 1
                self._turn.notify()

    def _enter(self) -> None:
        with self._lock:
            if self._failures < IN_A_ROW:
                return
            now = self._clock()
            if now < self._until:
                raise self._fault("The search engine did not keep up a moment ago", detail="not asked")
            # this search tries; the others wait for what becomes of it
            self._until = now + PAUSES[self._fault.code]

    def _failed(self, fault: IndexTooSlow | IndexBusy) -> None:
        with self._lock:
            self._fault = type(fault)
            self._failures += 1
            self._until = self._clock() + PAUSES[fault.code]


searches = Breaker()
