"""Live progress of runs on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

ENDED = frozenset({"finished", "failed", "needs-approval", "rolled-back"})
PHASES = {
    "list": "reading",
    "stage": "checking",
    "restore": "planning",
    "decide": "deciding",
    "apply": "writing",
    "reconcile": "reconciling",
    "close": "closing",
}
COLUMNS = ("listed", "added", "updated", "unchanged", "missing", "invalid", "warnings", "failed")

WIDTH = 160  # of a table in a file or a log, where nobody wraps it

Run = Mapping[str, Any]


def ended(run: Run) -> bool:
    """Say whether nothing more will happen to a run by itself."""
    return run["state"] in ENDED or bool(run["stopped"])


def words(run: Run) -> str:
    """Say in a few words what a run does."""
    if run["stopped"]:
        return "stopped"
    if run.get("not_before"):
        return "waits for the partner"
    if run["state"] != "running":
        return str(run["state"]).replace("-", " ")
    return PHASES.get(run["phase"], str(run["phase"]))


class Display:
    """Shows runs while they go on; a bar for each on a terminal, a line for each change otherwise."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        columns = (
            TextColumn("{task.description:24}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=Console(file=self._stream), disable=not self._live)
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, run: Run) -> None:
        """Show the present state of a run."""
        done, total = run["progress"]["done"], run["progress"]["total"]
        note = f"{words(run)} {done}/{total}" if total else f"{words(run)} {done or ''}".strip()
        if ended(run):
            note = words(run)
        if self._live:
            if run["id"] not in self._tasks:
                self._tasks[run["id"]] = self._progress.add_task(run["source"], total=None, note="")
            whole = total or (1 if ended(run) else None)
            done = whole if ended(run) else done or 0
            self._progress.update(self._tasks[run["id"]], completed=done, total=whole, note=note)
        elif self._said.get(run["id"]) != words(run):
            self._stream.write(f"{run['source']}: {note}\n")
            self._stream.flush()
        self._said[run["id"]] = words(run)

    def say(self, text: str) -> None:
        """Write one line beside the bars."""
        self._progress.console.print(text, markup=False, highlight=False)


def follow(
    ids: Sequence[str],
    show: Callable[[str], Run],
    display: Display,
    *,
    idle: Callable[[], None],
    interval: float = 0.5,
) -> dict[str, Run]:
    """Look at runs until all of them have ended; `idle` is called after each look."""
    latest: dict[str, Run] = {}
    while True:
        for run_id in ids:
            latest[run_id] = show(run_id)
            display.show(latest[run_id])
        if all(ended(run) for run in latest.values()):
            return latest
        idle()
        time.sleep(interval)


def table(rows: Sequence[Mapping[str, Any]], stream: TextIO | None = None) -> None:
    """Print the table of sources with the figures of their last runs."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("source", no_wrap=True)
    grid.add_column("state", no_wrap=True)
    for name in (*COLUMNS, "seconds"):
        grid.add_column(name, justify="right")
    for row in rows:
        figures = [str(row[name]) if row[name] is not None else "-" for name in (*COLUMNS, "seconds")]
        grid.add_row(row["name"], row["state"], *figures)
    out = stream or sys.stdout
    Console(file=out, highlight=False, width=None if out.isatty() else WIDTH).print(grid)
