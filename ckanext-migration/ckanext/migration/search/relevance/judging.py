"""How well a search finds what people mean: judged queries, nDCG@10, searches without a hit, latency.

nDCG as in Järvelin and Kekäläinen (2002), with the gain 2^grade - 1: 1.0 where the best judged datasets
come first in the order of their grades, 0.0 where none of them is on the first page. Pure: the search
itself comes in as a function.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from ckanext.migration.search.errors import JudgementsInvalid

DEPTH = 10
EXAMPLES = Path(__file__).parent / "judgements" / "example-catalogue.yaml"
"""Judgements of the catalogue that ``make demo`` fills."""
_BEST = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A query in a language, by a group of readers, with grades 1 to 3 of datasets by their names."""

    q: str
    lang: str
    group: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search answered: names in their order, the total, and how long it took in seconds."""

    names: Sequence[str]
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Score:
    """One query measured."""

    q: str
    lang: str
    group: str
    ndcg: float
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All queries measured; ``skipped`` are those of whose datasets the catalogue has none."""

    scores: tuple[Score, ...]
    skipped: tuple[str, ...]

    @property
    def ndcg(self) -> float:
        """Mean over all queries."""
        return _mean(score.ndcg for score in self.scores)

    @property
    def empty(self) -> float:
        """Share of the queries that found nothing."""
        return _mean(float(not score.count) for score in self.scores)

    def by(self, what: str) -> dict[str, float]:
        """Mean nDCG for each ``lang`` or ``group``."""
        values: dict[str, list[float]] = {}
        for score in self.scores:
            values.setdefault(getattr(score, what), []).append(score.ndcg)
        return {name: _mean(found) for name, found in sorted(values.items())}

    def latency(self, share: float) -> float:
        """Return the time in seconds within which this share of the searches was answered."""
        times = sorted(score.seconds for score in self.scores)
        return times[min(math.ceil(share * len(times)) - 1, len(times) - 1)] if times else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "queries": len(self.scores),
            "skipped": list(self.skipped),
            "ndcg_at_10": self.ndcg,
            "empty": self.empty,
            "languages": self.by("lang"),
            "groups": self.by("group"),
            "latency_p50": self.latency(0.5),
            "latency_p95": self.latency(0.95),
            "scores": [asdict(score) for score in self.scores],
        }


def read(file: Path) -> tuple[Judged, ...]:
    """Read judgements. Raises ``JudgementsInvalid`` that names the query."""
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
        entries = list(content["queries"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        raise JudgementsInvalid(f"{file.name} is not a readable file of judged queries") from None
    return tuple(_judged(number, entry) for number, entry in enumerate(entries, start=1))


def _judged(number: int, entry: Any) -> Judged:
    try:
        found = Judged(str(entry["q"]), str(entry["lang"]), str(entry["group"]), dict(entry["grades"]))
    except (TypeError, KeyError, ValueError):
        raise JudgementsInvalid(f"Query {number} lacks q, lang, group or grades") from None
    if not found.grades or any(grade not in range(1, _BEST + 1) for grade in found.grades.values()):
        raise JudgementsInvalid(f"Query {number} ({found.q}) has a grade other than 1, 2 or 3")
    return found


def ndcg(names: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Return the normalised discounted cumulative gain of the first names, from 0.0 to 1.0."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(name, 0) for name in names[:depth]]) / ideal if ideal else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def measure(
    queries: Iterable[Judged], known: Callable[[str], bool], find: Callable[[Judged], Found]
) -> Report:
    """Measure every query. Of a dataset that is not in the catalogue (``known``) nothing is expected."""
    scores, skipped = [], []
    for query in queries:
        grades = {name: grade for name, grade in query.grades.items() if known(name)}
        if not grades:
            skipped.append(query.q)
            continue
        found = find(query)
        gained = ndcg(found.names, grades)
        scores.append(Score(query.q, query.lang, query.group, gained, found.count, found.seconds))
    return Report(tuple(scores), tuple(skipped))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return statistics.fmean(found) if found else 0.0
