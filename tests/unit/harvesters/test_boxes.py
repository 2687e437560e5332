"""Boxes on the map in the forms in which portals write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harvesters import extents
from migration_schemas import measures


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("-87.5672,37.9605,-87.557,37.9647", "-87.5672 37.9605 -87.557 37.9647"),
        ("1 2 3 4", "1 2 3 4"),
        ("POLYGON((1 2, 3 2, 3 4, 1 4, 1 2))", "1 2 3 4"),
        ("POINT(30.5 50)", "30.5 50 30.5 50"),
        ("1,2,3", None),
        ("3,2,1,4", None),
        ("-179,17,179.7,95", None),
        ("Kenya", None),
        ("", None),
    ],
)
def test_texts(words, box):
    assert extents.of_text(words) == box


def test_geojson():
    assert (
        extents.of_geojson({"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]})
        == "1 2 3 4"
    )
    assert extents.of_geojson({"type": "Point", "coordinates": [1.5, 2]}) == "1.5 2 1.5 2"
    assert extents.of_geojson({"bbox": [1, 2, 0, 3, 4, 9], "coordinates": None}) == "1 2 3 4"
    assert extents.of_geojson({"coordinates": [[["x", None], True]]}) is None
    assert extents.of_geojson({}) is None


def test_corners_with_names():
    assert extents.of_corners("1", 2, "3.0", 4) == "1 2 3 4"
    assert extents.of_corners("1", None, "3", "4") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=4)
    )
)
def test_anything_gives_a_box_or_nothing(value):
    box = extents.of_geojson({"coordinates": value})
    assert box is None or measures.is_box(box)
