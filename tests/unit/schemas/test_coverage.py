"""Places, boxes, periods and corridors as they can be searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from migration_schemas import Record, coverage
from migration_vocabularies import get, loader
from migration_vocabularies.errors import VocabularyError

COUNTRIES = [concept.code for concept in get("country") if concept.code.isalpha()]


def test_the_world_counts_only_where_it_is_named():
    assert coverage.places(Record({"spatial_coverage": ["001"]})) == ["001"]
    assert "001" not in coverage.places(Record({"spatial_coverage": ["NER"]}))
    assert set(coverage.reach(Record({"spatial_coverage": ["001"]}))) == {c.code for c in get("country")}


def test_a_place_comes_once_with_what_is_above_it():
    places = coverage.places(Record({"spatial_coverage": ["NER", "MLI"], "country_of_origin": ["NER", "??"]}))
    assert sorted(places) == sorted({"NER", "MLI", "011", "202", "002"})


def test_every_country_has_an_extent_and_no_region_has_one():
    for concept in get("country"):
        assert bool(concept.extent) == concept.code.isalpha(), concept.code


@pytest.mark.parametrize(
    ("box", "inside", "outside"),
    [
        ((0, 11, 16, 24), {"NER", "NGA", "DZA"}, {"KEN", "FRA", "EGY"}),
        ((2.3, 48.8, 2.4, 48.9), {"FRA"}, {"GUF", "DEU"}),
        ((170, -25, -170, -10), {"FJI", "TON"}, {"NER", "BRA"}),  # over the 180th meridian
        ((-170, -25, 170, -10), {"BRA", "AUS"}, {"NER", "FJI"}),
        ((-180, -90, 180, 90), set(COUNTRIES), set()),
        ((-150.2, 0, -150.1, 0.1), set(), {"KIR", "PYF"}),  # open sea
    ],
)
def test_countries_that_a_box_touches(box, inside, outside):
    found = set(coverage.touching(*map(float, box)))
    assert inside <= found
    assert not outside & found


@given(some.sampled_from(COUNTRIES), some.floats(0, 1), some.floats(0, 1))
def test_a_point_inside_an_extent_touches_its_country(code, across, up):
    west, south, east, north = get("country")[code].extent[0]
    lon = min(west + across * (east - west), east)  # rounding may lead over the edge
    lat = min(south + up * (north - south), north)
    assert code in coverage.touching(lon, lat, lon, lat)


@pytest.mark.parametrize("text", ["1 2 3", "a b c d", "10 0 5 1", "0 5 1 4", "-181 0 1 1", "0 0 1 nan"])
def test_an_extent_that_is_no_box_is_refused(text):
    with pytest.raises(VocabularyError):
        loader._box(text, "NER")


def test_periods_with_open_ends_and_partial_dates():
    rows = [{"start": "2020-02"}, {"end": "2024-02"}, {"start": "2022", "end": "2020"}, {"start": "x"}, "y"]
    assert coverage.periods(Record({"temporal_coverage": rows})) == [
        {"gte": "2020-02-01"},
        {"lte": "2024-02-29"},
    ]


def test_corridors_need_both_ends():
    rows = [
        {"origin": "NER", "destination": "LBY"},
        {"origin": "NER"},
        {"origin": "??", "destination": "LBY"},
        3,
    ]
    assert coverage.corridors(Record({"corridors": rows})) == [{"origin": ["NER"], "destination": ["LBY"]}]


def test_first_and_last_day_of_a_text_are_in_order():
    for text in ("2024", "2024-02", "2024-02-29", "0001"):
        assert coverage.first_day(text) is not None
    assert coverage.first_day("2023-02-29") is coverage.first_day("0000") is coverage.first_day("now") is None
