"""Watches CKAN's sessions: right after a commit the rows it wrote are delivered.

The reader of a page that follows a save finds the change in the search. The delivery has its own
connection, and nothing that happens in it reaches the caller: what fails stays for the worker.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
import sqlalchemy.event
import sqlalchemy.orm
from ckan import model

from ckanext.migration.search import client, config
from ckanext.migration.search.delivery import drain
from ckanext.migration.search.errors import IndexTooSlow, SearchFault

log = logging.getLogger(__name__)

_PAUSE = 30.0
_GATHER = 50
_IDS, _COMMITTED = "migration_search_ids", "migration_search_committed"


class Patience:
    """After a timeout no save of this process waits for the engine for half a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0

    def lose(self) -> None:
        """Remember a timeout."""
        self._until = self._clock() + _PAUSE

    @property
    def lost(self) -> bool:
        """Whether the engine was too slow a moment ago."""
        return self._clock() < self._until


class Gathered(threading.local):
    """What this thread has committed and not delivered yet; one save is delivered at once."""

    def __init__(self) -> None:
        self.limit = 1
        self._ids: set[str] = set()

    def add(self, ids: set[str]) -> None:
        """Take note of what was committed."""
        self._ids |= ids

    @property
    def full(self) -> bool:
        """Whether it is time to deliver."""
        return len(self._ids) >= self.limit

    def take(self) -> set[str]:
        """Hand over what is to be delivered."""
        ids, self._ids = self._ids, set()
        return ids


_patience = Patience()
_gathered = Gathered()
# Sent by whoever writes many datasets in a row, with under_way=True before and False after.
many_writes = tk.signals.ckanext.signal("migration_many_writes")


def note(session: Any, index_ids: list[str]) -> None:
    """Remember what to deliver when this session commits."""
    session.info.setdefault(_IDS, set()).update(index_ids)


def watch() -> None:
    """Listen to CKAN's sessions, once a process."""
    if not sa.event.contains(model.Session, "after_commit", _after_commit):
        for maker in (model.Session, model.meta.create_local_session):
            sa.event.listen(maker, "after_commit", _after_commit)
            sa.event.listen(maker, "after_rollback", _after_rollback)
            sa.event.listen(maker, "after_transaction_end", _after_transaction_end)
        os.register_at_fork(after_in_child=_forget_connections)
    many_writes.connect(_many_writes)


def _forget_connections() -> None:
    """`ckan search-index rebuild-fast` forks after CKAN has used its connections: a child needs its own."""
    if model.meta.engine is not None:
        model.meta.engine.dispose(close=False)


def _after_commit(session: Any) -> None:
    if _IDS in session.info and not session.in_nested_transaction():
        session.info[_COMMITTED] = True


def _after_rollback(session: Any) -> None:
    if session.in_nested_transaction():
        return
    for key in (_IDS, _COMMITTED):
        session.info.pop(key, None)


def _after_transaction_end(session: Any, transaction: sa.orm.SessionTransaction) -> None:
    """Only here has the session given its connection back, so the pool is not drawn on twice."""
    if transaction.parent is not None or not session.info.pop(_COMMITTED, False):
        return
    ids = session.info.pop(_IDS, set())
    _gathered.add(ids)
    if _gathered.full:
        _deliver(_gathered.take())


def _many_writes(_sender: Any, *, under_way: bool) -> None:
    """Gather while somebody writes many datasets one after the other; deliver what is left at the end."""
    _gathered.limit = _GATHER if under_way else 1
    if not under_way:
        _deliver(_gathered.take())


def _deliver(ids: set[str]) -> None:
    try:
        database = model.meta.engine
        if ids and database is not None and not _patience.lost:
            engine = client.engine(config.address(timeout=config.save_timeout()))
            drain.documents(database, engine, config.alias(), ids=sorted(ids))
    except IndexTooSlow as fault:
        _patience.lose()
        log.warning("search.drain.postponed datasets=%s reason=%s", len(ids), fault.code)
    except SearchFault as fault:
        log.warning("search.drain.postponed datasets=%s reason=%s", len(ids), fault.code)
    except sa.exc.SQLAlchemyError as error:
        log.warning("search.drain.postponed datasets=%s reason=%s", len(ids), type(error).__name__)
