"""Reading only what changed since the last run, where the partner can be asked for that.

A list of changes proves nothing about what is not in it. The records that it does not speak of are taken over
from the run that it builds on, so that the snapshot is as whole as any other; none of them counts as missing.
What is missing is judged when the whole list is read again, which happens at intervals, after a run that was
not clean, after an upgrade and after a change of settings. Only what the partner itself calls deleted is
followed before that, and the guard judges it as it judges any removal.

`HarvestRun.reading` holds `whole` (the whole list is asked for), `since`, `basis` and `basis_number` (the run
that a list of changes builds on), and for the run that builds on this one: `mark` (the partner's time when
the list was begun), `whole_at` (when the whole list was read), `recipe`, `listed` and `total` (how
many records the partner has).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest import asking_again, config
from ckanext.migration.harvest.decisions import NOT_LISTED, Outcome
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.work import Work
from migration_harvesters.records import Gone, Listing

log = logging.getLogger(__name__)

FINAL = "deleted-at-partner"
LEFT = "left-out"
_CARRIED = (
    "remote_id", "position", "title", "url", "package_id", "raw_hash", "content_hash", "previous_hash",
    "outcome", "private", "confirmed", "violations", "warnings", "report", "stage", "error",
)  # fmt: skip


def since(run: HarvestRun) -> datetime | None:
    """Say from when on a run reads changes; None if it reads the whole list."""
    said = (run.reading or {}).get("since")
    return datetime.fromisoformat(said) if said else None


def plan(work: Work, *, whole: bool) -> datetime | None:
    """Decide at the beginning of a list what is read, and write it down; None for the whole list."""
    able = not whole and getattr(work.reader(), "tells_changes", False)
    with work.step() as run:
        run.reading = {"whole": True} if (run.reading or {}).get("whole") else None
        basis = _basis(work, run) if able and run.reading is None else None
        if basis is not None:
            noted = basis.reading or {}
            run.reading = {
                "since": noted["mark"],
                "basis": basis.id,
                "basis_number": basis.number,
                "whole_at": noted["whole_at"],
            }
        return since(run)


def hides_absence(run: HarvestRun, listing: Listing) -> bool:
    """Say whether the partner has another number of records in all than the changes come to.

    Then some are gone without a word, and only the whole list says which.
    """
    noted = run.reading or {}
    basis = model.Session.get(HarvestRun, noted["basis"]) if "basis" in noted else None
    before = (basis.reading or {}).get("total") if basis is not None else None
    if basis is None or before is None or listing.total is None:
        return False
    row = HarvestSnapshot
    known = sa.select(row.remote_id).where(row.run_id == basis.id, row.outcome.notin_(NOT_LISTED))
    fresh = sa.select(sa.func.count()).where(
        row.run_id == run.id, row.outcome.notin_(NOT_LISTED), row.remote_id.notin_(known)
    )
    return bool(listing.total != before + (model.Session.scalar(fresh) or 0))


def whole_instead(work: Work) -> None:
    """Read the whole list after all: changes are not told, or not all of them."""
    log.info("harvest.whole-list-instead run=%s", work.held.run_id)
    with work.step() as run:
        run.reading = {"whole": True}


def _basis(work: Work, run: HarvestRun) -> HarvestRun | None:
    """Find the run that a list of changes can build on: the last one, if nothing about it was doubtful."""
    wrote = sa.select(HarvestSnapshot.run_id).where(HarvestSnapshot.run_id == HarvestRun.id).exists()
    query = (
        sa.select(HarvestRun)
        .where(HarvestRun.source_id == run.source_id, HarvestRun.id != run.id, HarvestRun.kind != "preview")
        .where(sa.or_(HarvestRun.state != "failed", wrote))
        .order_by(HarvestRun.number.desc())
        .limit(1)
    )
    last = model.Session.scalar(query)
    noted = (last.reading or {}) if last is not None else {}
    if last is None or last.kind != "harvest" or last.state != "finished" or "mark" not in noted:
        return None
    if (last.guard or {}).get("reasons") and not (last.guard or {}).get("approved_at"):
        return None
    if noted["recipe"] != work.recipe or noted["listed"] != asking_again.listed(last.id):
        return None
    age = work.clock() - datetime.fromisoformat(noted["whole_at"])
    return last if age < config.whole_list_interval() else None


def begun(run: HarvestRun, listing: Listing) -> None:
    """Note the partner's time with the first page; a clock that is ahead of ours counts as ours (OA-08)."""
    noted = run.reading or {}
    if listing.mark is not None and "begun" not in noted:
        ours = run.started_at or listing.mark
        run.reading = {**noted, "begun": min(listing.mark, ours).isoformat()}


