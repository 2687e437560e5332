"""What may happen to a record and to a run. Pure: no CKAN, no database, no clock of its own.

Every rule that protects partners' datasets from an accident at the partner stands here and is tested as a
table: a source removes nothing by sending an empty, broken, flapping or suddenly shrunken listing; a person
is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What a run made of one record."""

    WAITING = "waiting"
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    RESTORED = "restored"
    MISSING = "missing"
    LEAVING = "leaving"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"
    FAILED = "failed"


NOT_LISTED = (Outcome.MISSING, Outcome.LEAVING, Outcome.ARCHIVED)
WRITES = (Outcome.ADDED, Outcome.UPDATED, Outcome.RESTORED)
PROBLEMS = (Outcome.FAILED, Outcome.CONFLICT)


class Reason(StrEnum):
    """Why a run stops and asks a person."""

    EMPTY = "listing-empty"
    INCOMPLETE = "listing-incomplete"
    UNSTABLE = "listing-unstable"
    SHRUNKEN = "listing-shrunken"
    AGREEMENT = "settings-changed"
    GROWN = "listing-grown"
    TITLES = "titles-worse"
    GRADES = "grades-worse"
    PUBLISHER = "publisher-changed"


UPDATE_REASONS = frozenset({Reason.TITLES, Reason.GRADES, Reason.PUBLISHER})
REMOVAL_REASONS = frozenset(Reason) - UPDATE_REASONS - {Reason.GROWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much change passes without a person; the defaults are those of the configuration."""

    shrink_share: float = 0.20
    shrink_minimum: int = 5
    growth_share: float = 0.50
    growth_minimum: int = 100
    worse_share: float = 0.20
    worse_minimum: int = 5
    grace: timedelta = timedelta(days=7)
    grace_runs: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds about one record before this run."""

    state: str  # current | missing | archived
    content_hash: str | None
    private: bool
    package: str  # active | deleted: what CKAN says about the dataset now; a purged one is deleted, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came from the partner in this run, mapped and validated."""

    content_hash: str
    private: bool


def decide(arrived: Arrived, known: Known | None) -> Outcome:
    """Say what a mapped record means for the catalogue; its content decides, never its date."""
    if known is None:
        return Outcome.ADDED
    if known.package != "active":
        return Outcome.WITHDRAWN  # a person deleted it here: that stands (ID-05)
    if known.state == "archived":
        return Outcome.RESTORED
    if arrived.content_hash != known.content_hash or arrived.private != known.private:
        return Outcome.UPDATED
    return Outcome.RESTORED if known.state == "missing" else Outcome.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the guard needs to know about a finished listing."""

    known: int  # records of this source that are in the catalogue now (not archived)
    listed: int
    added: int
    missing: int
    complete: bool
    stable: bool
    agreement_changed: bool = False
    titles_worse: int = 0  # updates whose title became empty, the bare identifier, or that of another record
    grades_worse: int = 0  # updates with more violations, or as many and more warnings, than before
    publishers: int = 0  # updates with another publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The verdict of the guard: nothing to ask when `reasons` is empty."""

    reasons: tuple[Reason, ...]
    removals_held: bool
    additions_held: bool
    updates_held: bool


def guard(listed: Listed, limits: Limits) -> Guard:
    """Hold removals or additions that look like an accident (DL-01 to DL-03, DL-06, FI-35).

    A listing from which nothing is missing has nothing to ask about, however it went.
    """
    reasons: list[Reason] = []
    if listed.missing:
        if listed.complete and listed.listed == 0:
            reasons.append(Reason.EMPTY)
        if not listed.complete:
            reasons.append(Reason.INCOMPLETE)
        if listed.complete and not listed.stable:
            reasons.append(Reason.UNSTABLE)
        large = listed.missing >= limits.shrink_minimum
        if large and listed.missing > limits.shrink_share * listed.known and listed.listed:
            reasons.append(Reason.SHRUNKEN)
        if listed.agreement_changed:
            reasons.append(Reason.AGREEMENT)
    removals_held = bool(reasons)
    many = listed.added > limits.growth_minimum
    grown = bool(listed.known) and many and listed.added > limits.growth_share * listed.known
    if grown:
        reasons.append(Reason.GROWN)
    worse = _worse(listed, limits)
    return Guard(
        reasons=(*reasons, *worse),
        removals_held=removals_held,
        additions_held=grown,
        updates_held=bool(worse),
    )


def _worse(listed: Listed, limits: Limits) -> list[Reason]:
    """Say in what way the known records became worse, or somebody else's, all at once (FI-36)."""
    bound = limits.worse_share * listed.known
    figures = ((Reason.TITLES, listed.titles_worse), (Reason.GRADES, listed.grades_worse))
    reasons = [reason for reason, number in figures if number >= limits.worse_minimum and number > bound]
    if listed.publishers and listed.publishers > bound:
        reasons.append(Reason.PUBLISHER)
    return reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How long a record has been missing, this run included."""

    since: datetime
    runs: int


def absent(since: datetime | None, runs: int, now: datetime) -> Absence:
    """Count one more complete run in which a record was missing."""
    return Absence(since=since or now, runs=runs + 1)


def retirable(absence: Absence, now: datetime, limits: Limits) -> bool:
    """Grace (DL-04): withdrawn only after both the time and the number of complete runs have passed."""
    return now - absence.since >= limits.grace and absence.runs >= limits.grace_runs


class Approval(StrEnum):
    """What an approval of a held run comes to (DL-09)."""

    GRANTED = "granted"
    REPEATED = "repeated"
    STALE = "stale"
    NOT_ASKED = "not-asked"


def approval(*, state: str, approved: bool, newest: bool) -> Approval:
    """Say whether a person's approval counts: once, and only for the newest run of a source."""
    if approved:
        return Approval.REPEATED
    if not newest:
        return Approval.STALE
    return Approval.GRANTED if state == "needs-approval" else Approval.NOT_ASKED


def visibility(*, violations: int, confirmed: bool, set_by_us: bool | None, now_private: bool | None) -> bool:
    """Say whether a dataset is private: the invalid always, the unconfirmed until a person has looked.

    `set_by_us` is what the last run wrote and `now_private` what CKAN holds: where they differ a person has
    decided, and that stands as long as the record is valid.
    """
    if violations:
        return True
    if set_by_us is not None and now_private is not None and set_by_us != now_private:
        return now_private
    return not confirmed
