"""After a harvest: copies are looked for among what changed, by a job that gives way to all others."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from redis.exceptions import RedisError

from ckanext.migration.copies import finding, places

log = logging.getLogger(__name__)

QUEUE = "low"
JOB = "migration-copies-look"
LOOKED = "ckanext.migration.copies.looked_at"
OVERLAP = timedelta(minutes=10)
"""A dataset is dated before its transaction ends: what was under way at the last look is looked at again."""


def after_run(_source: Any, *, counters: Mapping[str, int] | None = None, **_run: Any) -> None:
    """Ask for a look once a harvest has written something; those that wait already are one (`JOB`)."""
    if not (counters or {}).get("written") or not places.ready():
        return
    try:
        tk.enqueue_job(look, title="copies", queue=QUEUE, rq_kwargs={"job_id": JOB, "timeout": 3600})
    except RedisError as error:  # the next look finds them
        log.warning("copies.queue-unreachable: %s", type(error).__name__)


def look() -> dict[str, int]:
    """Compare the datasets that changed since the last look with all others; give the figures of `find`."""
    began = datetime.now(UTC).replace(tzinfo=None)  # as CKAN keeps metadata_modified
    changed = _changed(_last())
    if not changed:
        return {"datasets": 0, "compared": 0, "proposed": 0, "new": 0, "decided": 0, "withdrawn": 0}
    found = finding.find(among=changed)
    model.set_system_info(LOOKED, began.isoformat())
    model.Session.commit()
    log.info("copies.looked changed=%s new=%s", len(changed), found["new"])
    return found


def _last() -> datetime | None:
    said = model.get_system_info(LOOKED)
    try:
        return datetime.fromisoformat(str(said)) - OVERLAP
    except ValueError:
        return None


def _changed(since: datetime | None) -> set[str]:
    package = model.Package.__table__
    query = sa.select(package.c.id).where(package.c.type == "dataset", package.c.state == "active")
    if since is not None:
        query = query.where(package.c.metadata_modified >= since)
    return set(model.Session.scalars(query))
