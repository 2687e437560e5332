"""Solr's date math, resolved here; it always rounds down."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search import dates
from ckanext.migration.search.errors import QuerySyntaxError

NOW = datetime(2024, 3, 31, 15, 45, 30, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NOW", "2024-03-31T15:45:30.123Z"),
        ("NOW/DAY", "2024-03-31T00:00:00Z"),
        ("NOW/HOUR", "2024-03-31T15:00:00Z"),
        ("NOW/YEAR", "2024-01-01T00:00:00Z"),
        ("NOW/MONTH+1DAY", "2024-03-02T00:00:00Z"),
        ("NOW-1MONTH", "2024-02-29T15:45:30.123Z"),
        ("NOW+1YEAR-1DAYS", "2025-03-30T15:45:30.123Z"),
        ("NOW/DAY-7DAYS", "2024-03-24T00:00:00Z"),
        ("2020-02-29T00:00:00Z+1YEAR", "2021-02-28T00:00:00Z"),
        ("2020-01-01T00:00:00.123456Z", "2020-01-01T00:00:00.123Z"),
        ("2020-01-01T00:00:00Z/DAY", "2020-01-01T00:00:00Z"),
    ],
)
def test_instants(text: str, expected: str) -> None:
    span = dates.period(text, NOW)
    assert dates.render(span.first) == expected
    assert span.first == span.last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", "2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999Z"),
        ("2020-02", "2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999Z"),
        ("2020-12-31", "2020-12-31T00:00:00Z", "2020-12-31T23:59:59.999Z"),
        ("9999", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_short_date_is_a_period(text: str, first: str, last: str) -> None:
    span = dates.period(text, NOW)
    assert (dates.render(span.first), dates.render(span.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "2020-13",
        "0000",
        "2020-02-30",
        "NOW/FORTNIGHT",
        "NOW+99999999YEARS",
        "NOW" + "+1DAY" * 20,
        "now-1y",
        "",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        dates.period(text, NOW)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_what_is_written_can_be_read(moment: datetime) -> None:
    text = dates.render(moment)
    assert dates.parse_instant(text) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC
    )


@given(st.text(alphabet="NOW0123456789-+/DAYMONTHYERT:Z.", max_size=40))
def test_any_text_is_a_date_or_is_refused(text: str) -> None:
    with contextlib.suppress(QuerySyntaxError):
        dates.period(text, NOW)
