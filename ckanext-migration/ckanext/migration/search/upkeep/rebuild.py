"""A new index behind the alias, while people search and write.

Who searches sees the old index until the new one is complete. Who writes writes into both: a row in
``migration_search_rebuild`` tells every process of it. Documents read here carry a version that is
below every change still under way, so a change always wins over what was read before it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from ckan import model

from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import outbox, sending
from ckanext.migration.search.errors import IndexUnavailable, SearchFault
from ckanext.migration.search.index import layout, lifecycle
from ckanext.migration.search.reading import reader as readers
from ckanext.migration.search.reading.reader import Reader
from ckanext.migration.search.upkeep import carrying, comparison, present, refresh
from ckanext.migration.search.vectors import keeping

log = logging.getLogger(__name__)

_LOCK = 7_203_344_101
_ROUNDS = 5
_BATCH = 500
_SENDERS = 2
"""Batches that the engine takes in at the same time, while the next one is read."""
_WHILE_BUILDING = {"refresh_interval": "-1", "gc_deletes": "1h"}
_AFTERWARDS = {"gc_deletes": "60s"}
Progress = Callable[[int, int], None]
Examine = Callable[[str, str | None], None]
"""Looks at the finished index (the first name) before it replaces the other, if there is one; may refuse."""


class RebuildRunning(SearchFault):
    """Another process rebuilds at this moment."""

    code = "search-rebuild-running"
    remedy = "Wait for it; `ckan migration search status` shows it."


class RebuildIncomplete(SearchFault):
    """The new index does not tell what the database tells; the old one stays."""

    code = "search-rebuild-incomplete"
    remedy = "Look for the named datasets in the log, repair them and rebuild again."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    index: str
    datasets: int
    refused: dict[str, str]
    carried: int = 0
    """So many documents were carried over from the index before; the others were read from the database."""
    alone: str | None = None
    """Why every dataset had to be read by itself, which is slow; None when they were read together."""


def promote(_new: str, _old: str | None) -> None:
    """Let every proven index pass."""


def run(  # noqa: PLR0913 - what a rebuild is made of
    database: sa.Engine,
    engine: Engine,
    alias: str,
    now: datetime,
    progress: Progress = lambda _done, _all: None,
    *,
    examine: Examine = promote,
    from_database: bool = False,
) -> Rebuilt:
    """Build, prove, examine, and swap in one step.

    Documents that were made by this very software from the very rows of today are carried over from the
    index in use, unless all are to be made anew ``from_database``.
    """
    with _alone(database):
        _clear_leftovers(database, engine, alias)
        target = lifecycle.new_name(alias, now)
        if not engine.create(target, lifecycle.body(), lifecycle.upcoming(alias)):
            raise RebuildRunning(f"There is an index {target} already")
        engine.settings(target, _WHILE_BUILDING)
        with _announced(database, engine, alias, target):
            ids = list(present.indexed_ids())
            model.Session.remove()
            carried = set() if from_database else carrying.carry(database, engine, alias, ids, progress)
            left = [each for each in ids if each not in carried]
            reader = readers.proven() if left else readers.ALONE
            refused = _fill(database, engine, alias, reader, left, _after(len(carried), progress))
            count = _prove(database, engine, alias, reader, refused)
            engine.settings(target, {**_AFTERWARDS, "refresh_interval": layout.wanted().refresh})
            examine(lifecycle.upcoming(alias), alias if engine.behind(alias) else None)
            old = lifecycle.swap(engine, alias, target)
        for index in old:
            if lifecycle.is_ours(alias, index):  # what else the alias stood for is not ours
                engine.drop(index)
        _merge(engine, target)
    log.info("search.rebuild.done index=%s datasets=%s", target, count)
    return Rebuilt(target, count, refused, len(carried), reader.why)


def _merge(engine: Engine, target: str) -> None:
    """Each piece of an index is searched by itself, so one piece is the fastest; nobody waits for it."""
    try:
        engine.merge(target)
    except SearchFault as fault:
        log.warning("search.rebuild.not_merged index=%s code=%s", target, fault.code)


@contextmanager
def _alone(database: sa.Engine) -> Iterator[None]:
    """One rebuild at a time; the lock ends with the connection, also after SIGKILL."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"key": _LOCK}
        if not connection.execute(sa.text("select pg_try_advisory_lock(:key)"), key).scalar():
            raise RebuildRunning("Another rebuild is running")
        try:
            yield
        finally:
            connection.execute(sa.text("select pg_advisory_unlock(:key)"), key)


