"""Counts the points of a record.

A metric about resources is earned in proportion: two of three files with a licence earn two thirds. What
a record alone cannot show (does the link answer?) comes as `Evidence`; as long as it is unknown it earns
nothing and is told as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_vocabularies import get

from ..record import Record
from ..validation import validate_record
from ..writing import write
from .bands import Band, band
from .metrics import DIMENSIONS, MIGDCAT, MQA, Metric, Scale

CONFORMS = "conformsToProfile"
ADDRESSES = {"accessAddressAnswers": "url", "downloadAddressAnswers": "download_url"}
_SUBJECT = "urn:record:0"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the record: which addresses answered when they were last tried."""

    answers: Mapping[str, bool] = field(default_factory=dict)
    conforms: bool | None = None
    """Whether the record has no violation; None lets it be found out."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One metric as it turned out; without `applies` it counts neither for nor against."""

    metric: Metric
    earned: float
    applies: bool = True
    known: bool = True

    @property
    def gain(self) -> float:
        """Return the points that are still to be had."""
        return round(self.metric.points - self.earned, 1) if self.applies else 0.0

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "name": self.metric.name,
            "label": self.metric.label(lang),
            "dimension": self.metric.dimension,
            "field": self.metric.field,
            "of_resource": self.metric.of_resource,
            "points": self.metric.points,
            "earned": self.earned,
            "applies": self.applies,
            "known": self.known,
            "repair": self.metric.repair(lang) if self.gain else None,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its arithmetic."""

    scale: Scale
    counted: tuple[Counted, ...]

    @property
    def earned(self) -> float:
        """Return the points earned."""
        return round(sum(each.earned for each in self.counted if each.applies), 1)

    @property
    def possible(self) -> int:
        """Return the points of what applies to the record."""
        return sum(each.metric.points for each in self.counted if each.applies)

    @property
    def percent(self) -> int:
        """Return the share earned, in whole percent, rounded down: 100 means everything."""
        return int(100 * self.earned / self.possible) if self.possible else 0

    @property
    def band(self) -> Band:
        """Return excellent, good, sufficient or weak."""
        return band(self.earned, self.possible)

    @property
    def dimensions(self) -> dict[str, tuple[float, int]]:
        """Return the points earned and possible of each dimension, in the order of the code list."""
        found: dict[str, tuple[float, int]] = {}
        for each in self.counted:
            earned, possible = found.get(each.metric.dimension, (0.0, 0))
            if each.applies:
                earned, possible = round(earned + each.earned, 1), possible + each.metric.points
            found[each.metric.dimension] = earned, possible
        return found

    @property
    def repairs(self) -> list[Counted]:
        """Return what can still be earned by the publisher, the most points first."""
        return sorted((e for e in self.counted if e.gain and e.known), key=lambda each: -each.gain)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return it as JSON-ready data."""
        names = get(DIMENSIONS)
        return {
            "earned": self.earned,
            "possible": self.possible,
            "most": self.scale.most,
            "percent": self.percent,
            "band": self.band,
            "dimensions": [
                {"name": name, "label": names[name].label(lang), "earned": earned, "possible": possible}
                for name, (earned, possible) in self.dimensions.items()
            ],
            "metrics": [each.as_dict(lang) for each in self.counted],
            "repairs": [{"name": each.metric.name, "gain": each.gain} for each in self.repairs],
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """Both scores of one record."""

    own: Score
    mqa: Score

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return both as JSON-ready data."""
        return {"migdcat": self.own.as_dict(lang), "mqa": self.mqa.as_dict(lang)}


def assess(record: Record, evidence: Evidence | None = None) -> Assessment:
    """Count the points of a record, with all its fields."""
    known = evidence or Evidence()
    triples = write(record, subject=_SUBJECT, visibility="internal").triples
    failed: dict[Scale, Counter[str]] = {
        scale: Counter(
            shape for _focus, shape in {(r.focus, str(r.shape)) for r in scale.compiled.results(triples)}
        )
        for scale in (MIGDCAT, MQA)
    }
    scores = {scale: _score(scale, failed[scale], record, known) for scale in failed}
    return Assessment(scores[MIGDCAT], scores[MQA])


def _score(scale: Scale, failed: Counter[str], record: Record, known: Evidence) -> Score:
    return Score(scale, tuple(_count(metric, failed, record, known) for metric in scale.metrics))


def _count(metric: Metric, failed: Counter[str], record: Record, known: Evidence) -> Counted:
    if metric.applies_if is not None and failed[metric.applies_if]:
        return Counted(metric, 0.0, applies=False)
    if metric.evidence == CONFORMS:
        conforms = validate_record(record).conforms if known.conforms is None else known.conforms
        return Counted(metric, float(metric.points if conforms else 0))
    if metric.evidence is not None:
        return _answering(metric, record, known.answers)
    if not metric.of_resource:
        return Counted(metric, float(0 if failed[metric.shape] else metric.points))
    number = len(record.resources)
    share = (number - failed[metric.shape]) / number if number else 0.0
    return Counted(metric, round(metric.points * share, 1))


def _answering(metric: Metric, record: Record, answers: Mapping[str, bool]) -> Counted:
    """Count a metric about addresses that answer; a resource without one earns nothing."""
    name = ADDRESSES[str(metric.evidence)]
    addresses = [str(entry.get(name) or "") for entry in record.resources]
    if not any(addresses):
        return Counted(metric, 0.0)
    tried = [answers[address] for address in addresses if address in answers]
    share = sum(tried) / len(addresses)
    return Counted(metric, round(metric.points * share, 1), known=bool(tried))
