"""Mail to those who asked for it, when the standing of a source has changed and not otherwise (FI-27, FI-38).

The mail is a job of its own: a mail server that is slow or away costs a run nothing.
"""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from redis.exceptions import RedisError

from ckanext.migration.harvest.model import HarvestRun, HarvestSource
from ckanext.migration.harvest.reasons import in_words

log = logging.getLogger(__name__)

ENDED = ("finished", "needs-approval", "failed", "rolled-back")


def announce(run_id: str) -> None:
    """Queue a mail where the run ended otherwise than the one before it, and somebody wants to know."""
    try:
        run = model.Session.get(HarvestRun, run_id)
        source = model.Session.get(HarvestSource, run.source_id) if run is not None else None
        wanted = run is not None and source is not None and source.notify and changed(run)
    finally:
        model.Session.rollback()
    if not wanted:
        return
    try:
        tk.enqueue_job(send, [run_id], title="harvest mail")
    except RedisError as exc:
        log.warning("harvest.mail-not-queued run=%s: %s", run_id, type(exc).__name__)


def changed(run: HarvestRun) -> bool:
    """Say whether a run stands otherwise than the last one that ended before it."""
    before = (
        model.Session.query(HarvestRun)
        .filter(
            HarvestRun.source_id == run.source_id,
            HarvestRun.number < run.number,
            HarvestRun.kind == "harvest",
            HarvestRun.state.in_(ENDED),
        )
        .order_by(HarvestRun.number.desc())
        .first()
    )
    return run.kind == "harvest" and standing(run) != (
        standing(before) if before else ("finished", (), False)
    )


def standing(run: HarvestRun) -> tuple[str, tuple[str, ...], bool]:
    """Give what makes a difference to people: the state, the reasons or the error, whether records fail."""
    guard, error = run.guard or {}, run.error or {}
    # A run that waited until a newer one took its place has waited all the same.
    waits = run.state == "needs-approval" or bool(guard.get("superseded_by"))
    state = "needs-approval" if waits else "finished" if run.state == "rolled-back" else run.state
    code = (str(error["code"]),) if error.get("code") else ()
    why = tuple(guard.get("reasons", ())) if waits else code
    return state, why, bool((run.counters or {}).get("failed"))


def send(run_id: str) -> None:
    """Send the mails about one run; one address that is refused does not keep the others from theirs."""
    run = model.Session.get(HarvestRun, run_id)
    source = model.Session.get(HarvestSource, run.source_id) if run is not None else None
    if run is None or source is None or not source.notify:
        return
    subject, body = written(run, source)
    for address in addresses(source.notify):
        try:
            tk.mail_recipient(address, address, subject, body)
        except Exception as exc:  # noqa: BLE001 - CKAN's mailer raises what its library does
            log.warning("harvest.mail-failed source=%s: %s", source.name, type(exc).__name__)


def written(run: HarvestRun, source: HarvestSource) -> tuple[str, str]:
    """Write the mail: what happened, the figures, what to do, and where to look."""
    figures: dict[str, Any] = run.counters or {}
    said = {
        "finished": tk._("The harvest went well."),
        "failed": tk._("The harvest could not be carried through."),
        "needs-approval": tk._("The harvest waits for a person."),
    }.get(run.state, run.state)
    error = run.error or {}
    names = ("listed", "added", "updated", "missing", "invalid", "failed")
    parts = [
        said,
        *in_words(run.guard or {}),
        " ".join(str(error[key]) for key in ("message", "remedy") if error.get(key)),
        ", ".join(f"{name}: {figures[name]}" for name in names if figures.get(name)),
        tk.url_for("migration_harvest.run", run_id=run.id, _external=True),
    ]
    return f"{source.title}: {said}", "\n\n".join(part for part in parts if part)


def addresses(text: str) -> list[str]:
    """Split the setting into addresses."""
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