@contextmanager
def _announced(database: sa.Engine, engine: Engine, alias: str, target: str) -> Iterator[None]:
    """Tell the writers; take the half-built index away when it does not come to an end."""
    with database.begin() as connection:
        connection.execute(sa.insert(outbox.REBUILD).values(target=target))
    try:
        yield
    finally:
        with database.begin() as connection:
            connection.execute(sa.delete(outbox.REBUILD).where(outbox.REBUILD.c.target == target))
        try:
            if target not in engine.behind(alias):
                engine.drop(target)
        except IndexUnavailable:
            log.warning("search.rebuild.leftover index=%s", target)


def _clear_leftovers(database: sa.Engine, engine: Engine, alias: str) -> None:
    """Remove what an interrupted rebuild left: we hold the lock, so nobody works on it."""
    with database.begin() as connection:
        connection.execute(sa.delete(outbox.REBUILD))
    living = engine.behind(alias)
    for index in engine.matching(f"{alias}-v*"):
        if index not in living and lifecycle.is_ours(alias, index):
            engine.drop(index)


def _after(done: int, progress: Progress) -> Progress:
    """Go on telling where something else left off."""
    return lambda more, left: progress(done + more, done + left)


def _fill(  # noqa: PLR0913, PLR0917 - what a rebuild is made of
    database: sa.Engine,
    engine: Engine,
    alias: str,
    reader: Reader,
    ids: Sequence[str],
    progress: Progress,
) -> dict[str, str]:
    """Read one batch while the engine takes in those before; returns ``{id: reason}`` of the refused."""
    refused: dict[str, str] = {}
    under_way: deque[tuple[int, Future[dict[str, str]]]] = deque()
    with ThreadPoolExecutor(_SENDERS, thread_name_prefix="search-rebuild") as senders:
        for done, part in enumerate(comparison.batches(ids, _BATCH), 1):
            reading = present.read(part, refresh.floor(database), reader)
            if len(under_way) == _SENDERS:
                refused.update(_sent(under_way, progress, len(ids)))
            sending_one = senders.submit(copy_context().run, _send, database, engine, alias, reading)
            under_way.append((min(done * _BATCH, len(ids)), sending_one))
        while under_way:
            refused.update(_sent(under_way, progress, len(ids)))
    return refused


def _sent(
    under_way: deque[tuple[int, Future[dict[str, str]]]], progress: Progress, every: int
) -> dict[str, str]:
    done, oldest = under_way.popleft()
    refused = oldest.result()
    progress(done, every)
    return refused


def _send(database: sa.Engine, engine: Engine, alias: str, reading: present.Reading) -> dict[str, str]:
    with database.begin() as connection:
        keeping.attach(connection, [each.document for each in reading.changes if each.document], compute=True)
    refused = sending.fill(engine, lifecycle.upcoming(alias), reading.changes)
    names = {change.index_id: change.document["id"] for change in reading.changes if change.document}
    problems = {names.get(index, index): reason for index, reason in refused.items()}
    return {**problems, **reading.unreadable}


def _prove(database: sa.Engine, engine: Engine, alias: str, reader: Reader, refused: dict[str, str]) -> int:
    """Compare with the database and repair; fail when the same datasets differ every time.

    While people write, a comparison finds a few datasets between their change and its delivery.
    """
    target = lifecycle.upcoming(alias)
    stubborn: set[str] | None = None
    for _round in range(_ROUNDS):
        found = comparison.compare(engine, target)
        left = {each for each in found.ids if each not in refused}
        stubborn = left if stubborn is None else stubborn & left
        if not stubborn:
            break
        for part in comparison.batches(sorted(left)):
            refused.update(
                _send(database, engine, alias, present.read(part, refresh.floor(database), reader))
            )
    left = (stubborn or set()) - set(refused) - _waiting(database)
    if left:
        raise RebuildIncomplete(f"{len(left)} datasets differ, for example {min(left)}")
    return engine.count(target, comparison.own_documents())


def _waiting(database: sa.Engine) -> set[str]:
    """Datasets whose newest change is on its way."""
    with database.connect() as connection:
        return set(connection.execute(sa.select(outbox.OUTBOX.c.dataset_id)).scalars())
