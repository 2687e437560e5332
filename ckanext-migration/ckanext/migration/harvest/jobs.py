"""The job queue only wakes somebody up: what there is to do stands in the database."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import timedelta
from types import FrameType

import ckan.plugins.toolkit as tk
from redis.exceptions import RedisError
from rq import Queue, Retry, get_current_job

from ckanext.migration.harvest import runner, runs

log = logging.getLogger(__name__)

QUEUE = "harvest"
WITHOUT_END = -1  # leases and heart-beats watch over a run, not a clock over its job
RETRIES = Retry(max=5, interval=[5, 30, 120, 120, 120])


def wake(run_id: str | None = None) -> bool:
    """Ask a job worker to look into the ledger; False if the queue is out of reach, which loses nothing."""
    try:
        tk.enqueue_job(
            work, [run_id], title="harvest", queue=QUEUE, rq_kwargs={"timeout": WITHOUT_END, "retry": RETRIES}
        )
    except RedisError as exc:
        log.warning("harvest.queue-unreachable: %s", type(exc).__name__)
        return False
    return True


def work(run_id: str | None = None) -> None:
    """Carry out one run, then whatever else waits: queued runs, and those whose worker died."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    if run_id:
        runner.execute(run_id)
    sweep()
    _return_later()


def _return_later() -> None:
    """Let a worker look again when the first of the runs is due that wait for their partner (FI-29)."""
    seconds, job = runs.next_due(), get_current_job()
    if seconds is None or job is None:
        return
    queue = Queue(job.origin, connection=job.connection)
    moment = timedelta(seconds=seconds + 1)
    queue.enqueue_in(moment, work, None, job_timeout=WITHOUT_END, meta={"title": "harvest"})


def sweep() -> list[str]:
    """Carry out every run that waits, one after the other; the ids of those that were ours."""
    done: list[str] = []
    while waiting := [found for found in runs.waiting() if found not in done]:
        if runner.execute(waiting[0]) is None and waiting[0] in runs.waiting():
            break  # locked by another worker this very moment
        done.append(waiting[0])
    return done


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Give the run back at once when the service is restarted; the next worker goes on with it (FI-04)."""
    raise SystemExit(0)
