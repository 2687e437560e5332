"""Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): 1 / (60 + rank), added up. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_K = 60


def fused(words: Sequence[str], near: Sequence[str], first: Collection[str] = ()) -> list[str]:
    """Return the ids that the words found, in the order that both rankings make.

    ``first`` stay before all others, in their order: an exact title is never overtaken. What is only
    near in meaning is not added: totals, facets and pages count what the words found.
    """
    distance = {each: rank for rank, each in enumerate(near, start=1)}
    place = {each: rank for rank, each in enumerate(words, start=1)}

    def score(each: str) -> float:
        return 1 / (_K + place[each]) + (1 / (_K + distance[each]) if each in distance else 0.0)

    return sorted(words, key=lambda each: (each not in first, -score(each) if each not in first else 0.0))
