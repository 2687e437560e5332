"""The figures of a run, counted from its snapshot and never kept by hand, so that they always add up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest.decisions import NOT_LISTED, PROBLEMS, WRITES, Outcome
from ckanext.migration.harvest.model import HarvestRun, HarvestSnapshot


def counters(run_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Count the outcomes of runs in one query."""
    wanted = list(run_ids)
    row = HarvestSnapshot
    valid = sa.and_(row.violations == 0, row.warnings > 0)
    query = (
        sa.select(
            row.run_id,
            row.outcome,
            sa.func.count(),
            sa.func.count().filter(row.violations > 0),
            sa.func.count().filter(valid),
            sa.func.count().filter(row.applied),
        )
        .where(row.run_id.in_(wanted))
        .group_by(row.run_id, row.outcome)
    )
    names = [*(str(kind) for kind in Outcome), "listed", "invalid", "warnings", "written"]
    found = {run_id: dict.fromkeys(names, 0) for run_id in wanted}
    for run_id, outcome, number, invalid, warned, applied in model.Session.execute(query):
        figures = found[run_id]
        figures[outcome] = number
        if outcome not in NOT_LISTED:
            figures["listed"] += number
            figures["invalid"] += invalid
            figures["warnings"] += warned
        if outcome in WRITES:
            figures["written"] += applied
    for figures in found.values():
        figures["to_write"] = sum(figures[kind] for kind in WRITES)
        figures["failed"] = sum(figures[kind] for kind in PROBLEMS)  # a conflict is a failure with a name
    return found


def progress(run: HarvestRun) -> dict[str, Any]:
    """Say how far a run is: the phase, and how many of how many."""
    figures = run.counters or counters([run.id])[run.id]
    done, total = {
        "list": (figures["listed"], run.expected),
        "stage": (figures["listed"] - figures["waiting"], figures["listed"]),
        "apply": (figures["written"], figures["to_write"]),
    }.get(run.phase, (figures["written"], figures["to_write"]))
    return {"phase": run.phase, "done": done, "total": total, "pages": run.pages, "counters": figures}
