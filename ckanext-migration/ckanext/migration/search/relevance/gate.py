"""Whether a new index may take the place of the old one: only inside the limits.

Both indices are asked the same judged queries in the same minute, so that a person who has to decide sees
what became worse, and by how much. The limits themselves are absolute: an index that was bad yesterday
is no reason to promote another one today. Pure: the measuring comes in as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ckanext.migration.search.errors import PromotionRefused
from ckanext.migration.search.relevance.judging import Report

_SAME = 0.005
"""Difference of nDCG that is not told: ties in the scores fall either way."""

Measure = Callable[[str], Report]


@dataclass(frozen=True, slots=True)
class Limits:
    """Least mean nDCG@10, most share of queries without a hit, and seconds for 95 % of them."""

    least: float
    most_empty: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Change:
    """A query that became worse."""

    lang: str
    q: str
    before: float
    now: float

    def line(self) -> str:
        """For people."""
        return f"{self.before:6.3f} → {self.now:.3f}  {self.lang}  {self.q}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured; ``before`` is None where there was no index that found anything."""

    now: Report
    before: Report | None
    problems: tuple[str, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        """Queries that the new index answers worse than the old one, the worst first."""
        known = {(score.lang, score.q): score.ndcg for score in self.before.scores} if self.before else {}
        changed = [
            Change(score.lang, score.q, known[score.lang, score.q], score.ndcg)
            for score in self.now.scores
            if known.get((score.lang, score.q), 0.0) - score.ndcg > _SAME
        ]
        return tuple(sorted(changed, key=lambda change: change.now - change.before))


def problems(found: Report, limits: Limits) -> Iterator[str]:
    """Say each limit that a measurement does not keep."""
    if not found.scores:
        yield "the catalogue has none of the judged datasets"
        return
    if found.ndcg < limits.least:
        yield f"nDCG@10 is {found.ndcg:.3f}, at least {limits.least:g} is wanted"
    if found.empty > limits.most_empty:
        yield f"{found.empty:.1%} of the queries find nothing, at most {limits.most_empty:.1%} may"
    if found.latency(0.95) > limits.slowest:
        slow, wanted = found.latency(0.95) * 1000, limits.slowest * 1000
        yield f"95 % of the answers come within {slow:.0f} ms, {wanted:.0f} ms are wanted"


class Gate:
    """Stands before the promotion of an index; ``verdict`` is what it saw."""

    def __init__(self, measure: Measure, limits: Limits, *, anyway: bool = False) -> None:
        self._measure, self._limits, self._anyway = measure, limits, anyway
        self.verdict: Verdict | None = None

    def __call__(self, new: str, old: str | None) -> None:
        """Measure the new index and the one that serves. Raises ``PromotionRefused``.

        Where the old one finds nothing there is nothing to keep: to refuse would end the search.
        """
        now = self._measure(new)
        before = self._measure(old) if old else None
        if before and not any(score.count for score in before.scores):
            before = None
        self.verdict = Verdict(now, before, tuple(problems(now, self._limits)))
        if self.verdict.problems and before and not self._anyway:
            raise PromotionRefused(
                f"The old index stays, the new one answers too badly: {'; '.join(self.verdict.problems)}"
            )
