"""Which series a record is a round of, and which round comes after which."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_schemas import Record, series

URI = "https://agency.example.org/series/sudan"


def record(*, title: str = "Round", **fields: Any) -> Record:
    return Record({"title_translated": {"en": title}, "publisher": [{"name": "Agency A"}], **fields})


@pytest.mark.parametrize(
    ("node", "key"),
    [
        ({"uri": URI, "title": "Sudan"}, URI),
        ({"uri": URI}, URI),
        ({"title": "Mobility tracking, Sudan"}, "agency a: mobility tracking sudan"),
        ({"title": "MOBILITY  tracking - Sudan"}, "agency a: mobility tracking sudan"),
        ({"uri": "not an address", "title": "Enquête"}, "agency a: enquete"),
        ({"uri": "not an address"}, None),
        ({"title": "…"}, None),
        ({}, None),
    ],
)
def test_rounds_of_a_series_have_its_key_in_common(node: dict[str, str], key: str | None) -> None:
    assert series.key(record(in_series=[node])) == key


def test_a_name_alone_is_no_series_of_another_publisher() -> None:
    node = {"title": "Annual report"}
    other = Record({"publisher": [{"name": "Agency B"}], "in_series": [node]})
    assert series.key(other) != series.key(record(in_series=[node]))


@pytest.mark.parametrize("value", [None, [], "text", [1], {"title": "x"}])
def test_what_is_no_list_of_groups_is_no_series(value: Any) -> None:
    assert series.key(record(in_series=value)) is None
    assert series.title(record(in_series=value)) == ""


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([{"start": "2024", "end": "2024"}], ("2024-01-01", "2024-12-31")),
        ([{"start": "2024-02", "end": "2024-02"}], ("2024-02-01", "2024-02-29")),
        ([{"start": "2024-02-03"}], ("2024-02-03", "2024-02-03")),
        ([{"end": "2023"}], ("2023-12-31", "2023-12-31")),
        ([{"start": "spring", "end": "2023-05-01"}], ("2023-05-01", "2023-05-01")),
        (
            [{"start": "2019", "end": "2020"}, {"start": "2024", "end": "2024-06"}],
            ("2024-01-01", "2024-06-30"),
        ),
        ([{"start": "soon"}, "2024"], None),
        ("2024", None),
        (None, None),
    ],
)
def test_the_period_of_a_round(periods: Any, expected: tuple[str, str] | None) -> None:
    assert series.period(record(temporal_coverage=periods)) == expected


def test_rounds_are_ordered_by_their_period_then_by_the_numbers_in_their_titles() -> None:
    rounds = [
        record(title="Round 10"),
        record(title="Round 9, corrected", issued="2026-01-01"),
        record(title="Round 9", temporal_coverage=[{"start": "2023-01", "end": "2023-03"}]),
        record(title="Round 2", temporal_coverage=[{"start": "2023-02", "end": "2023-03"}]),
        record(title="Round 1", temporal_coverage=[{"start": "2025", "end": "2025"}]),
    ]
    latest_first = sorted(rounds, key=series.order, reverse=True)
    assert [each.title() for each in latest_first] == [
        "Round 1",
        "Round 2",
        "Round 9",
        "Round 10",
        "Round 9, corrected",
    ]


@given(st.dates(), st.dates(), st.text(max_size=400), st.text(max_size=400))
def test_the_later_period_comes_first_whatever_the_titles(
    first: Any, second: Any, one: str, other: str
) -> None:
    def order(day: Any, title: str) -> str:
        return series.order(record(title=title, temporal_coverage=[{"start": str(day), "end": str(day)}]))

    assert len(order(first, one)) <= 300
    if first != second:
        assert (order(first, one) > order(second, other)) == (first > second)
