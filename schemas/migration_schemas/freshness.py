"""Is a dataset up to date? The rule of the Humanitarian Data Exchange, for every frequency.

A dataset is *fresh* until its period has passed since the last change, then *due*, *overdue* after a grace
time and *delinquent* after a second one (HDX, "Expected Update Frequency vs Freshness Status"). HDX defines
the thresholds for seven frequencies; the others follow those of the nearest one. Datasets that promise no
rhythm, which HDX calls always fresh, are not judged.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal, NamedTuple

from .record import Record

State = Literal["fresh", "due", "overdue", "delinquent", "not-applicable", "unknown"]
STATES: tuple[State, ...] = ("fresh", "due", "overdue", "delinquent", "not-applicable", "unknown")

HDX: dict[str, tuple[int, int, int]] = {
    "DAILY": (1, 2, 3),
    "WEEKLY": (7, 14, 21),
    "BIWEEKLY": (14, 21, 28),
    "MONTHLY": (30, 44, 60),
    "QUARTERLY": (90, 120, 150),
    "ANNUAL_2": (180, 210, 240),
    "ANNUAL": (365, 425, 455),
}
OTHERS: dict[str, tuple[int, int, int]] = {
    "HOURLY": (1, 2, 3),
    "DAILY_2": (1, 2, 3),
    "WEEKLY_3": (3, 6, 9),
    "WEEKLY_2": (4, 8, 12),
    "MONTHLY_3": (10, 17, 24),
    "MONTHLY_2": (15, 22, 29),
    "BIMONTHLY": (61, 91, 121),
    "ANNUAL_3": (122, 152, 182),
    "BIENNIAL": (730, 790, 820),
    "TRIENNIAL": (1095, 1155, 1185),
    "QUINQUENNIAL": (1826, 1886, 1916),
    "DECENNIAL": (3652, 3712, 3742),
}
THRESHOLDS = HDX | OTHERS
WITHOUT_RHYTHM = frozenset({"CONT", "UPDATE_CONT", "AS_NEEDED", "IRREG", "NEVER", "OTHER"})


class Deadlines(NamedTuple):
    """The days on which a dataset becomes due, overdue and delinquent."""

    due_at: date
    overdue_at: date
    delinquent_at: date


def thresholds(frequency: str) -> tuple[int, int, int] | None:
    """Return after how many days a dataset is due, overdue and delinquent; None without a rhythm."""
    return THRESHOLDS.get(frequency)


def deadlines(frequency: str | None, modified: str | None) -> Deadlines | None:
    """Return the days on which the state changes; None where there is no rhythm or no date."""
    days = thresholds(frequency or "")
    changed = last_day(modified)
    if days is None or changed is None:
        return None
    try:
        return Deadlines(*(changed + timedelta(days=number) for number in days))
    except OverflowError:
        return None


def state(frequency: str | None, modified: str | None, today: date) -> State:
    """Say whether a dataset is up to date on a day."""
    if frequency in WITHOUT_RHYTHM:
        return "not-applicable"
    days = deadlines(frequency, modified)
    if days is None:
        return "unknown"
    if today < days.due_at:
        return "fresh"
    if today < days.overdue_at:
        return "due"
    return "overdue" if today < days.delinquent_at else "delinquent"


def changed(record: Record) -> str | None:
    """Return the date from which a record's age is counted: its last change, else its publication."""
    value = record.fields.get("modified") or record.fields.get("issued")
    return str(value) if value else None


def of(record: Record, today: date) -> State:
    """Say whether the dataset of a record is up to date on a day."""
    return state(record.fields.get("frequency"), changed(record), today)


def last_day(text: str | None) -> date | None:
    """Return the last day that a date may mean (2024-02 → 29 February), None for anything else."""
    parts = (text or "").split("T")[0].split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    numbers = [int(part) for part in parts]
    try:
        year, month = numbers[0], numbers[1] if len(numbers) > 1 else 12
        return date(year, month, numbers[2] if len(numbers) > 2 else calendar.monthrange(year, month)[1])
    except ValueError:
        return None
