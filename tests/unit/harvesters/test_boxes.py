"""Boxes on the map in the forms in which portals write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harvesters import boxes
from migration_schemas import measures


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("-87.5672,37.9605,-87.557,37.9647", "-87.5672 37.9605 -87.557 37.9647"),
        ("1 2 3 4", "1 2 3 4"),
        ("POLYGON((1 2, 3 2, 3 4, 1 4, 1 2))", "1 2 3 4"),
        ("POINT(30.5 50)", "30.5 50 30.5 50"),
        ("1,2,3", None),
        ("179,-20,-179,-10", "179 -20 180 -10;-180 -20 -179 -10"),
        ("-179,17,179.7,95", None),
        ("Kenya", None),
        ("", None),
    ],
)
def test_texts(words, box):
    assert boxes.of_text(words) == (box.split(";") if box else [])


def test_geojson():
    assert boxes.of_geojson({"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}) == [
        "1 2 3 4"
    ]
    assert boxes.of_geojson({"type": "Point", "coordinates": [1.5, 2]}) == ["1.5 2 1.5 2"]
    assert boxes.of_geojson({"bbox": [1, 2, 0, 3, 4, 9], "coordinates": None}) == ["1 2 3 4"]
    assert boxes.of_geojson({"coordinates": [[["x", None], True]]}) == []
    assert boxes.of_geojson({}) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=4)
    )
)
def test_anything_gives_a_box_or_nothing(value):
    assert all(measures.is_box(box) for box in boxes.of_geojson({"coordinates": value}))
