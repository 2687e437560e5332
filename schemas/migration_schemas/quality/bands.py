"""The four bands of a score, with the proportions of data.europa.eu (351, 221 and 121 of 405 points)."""

from __future__ import annotations

from typing import Literal

Band = Literal["excellent", "good", "sufficient", "weak"]
BANDS: tuple[Band, ...] = ("excellent", "good", "sufficient", "weak")
_LIMITS = ((351, "excellent"), (221, "good"), (121, "sufficient"))
_OF = 405


def band(earned: float, possible: float) -> Band:
    """Return the band of so many points of so many; no points to be had is weak."""
    share = earned / possible if possible else 0.0
    for limit, name in _LIMITS:
        if share * _OF >= limit:
            return name  # type: ignore[return-value]
    return "weak"
