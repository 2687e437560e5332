"""When searches are refused at once, and when they go on (threats SR-16)."""

from __future__ import annotations

import threading

import pytest

pytest.importorskip("ckan")
from ckanext.migration.search import breaker as breakers
from ckanext.migration.search.breaker import IN_A_ROW, PAUSES, Breaker
from ckanext.migration.search.errors import (
    IndexBusy,
    IndexMissing,
    IndexTooSlow,
    IndexUnavailable,
    TooManySearches,
)

MANY = 5


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def search(breaker: Breaker, fault: type[IndexUnavailable] | None = None) -> bool:
    """Whether the engine was asked."""
    asked = False
    try:
        with breaker.protecting(MANY):
            asked = True
            if fault:
                raise fault("told")
    except IndexUnavailable:
        pass
    return asked


@pytest.mark.parametrize("fault", [IndexTooSlow, IndexBusy])
def test_after_some_failures_in_a_row_nobody_waits_sr_16(fault: type[IndexUnavailable]) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    assert [search(breaker, fault) for _ in range(IN_A_ROW)] == [True] * IN_A_ROW
    assert not search(breaker)
    with pytest.raises(fault), breaker.protecting(MANY):
        raise AssertionError("asked")
    clock.now += PAUSES[fault.code] + 0.1
    assert search(breaker)
    assert search(breaker)


def test_one_slow_query_among_quick_ones_harms_nobody() -> None:
    breaker = Breaker(Clock())
    for _ in range(10):
        assert search(breaker, IndexTooSlow)
        assert search(breaker)


def test_while_one_tries_the_others_are_refused() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(IN_A_ROW):
        search(breaker, IndexTooSlow)
    clock.now += PAUSES[IndexTooSlow.code] + 0.1
    with breaker.protecting(MANY):
        assert not search(breaker)
    assert search(breaker)


def test_a_failed_try_starts_the_pause_anew() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(IN_A_ROW):
        search(breaker, IndexTooSlow)
    clock.now += PAUSES[IndexTooSlow.code] + 0.1
    assert search(breaker, IndexTooSlow)
    assert not search(breaker)


def test_an_engine_that_is_away_answers_quickly_by_itself() -> None:
    breaker = Breaker(Clock())
    for _ in range(2 * IN_A_ROW):
        assert search(breaker, IndexMissing)


def test_a_rush_waits_for_its_turn_and_is_refused_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakers, "TURN", 0.05)
    breaker = Breaker(Clock())
    entered, leave = threading.Barrier(3), threading.Event()

    def hold() -> None:
        with breaker.protecting(2):
            entered.wait(10)
            leave.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait(10)
    for _ in range(IN_A_ROW + 1):  # refusals of ours do not count as failures of the engine
        with pytest.raises(TooManySearches), breaker.protecting(2):
            raise AssertionError("asked")
    monkeypatch.setattr(breakers, "TURN", 10.0)
    waiting = threading.Thread(target=search, args=(breaker,))
    waiting.start()
    leave.set()
    for thread in (*threads, waiting):
        thread.join(10)
    assert not waiting.is_alive()
    assert search(breaker)
