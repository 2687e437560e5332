"""Phase one: the partner's records are read page by page; each page is committed together with its cursor."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any, cast

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest import asking_again, blobs, config, increments
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import Outcome
from ckanext.migration.harvest.errors import RunPostponed
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot
from ckanext.migration.harvest.naming import identity
from ckanext.migration.harvest.work import Work, clean, public, spent
from migration_harvesters.conditional import Condition, NotModified
from migration_harvesters.errors import ListingTruncated, SourceRefused, SourceUnavailable
from migration_harvesters.records import Listing, Page, TellsChanges
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

SHOWN_PROBLEMS = 50
LONGEST_WAIT = 24 * 3600.0  # seconds; who asks for more is not worth waiting for


def read(work: Work) -> None:
    """Read the whole list, from where an interrupted worker left it, and note whether it may be trusted."""
    cursor, known, staged = _resume(work)
    before = asking_again.condition(work) if cursor is None else None
    work.asks.begin(before[1] if before else None)
    listing = _opened(work, cursor, whole=before is not None)
    ceiling = 3 * known + 10_000
    ended: MigrationError | None = None
    mark = time.monotonic()
    try:
        for page in listing:
            crashpoint("page-read")
            staged = _stage(work, page, listing, mark)
            mark = time.monotonic()
            crashpoint("page-committed")
            if staged > ceiling:
                raise ListingTruncated(f"The listing did not end after {staged} records.")
    except NotModified:
        _close_unread(work, before, mark)
        return
    except MigrationError as error:
        _postpone(work, error)
        if not staged and isinstance(error, SourceRefused) and _reads_changes(work):
            _read_whole(work)
            return
        if not staged and error.scope == "run":
            raise
        ended = error
    if ended is None and _hides_absence(work, listing):
        _read_whole(work)
        return
    _close(work, listing, ended, begun=cursor is None)
    crashpoint("listing-closed")


def _opened(work: Work, cursor: str | None, *, whole: bool) -> Listing:
    """Open the list where it is to be read from: all of it, or what changed."""
    with work.step() as run:
        since = increments.since(run)
    if cursor is None:
        since = increments.plan(work, whole=whole)
    reader = work.reader()
    return reader.listing(cursor) if since is None else cast(TellsChanges, reader).changes(since, cursor)


def _read_whole(work: Work) -> None:
    """Begin anew with the whole list, which is what a list of changes cannot tell."""
    increments.whole_instead(work)
    with work.step() as run:
        run.cursor = None
    read(work)


def _hides_absence(work: Work, listing: Listing) -> bool:
    with work.step() as run:
        return increments.hides_absence(run, listing)


def _reads_changes(work: Work) -> bool:
    with work.step() as run:
        return increments.since(run) is not None


def _postpone(work: Work, error: MigrationError) -> None:
    """Raise RunPostponed where the partner said when to come back; not for ever (HT-19, FI-29)."""
    seconds = getattr(error, "retry_after", None)
    if not isinstance(error, SourceUnavailable) or seconds is None or seconds > LONGEST_WAIT:
        return
    with work.step() as run:
        if run.postponed >= config.postponements():
            return
    raise RunPostponed("The partner asked us to come back later.", seconds=max(1.0, seconds)) from error


def _resume(work: Work) -> tuple[str | None, int, int]:
    """Find the cursor to go on from, with the records known before and those of this list so far.

    Without a cursor the list is read again from its beginning.
    """
    with work.step() as run:
        if run.cursor is None:
            model.Session.execute(sa.delete(HarvestSnapshot).where(HarvestSnapshot.run_id == run.id))
            run.pages, run.problems, run.stable = 0, [], None
        run.agreement = work.origin.agreement_hash
        known = model.Session.scalar(
            sa.select(sa.func.count()).where(HarvestRecord.source_id == work.origin.id)
        )
        staged = model.Session.scalar(sa.select(sa.func.count()).where(HarvestSnapshot.run_id == run.id))
        return run.cursor, known or 0, staged or 0


def _stage(work: Work, page: Page, listing: Listing, started: float) -> int:
    """Commit one page: raw replies, one snapshot row a record, the failures, and the cursor."""
    with work.step() as run:
        start = model.Session.scalar(sa.select(sa.func.count()).where(HarvestSnapshot.run_id == run.id)) or 0
        raws = {blobs.digest(raw.body, raw.format): (raw.format, raw.body) for raw in page.items}
        blobs.keep(raws)
        rows = [
            _row(run, start + place, identity(raw.ref.id), raw.ref.url)
            | {"raw_hash": blobs.digest(raw.body, raw.format)}
            for place, raw in enumerate(page.items)
        ]
        for place, failure in enumerate(page.failures):
            name = f"(page {run.pages + 1}, record {place + 1})"
            remote_id = identity(failure.remote_id) if failure.remote_id else name
            row = _row(run, start + len(page.items) + place, remote_id, None)
            rows.append(
                row | {"outcome": Outcome.FAILED, "stage": failure.stage, "error": public(failure.error)}
            )
        staged = start + len(_insert(rows))
        repeated = len(rows) + start - staged
        staged += len(_insert(increments.leave(run, page.gone)))
        increments.begun(run, listing)
        run.cursor, run.pages, run.expected = page.cursor, run.pages + 1, listing.expected
        run.stable = listing.stable and run.stable is not False
        run.problems = _problems(run, listing.problems, repeated)
        run.timings = spent(run, "list", started)
        crashpoint("page-staged")
    return staged


def _row(run: HarvestRun, position: int, remote_id: str, url: str | None) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "remote_id": remote_id,
        "position": position,
        "url": clean(url) if url else None,
        "outcome": Outcome.WAITING,
        "raw_hash": None,
        "stage": None,
        "error": None,
    }


def _insert(rows: list[dict[str, Any]]) -> list[str]:
    """Insert the rows of a page; of two records with one identifier the first one wins (JS-09)."""
    if not rows:
        return []
    statement = insert(HarvestSnapshot).on_conflict_do_nothing().returning(HarvestSnapshot.remote_id)
    return list(model.Session.scalars(statement, rows))


def _problems(run: HarvestRun, found: Iterable[MigrationError], repeated: int) -> list[dict[str, Any]]:
    """Collect what went wrong with the list, each sentence once."""
    problems = list(run.problems or [])
    fresh = [public(problem) for problem in found]
    if repeated:
        text = f"{repeated} identifiers came twice on page {run.pages}; the first record was kept."
        fresh.append({"code": "duplicate-identifier", "message": text})
    problems += [problem for problem in fresh if problem not in problems]
    return problems[:SHOWN_PROBLEMS]


def _close_unread(work: Work, before: tuple[str, Condition] | None, started: float) -> None:
    """Take over the list of an earlier run: the partner says that it is still the same."""
    with work.step() as run:
        if before is not None:
            asking_again.take_over(work, run, before[0])
        run.phase, run.timings = "stage", spent(run, "list", started)
    crashpoint("listing-closed")


def _close(work: Work, listing: Listing, ended: MigrationError | None, *, begun: bool) -> None:
    """Note what the finished list is worth: complete means whole, and no record is nameless (DL-02)."""
    with work.step() as run:
        nameless = sa.select(sa.func.count()).where(
            HarvestSnapshot.run_id == run.id,
            HarvestSnapshot.outcome == Outcome.FAILED,
            HarvestSnapshot.remote_id.startswith("(page "),
        )
        run.problems = _problems(run, [*listing.problems, *([ended] if ended else [])], 0)
        run.stable = listing.stable and run.stable is not False
        run.complete = listing.complete and ended is None and not model.Session.scalar(nameless)
        run.expected, run.cursor, run.phase = listing.expected, None, "stage"
        increments.begun(run, listing)
        if begun and increments.since(run) is None:  # in this process, and not where another one had come to
            asking_again.note(work, run)
        increments.close(work, run, listing)
    log.info(
        "harvest.listed run=%s complete=%s stable=%s", work.held.run_id, listing.complete, listing.stable
    )
