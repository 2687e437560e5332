"""Killed with SIGKILL at any moment, the next run ends as an unbroken one does (FI-01, FI-02)."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import jobs, runner, runs
from ckanext.migration.harvest.crashpoints import POINTS
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun
from harvest_portal import INVALID, call, canonical, killed_at, package, packages, show

# A point that is passed several times is also tried at a later pass.
PLACES = [*POINTS, "page-committed:3", "batch-committed:3", "record-written:3", "record-committed:2"]


def tell_the_story(partner) -> str:
    """Let a source live until everything can happen in its next run; the id of that run."""
    partner.register()
    partner.fix_id()
    first = [package(number) for number in range(1, 9)]
    partner.offer(*first, most=3)
    partner.run()
    partner.offer(*first[:7], most=3)
    partner.run()
    rows = sa.update(HarvestRecord).where(HarvestRecord.missing_since.isnot(None))
    since = HarvestRecord.missing_since - timedelta(days=30)
    model.Session.execute(rows.values(missing_since=since, missing_runs=5))
    model.Session.commit()
    partner.offer(
        package(1, title="Displacement tracking, first round"),
        package(2, **INVALID),
        *first[2:6],
        package(20),
        package(21, **INVALID),
        package(22, notes=None, title=None, resources=None),
        most=3,
    )
    return str(call("run_create", source="partner", wake=False)["id"])


@pytest.fixture(scope="module")
def unbroken() -> dict:
    """Keep what an unbroken run leaves behind, once it has been seen."""
    return {}


@pytest.fixture
def story(partner, unbroken, monkeypatch) -> str:
    """Bring a source to the moment before its eventful run, and know how that run ends."""
    monkeypatch.setitem(tk.config, "ckanext.migration.harvest.batch_size", 2)
    return tell_the_story(partner)


def test_an_unbroken_run_does_all_there_is_to_do(story, unbroken):
    assert runner.execute(story) == "finished"

    figures = show(story)["counters"]
    expected = {"listed": 9, "updated": 2, "unchanged": 4, "missing": 1, "archived": 1}
    assert {key: figures[key] for key in expected} == expected
    assert figures["added"] + figures["failed"] == 3
    unbroken.update(canonical())


@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_it_ends_as_if_nothing_had_happened(story, unbroken, place):
    assert unbroken, "the unbroken run has to come first"

    assert killed_at(place, story) == signal.SIGKILL
    runner.execute(story)

    assert show(story)["state"] == "finished"
    assert differences(canonical(), unbroken) == []
    outbox_is_drained_or_waits()


def test_killed_three_times_in_a_row(story, unbroken):
    for place in ("page-committed", "batch-committed", "record-written:2"):
        assert killed_at(place, story) == signal.SIGKILL
    runner.execute(story)

    assert differences(canonical(), unbroken) == []


def differences(found: dict, expected: dict) -> list[str]:
    """List what differs, so that a failure can be read."""
    lines = []
    for part, rows in expected.items():
        lines += [
            f"{part}: {row} should be {wanted}"
            for row, wanted in zip(found[part], rows, strict=False)
            if row != wanted
        ]
        if len(found[part]) != len(rows):
            lines.append(f"{part}: {len(found[part])} rows, should be {len(rows)}")
    return lines


def outbox_is_drained_or_waits() -> None:
    """No dataset is lost to the search: whatever was committed was sent or stands in the outbox."""
    waiting = set(model.Session.scalars(sa.text("select dataset_id from migration_search_outbox")))
    listed = tk.get_action("package_search")({"ignore_auth": True}, {"rows": 100, "include_private": True})
    known = {dataset["id"] for dataset in listed["results"]}
    assert {dataset["id"] for dataset in packages().values()} <= known | waiting


def test_two_workers_at_once_share_nothing(partner):
    """Two processes start on the same run at the same moment: one works, the other finds nothing to do."""
    partner.register()
    partner.offer(*(package(number) for number in range(1, 6)))
    run = call("run_create", source="partner", wake=False)
    model.Session.remove()
    model.meta.engine.dispose()
    children = []
    for _turn in range(2):
        child = os.fork()
        if child == 0:
            code = 9
            try:
                code = 0 if runner.execute(run["id"]) == "finished" else 1
            finally:
                os._exit(code)
        children.append(child)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)

    assert codes == [0, 1]
    assert len(packages()) == 5
    assert show(run["id"])["counters"]["added"] == 5


def test_two_starters_at_once_make_one_run(partner):
    partner.register()
    barrier = threading.Barrier(4)
    made: list[str] = []

    def start() -> None:
        barrier.wait()
        try:
            made.append(call("run_create", source="partner", wake=False)["id"])
        except Exception as error:  # noqa: BLE001 - what the losers are told is looked at below
            made.append(str(error))
        finally:
            model.Session.remove()

    threads = [threading.Thread(target=start) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert model.Session.query(HarvestRun).count() == 1
    assert sum("Run 1 of partner" in text for text in made) == 3


def test_a_silent_worker_loses_its_run_after_the_lease(partner):
    partner.register()
    partner.offer(package(1))
    run = call("run_create", source="partner", wake=False)
    runs.claim(run["id"])
    model.Session.execute(sa.update(HarvestRun).values(worker="elsewhere:1"))
    model.Session.commit()

    assert jobs.sweep() == []
    model.Session.execute(
        sa.text("update migration_harvest_run set lease_until = now() - interval '1 second'")
    )
    model.Session.commit()
    assert jobs.sweep() == [run["id"]]
    assert show(run["id"])["state"] == "finished"


def test_the_sweep_takes_what_the_queue_lost(partner):
    partner.register()
    partner.offer(package(1))
    run = call("run_create", source="partner", wake=False)

    jobs.work("a run that is not there")

    assert show(run["id"])["state"] == "finished"
