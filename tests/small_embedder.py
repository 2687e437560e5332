"""An embedder for tests: it knows a handful of words that mean the same, and counts what it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

GROUPS = (
    ("sea", "ocean", "marine"),
    ("money", "cash", "funds"),
    ("school", "education"),
    ("river", "stream"),
)


class SmallEmbedder:
    """One dimension a group of words, and one that no word has, so that no vector is empty."""

    name = "small/1"
    dimensions = len(GROUPS) + 1
    related = 0.7

    def __init__(self) -> None:
        self.records: list[str] = []
        self.queries: list[str] = []
        self.broken = False

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Sequence[Sequence[float]]:
        if self.broken:
            raise RuntimeError("no model")
        (self.queries if query else self.records).extend(texts)
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        words = re.findall(r"\w+", text.lower())
        return [float(sum(word in group for word in words)) for group in GROUPS] + [0.1]
