"""The strategy as a vocabulary, against the strategy's own text and the list of its 22 concepts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from migration_vocabularies import get

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "seed"
TEXT = SEED / "iom-migration-data-strategy-2020-2025.fr.txt"
CONCEPTS = SEED / "concepts.json"

pytestmark = pytest.mark.skipif(not CONCEPTS.is_file(), reason=f"the text of the strategy is not at {SEED}")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip().casefold()


def test_every_concept_is_there_with_its_words_and_its_place() -> None:
    listed = {each["notation"]: each for each in json.loads(CONCEPTS.read_text("utf-8"))}
    ours = get("strategy")
    assert [concept.code for concept in ours] == list(listed)
    for code, each in listed.items():
        concept = ours[code]
        assert plain(concept.labels["fr"]) == plain(each["fr"]), code
        assert plain(concept.labels["en"]) == plain(each["en"]), code
        assert concept.broader == ((each["broader"],) if each["broader"] else ()), code


def test_the_french_labels_are_the_strategys_own_words() -> None:
    """Words, not order: the text puts some of them into longer sentences."""
    text = plain(re.sub(r"<[^>]+>", " ", TEXT.read_text("utf-8")))
    words = set(re.findall(r"\w+", text))
    for concept in get("strategy"):
        lacking = set(re.findall(r"\w+", plain(concept.labels["fr"]))) - words
        assert not lacking, (concept.code, lacking)
