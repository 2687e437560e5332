"""A chart of bars as numbers for an SVG image. Pure; the template draws it, figures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, GAP = 600, 120, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One run: its place, its height, and the height of its failed and invalid part, in image units."""

    x: float
    width: float
    height: float
    bad: float
    number: int
    listed: int
    wrong: int
    complete: bool


def bars(history: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """Give one bar a run; the highest list fills the image."""
    most = max((row["listed"] for row in history), default=0) or 1
    step = WIDTH / max(len(history), 8)
    return [
        Bar(
            x=round(place * step, 1),
            width=round(step - GAP, 1),
            height=round(HEIGHT * row["listed"] / most, 1),
            bad=round(HEIGHT * min(row["failed"] + row["invalid"], row["listed"]) / most, 1),
            number=row["number"],
            listed=row["listed"],
            wrong=row["failed"] + row["invalid"],
            complete=row["complete"],
        )
        for place, row in enumerate(history)
    ]
