"""Following runs from a terminal: progress, waking the workers again, and stopping in good order."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.harvest import jobs, progress, runner, runs

UNTAKEN = 10.0
INTERRUPTED = 1


def call(action: str, **data: Any) -> Any:
    """Call an action as the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(f"migration_harvest_{action}")({"user": user, "ignore_auth": True}, data)


def show(run_id: str) -> dict[str, Any]:
    """Look at a run as it is now."""
    model.Session.rollback()
    found: dict[str, Any] = call("run_show", id=run_id)
    model.Session.rollback()
    return found


def watch(ids: Sequence[str], *, here: bool, names: Sequence[str] = ()) -> dict[str, progress.Run]:
    """Follow runs to their end; Ctrl-C stops them and says how to go on."""
    nudge = _Nudge(here=here)
    try:
        with progress.Display() as display:
            nudge.say = display.say
            if not here:
                return progress.follow(ids, show, display, idle=nudge)
            return _here(ids, display)
    except KeyboardInterrupt:
        model.Session.rollback()
        latest = [call("run_stop", id=run_id) for run_id in ids]
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline and any(item["state"] == "running" for item in latest):
            time.sleep(0.2)
            latest = [show(run_id) for run_id in ids]
        left = [item for item in latest if not progress.ended(item) or item["stopped"]]
        names = [item["source"] for item in left] or list(names)
        click.echo(f"\nStopped. Go on with: ckan migration harvest run {' '.join(names)} --wait", err=True)
        sys.exit(INTERRUPTED)


def _here(ids: Sequence[str], display: progress.Display) -> dict[str, progress.Run]:
    """Work on the runs in this process, one after the other, while a thread shows how far they are."""
    done = threading.Event()
    thread = threading.Thread(target=_narrate, args=(ids, display, done), daemon=True)
    thread.start()
    try:
        for run_id in ids:
            runner.execute(run_id)
        return progress.follow(ids, show, display, idle=_sweep)
    finally:
        done.set()
        thread.join(2)


def _sweep() -> None:
    """Take up what another worker of this machine left behind."""
    jobs.sweep()


def _narrate(ids: Sequence[str], display: progress.Display, done: threading.Event) -> None:
    while not done.wait(0.5):
        for run_id in ids:
            display.show(show(run_id))
    model.Session.remove()


class _Nudge:
    """Wakes the workers again when a run waits, and says so once when nobody takes it."""

    def __init__(self, *, here: bool) -> None:
        self._since = self._asked = time.monotonic()
        self._told = here
        self.say: Callable[[str], None] = click.echo

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._asked < 5:
            return
        self._asked = now
        waiting = runs.waiting()
        if not waiting:
            self._since = now
            return
        jobs.wake(waiting[0])
        if now - self._since > UNTAKEN and not self._told:
            self._told = True
            self.say("No job worker takes the run. Start one (ckan jobs worker harvest), or add --here.")
