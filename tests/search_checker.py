"""The proof after faults: what was acknowledged is stored, what is stored is indexed, nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from ckan import model

from ckanext.migration.search import config, paging
from ckanext.migration.search.upkeep import comparison
from search_site import Searching

_STATES = sa.text("select id, title, private, state from package where type = 'dataset'")


@dataclass
class Log:
    """What one writing process said."""

    process: subprocess.Popen[str]
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    """Datasets that are out of sight for everybody but their agency, and will stay so."""
    changes: int = 0
    failures: list[str] = field(default_factory=list)
    begun: str | None = None
    """The change that was never answered, when the process was killed."""

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if "begun" in told:
                self.begun = told["begun"]
            elif "failed" in told:
                self.failures.append(told["failed"])
            else:
                self.begun = None
                self.changes += 1
                dataset = told.pop("id")
                self.acknowledged[dataset] = told
                if told["private"] or told["state"] != "active":
                    self.hidden.add(dataset)


@contextmanager
def writing(ini: Path, agency: str, writers: int, log_file: Path, seed: int) -> Iterator[list[Log]]:
    """Let processes write within the block; they are asked to end after it."""
    logs, threads = [], []
    with log_file.open("w") as errors:
        for number in range(writers):
            words = [sys.executable, str(Path(__file__).with_name("search_writer.py")), str(ini), agency]
            process = subprocess.Popen(
                [*words, f"w{number}", f"{seed}-{number}"], stdout=subprocess.PIPE, stderr=errors, text=True
            )
            logs.append(Log(process))
            threads.append(threading.Thread(target=logs[-1].listen, daemon=True))
            threads[-1].start()
        try:
            yield logs
        finally:
            for log in logs:
                log.process.terminate()
            for log, thread in zip(logs, threads, strict=True):
                log.process.wait(60)
                thread.join(10)


def changes(logs: list[Log]) -> int:
    """Return how many changes were acknowledged to the writers."""
    return sum(log.changes for log in logs)


def go_on(logs: list[Log], more: int) -> None:
    """Wait until the writers have done some more: saves succeed whatever the engine does."""
    wanted = changes(logs) + more
    until(lambda: changes(logs) >= wanted or any(log.failures for log in logs), 300)


class Reader(Protocol):
    """Somebody who searches again and again, and notes what is wrong."""

    wrong: list[str]

    def look(self) -> None:
        """Search once."""


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Let somebody search ten times a second within the block."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.1):
            try:
                reader.look()
            except Exception as error:  # noqa: BLE001 - told to the test
                reader.wrong.append(repr(error))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def settled(searching: Searching, seconds: float) -> float:
    """Wait until nothing waits for delivery; return how long that took."""
    begun = time.monotonic()
    until(lambda: not searching.rows(), seconds)
    return time.monotonic() - begun


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait for something that must become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.1)


def check(searching: Searching, logs: list[Log]) -> None:
    """Prove it; a change that was under way in a killed process may have happened or not."""
    assert [failure for log in logs for failure in log.failures] == []
    unknown = {log.begun for log in logs if log.begun}
    expected = {
        dataset: (told["title"], told["private"], told["state"])
        for log in logs
        for dataset, told in log.acknowledged.items()
        if told["state"] != "purged"
    }
    model.Session.rollback()
    with searching.database.connect() as connection:
        stored = {row.id: (row.title, row.private, row.state) for row in connection.execute(_STATES)}
    mine = {dataset: told for dataset, told in stored.items() if dataset in expected}
    assert {d: t for d, t in mine.items() if d not in unknown} == {
        dataset: told for dataset, told in expected.items() if dataset not in unknown
    }
    assert index(searching) == {
        dataset: (title, "private" if private else "public", state)
        for dataset, (title, private, state) in stored.items()
        if state != "deleted"
    }
    assert comparison.compare(searching.engine, config.alias(), deep=True).ids == ()
    assert searching.rows() == []


def index(searching: Searching) -> dict[str, tuple[str, str, str]]:
    """Return what the index holds."""
    searching.engine.refresh(config.alias())
    fields = ["id", "title", "capacity", "state"]
    hits = paging.every(searching.engine, config.alias(), comparison.own_documents(), fields)
    sources = [hit["_source"] for hit in hits]
    assert len({source["id"] for source in sources}) == len(sources)
    return {source["id"]: (source["title"], source["capacity"], source["state"]) for source in sources}