def leave(run: HarvestRun, gone: Sequence[Gone]) -> list[dict[str, Any]]:
    """Make the rows for known records of which the partner says that they are gone."""
    told = {one.remote_id: one for one in gone}
    query = sa.select(HarvestRecord).where(
        HarvestRecord.source_id == run.source_id,
        HarvestRecord.state.in_(("current", "missing")),
        HarvestRecord.remote_id.in_(told),
    )
    return [_leaving(run, record, told[record.remote_id]) for record in model.Session.scalars(query)]


def as_known(run: HarvestRun, record: HarvestRecord, outcome: Outcome) -> dict[str, Any]:
    """Make the row of a run for a record of which it brings nothing: as it was taken over last."""
    report = record.report or {}
    return {
        "run_id": run.id,
        "remote_id": record.remote_id,
        "outcome": outcome,
        "title": report.get("title"),
        "package_id": record.package_id,
        "raw_hash": record.raw_hash,
        "content_hash": record.content_hash,
        "previous_hash": record.content_hash,
        "private": record.private,
        "confirmed": record.confirmed,
        "report": record.report,
        "applied": False,
    }


def _leaving(run: HarvestRun, record: HarvestRecord, gone: Gone) -> dict[str, Any]:
    words = {
        "deleted": "The partner says that this record was deleted.",
        "private": "The record is private at the partner.",
        "not-a-dataset": "The partner no longer calls this record a dataset.",
    }
    message = words.get(gone.reason, f"The partner lists this record, but it is left out ({gone.reason}).")
    return {
        **as_known(run, record, Outcome.LEAVING),
        "position": 0,
        "stage": "list",
        "error": {"code": FINAL if gone.final else LEFT, "message": message},
    }


def close(work: Work, run: HarvestRun, listing: Listing) -> None:
    """Complete a finished list of changes from its basis, and note what the next one can build on."""
    noted = {name: value for name, value in (run.reading or {}).items() if name != "whole"}
    if "basis" in noted:
        asking_again.copy(run, noted["basis"])
        _still_missing(run, noted["basis"])
    total = listing.total if "basis" in noted else listing.expected
    mark = noted.pop("begun", None)
    if mark and run.complete and run.stable and work.recipe:
        whole_at = noted.get("whole_at") or (run.started_at or work.clock()).isoformat()
        model.Session.flush()
        noted |= {
            "mark": mark,
            "whole_at": whole_at,
            "recipe": work.recipe,
            "listed": asking_again.listed(run.id),
            "total": total,
        }
    run.reading = noted or None


def _still_missing(run: HarvestRun, basis: str) -> None:
    """Keep what was missing: it is neither here again nor missing once more."""
    table = HarvestSnapshot
    columns: dict[str, Any] = {name: getattr(table, name) for name in _CARRIED}
    columns |= {"run_id": sa.literal(run.id), "applied": sa.false(), "attempts": sa.literal(0)}
    rows = sa.select(*columns.values()).where(table.run_id == basis, table.outcome == Outcome.MISSING)
    model.Session.execute(insert(table).from_select(list(columns), rows).on_conflict_do_nothing())
