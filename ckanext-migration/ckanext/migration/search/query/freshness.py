"""The update state of a dataset as a query: it never goes stale, because nothing of it is stored.

A document carries the days on which it falls due, overdue and delinquent; which of them lie in
the past is decided when the question is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

FRESH, DUE, OVERDUE, DELINQUENT = "fresh", "due", "overdue", "delinquent"
NOT_APPLICABLE, UNKNOWN = "not-applicable", "unknown"
STATES = (FRESH, DUE, OVERDUE, DELINQUENT, NOT_APPLICABLE, UNKNOWN)
SCHEDULE = "update_schedule"
"""Keyword field: scheduled, or why there is no schedule."""


def query(state: str, now: datetime) -> dict[str, Any]:
    """Return the documents that are in this state now; an unknown state matches nothing."""
    if state in (NOT_APPLICABLE, UNKNOWN):
        return _without_dates(state)
    today = now.astimezone(UTC).date().isoformat()
    past, future = {"lte": today}, {"gt": today}
    bounds = {
        FRESH: {"due_at": future},
        DUE: {"due_at": past, "overdue_at": future},
        OVERDUE: {"overdue_at": past, "delinquent_at": future},
        DELINQUENT: {"delinquent_at": past},
    }.get(state)
    if bounds is None:
        return {"match_none": {}}
    return {"bool": {"filter": [{"range": {field: bound}} for field, bound in bounds.items()]}}


def aggregation(now: datetime) -> dict[str, Any]:
    """One bucket a state."""
    return {"filters": {"filters": {state: query(state, now) for state in STATES}}}


def _without_dates(state: str) -> dict[str, Any]:
    undated: dict[str, Any] = {"bool": {"must_not": [{"exists": {"field": "due_at"}}]}}
    unscheduled = {"term": {SCHEDULE: NOT_APPLICABLE}}
    side = "filter" if state == NOT_APPLICABLE else "must_not"
    undated["bool"].setdefault(side, []).append(unscheduled)
    return undated
