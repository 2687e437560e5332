"""The update state of a dataset as a query: it never goes stale, because nothing of it is stored.

A document carries the instants at which it falls due, overdue and delinquent; which of them lie in
the past is decided when the question is asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ckanext.migration.search import dates

CURRENT, DUE, OVERDUE, DELINQUENT = "current", "due", "overdue", "delinquent"
NOT_APPLICABLE, UNKNOWN = "not-applicable", "unknown"
STATES = (CURRENT, DUE, OVERDUE, DELINQUENT, NOT_APPLICABLE, UNKNOWN)
UNSCHEDULED = "update_unscheduled"
"""Keyword field of the documents without due dates: why they have none."""


def query(state: str, now: datetime) -> dict[str, Any]:
    """The documents that are in this state now; an unknown state matches nothing."""
    if state in (NOT_APPLICABLE, UNKNOWN):
        return _without_dates(state)
    instant = dates.render(now)
    past = {"lte": instant}
    future = {"gt": instant}
    bounds = {
        CURRENT: {"due_at": future},
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
    unscheduled = {"term": {UNSCHEDULED: NOT_APPLICABLE}}
    side = "filter" if state == NOT_APPLICABLE else "must_not"
    undated["bool"].setdefault(side, []).append(unscheduled)
    return undated
