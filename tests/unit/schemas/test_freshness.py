"""The rule of the Humanitarian Data Exchange."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from migration_schemas import Record, freshness
from migration_vocabularies import get

CHANGED = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("frequency", "days", "state"),
    [
        ("DAILY", 0, "fresh"), ("DAILY", 1, "due"), ("DAILY", 2, "overdue"), ("DAILY", 3, "delinquent"),
        ("WEEKLY", 6, "fresh"), ("WEEKLY", 7, "due"),
        ("WEEKLY", 14, "overdue"), ("WEEKLY", 21, "delinquent"),
        ("MONTHLY", 29, "fresh"), ("MONTHLY", 43, "due"),
        ("MONTHLY", 44, "overdue"), ("MONTHLY", 60, "delinquent"),
        ("ANNUAL", 364, "fresh"), ("ANNUAL", 365, "due"),
        ("ANNUAL", 425, "overdue"), ("ANNUAL", 454, "overdue"), ("ANNUAL", 455, "delinquent"),
        ("NEVER", 9999, "not-applicable"), ("AS_NEEDED", 9999, "not-applicable"), ("UNKNOWN", 1, "unknown"),
        (None, 1, "unknown"), ("nonsense", 1, "unknown"),
    ],
)  # fmt: skip
def test_state_after_some_days(frequency, days, state):
    assert freshness.state(frequency, CHANGED.isoformat(), CHANGED + timedelta(days=days)) == state


@pytest.mark.parametrize("code", [concept.code for concept in get("frequency")])
def test_every_frequency_has_a_rule(code):
    assert (code in freshness.THRESHOLDS) + (code in freshness.WITHOUT_RHYTHM) + (code == "UNKNOWN") == 1


@pytest.mark.parametrize("days", freshness.THRESHOLDS.values())
def test_thresholds_rise(days):
    assert 0 < days[0] < days[1] < days[2]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2024-02-03", date(2024, 2, 3)),
        ("2024-02-03T10:00:00Z", date(2024, 2, 3)),
        ("2023-02-29", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("0", None),
        ("2024-13", None),
        ("1-2-3-4", None),
    ],
)
def test_incomplete_dates_mean_their_last_day(text, day):
    assert freshness.last_day(text) == day


def test_age_counts_from_the_publication_when_nothing_changed():
    record = Record({"frequency": "ANNUAL", "issued": "2022"})
    assert freshness.of(record, date(2023, 6, 1)) == "fresh"
    assert freshness.of(record, date(2024, 1, 1)) == "due"


def test_date_at_the_end_of_time_is_not_judged():
    assert freshness.state("ANNUAL", "9999-12-31", CHANGED) == "unknown"
