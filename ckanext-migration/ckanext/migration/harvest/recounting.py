"""The words of a partner counted anew, over all records that are held: those that no record uses any more go.

A run meets only the words of the records that it reads anew, so it cannot know of a word that it does not
meet whether it is still in use. What a person decided about a word stays, whether it is used or not.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import agreement, blobs, terms
from ckanext.migration.harvest.decisions import NOT_LISTED
from ckanext.migration.harvest.guarding import IN_CATALOGUE
from ckanext.migration.harvest.model import (
    HarvestRecord,
    HarvestRun,
    HarvestSnapshot,
    HarvestSource,
    HarvestTerm,
)
from migration_harvesters import partner_terms, registry
from migration_harvesters.partner_terms import Term
from migration_harvesters.records import RawRecord, RemoteRef, SourceConfig
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

BATCH = 200
Step = Callable[[int, int], None]
"""Told how many records were read, and of how many."""


def recount(source: HarvestSource, step: Step = lambda _done, _of: None) -> dict[str, int]:
    """Read what is kept of every record again and count its words; the caller commits.

    Gives the numbers of `records` read, of those `unread`, and of words `known` and `forgotten`. Nothing is
    forgotten where a record could not be read: it may use the word.
    """
    met: Counter[Term] = Counter()
    figures = Counter(records=0, unread=0)
    total = model.Session.scalar(sa.select(sa.func.count()).where(*_held(source))) or 0
    config = SourceConfig(
        url=source.url,
        protocol=source.protocol,
        options=agreement.read(source.options or {}).partner_options,
    )
    for raws, lost in _kept(source):
        figures["unread"] += lost
        with partner_terms.using(terms.decided(source.id)) as words:
            figures["unread"] += sum(not _read(raw, config) for raw in raws)
        met.update(words.met)
        figures["records"] += len(raws) + lost
        step(figures["records"], total)
    forgotten = _write(source, met, forget=not figures["unread"])
    known = sa.select(sa.func.count()).where(HarvestTerm.source_id == source.id)
    return {**figures, "known": model.Session.scalar(known) or 0, "forgotten": forgotten}


def _held(source: HarvestSource) -> tuple[sa.ColumnElement[bool], ...]:
    return HarvestRecord.source_id == source.id, HarvestRecord.state.in_(IN_CATALOGUE)


def _kept(source: HarvestSource) -> Iterator[tuple[list[RawRecord], int]]:
    """Give the raw replies of all records in the catalogue, batch by batch, and how many are not kept."""
    last = ""
    while True:
        query = sa.select(HarvestRecord.remote_id, HarvestRecord.raw_hash).where(*_held(source))
        query = query.where(HarvestRecord.remote_id > last).order_by(HarvestRecord.remote_id).limit(BATCH)
        rows = list(model.Session.execute(query))
        if not rows:
            return
        bodies = blobs.bodies(row.raw_hash for row in rows)
        found = [
            RawRecord(RemoteRef(row.remote_id), *bodies[row.raw_hash])
            for row in rows
            if row.raw_hash in bodies
        ]
        yield found, len(rows) - len(found)
        last = rows[-1].remote_id


def _read(raw: RawRecord, config: SourceConfig) -> bool:
    try:
        registry.mapper(raw.format)(raw, config)
    except MigrationError as error:
        log.info("harvest.not-counted: %s", error.code)
        return False
    except Exception:
        log.exception("harvest.mapper-broke")
        return False
    return True


def _write(source: HarvestSource, met: Counter[Term], *, forget: bool) -> int:
    """Set the counts; forget the words that nobody uses and nobody decided on."""
    counts: Counter[tuple[str, str]] = Counter()
    for term, number in met.items():
        counts[term.vocabulary, terms.key(term.value)] += number
    gone = 0
    for row in model.Session.scalars(sa.select(HarvestTerm).filter_by(source_id=source.id)).all():
        row.records = counts[row.vocabulary, row.key]
        if forget and not row.records and row.decision is None:
            model.Session.delete(row)
            gone += 1
    return gone


def after(run: HarvestRun) -> int:
    """Forget the words that a run did not meet, where it read all records of the source anew; their number.

    Such a run is the first one after an upgrade, a decision on a word or a change of settings.
    """
    row = HarvestSnapshot
    untold = sa.or_(
        sa.and_(row.outcome.notin_(NOT_LISTED), row.report.is_(None)), row.outcome.in_(NOT_LISTED)
    )
    doubtful = model.Session.scalar(sa.select(sa.func.count()).where(row.run_id == run.id, untold))
    words = (HarvestTerm.source_id == run.source_id,)
    known = model.Session.scalar(sa.select(sa.func.count()).where(*words)) or 0
    if not run.complete or doubtful or known >= terms.MOST:
        return 0
    other = sa.or_(HarvestTerm.last_run.is_(None), HarvestTerm.last_run != run.id)
    done = model.Session.execute(sa.delete(HarvestTerm).where(*words, HarvestTerm.decision.is_(None), other))
    return int(done.rowcount)
