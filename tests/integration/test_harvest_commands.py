"""`ckan migration harvest` as people and scripts use it: words, JSON, exit codes, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories

import replay
from ckanext.migration.harvest.actions import protocol
from ckanext.migration.harvest.commands import harvest as group
from harvest_portal import AGREED, INVALID, call, package, packages, show

BINARY = Path(sys.executable).with_name("ckan")


@pytest.fixture
def harvest(cli) -> Any:
    """Run a command of the group in this process."""

    def run(*words: str) -> Any:
        model.Session.remove()
        result = cli.invoke(group, list(words))
        assert not isinstance(result.exception, Exception), result.exception
        return result

    return run


def answer(result: Any) -> Any:
    """Read the JSON that a command printed."""
    return json.loads(result.stdout)


def add(harvest: Any, partner: Any, *words: str, name: str = "partner") -> Any:
    options = [
        f"--option={key}={json.dumps(value)}" for key, value in AGREED.items() if key != "default_sensitivity"
    ]
    fixed = ["--protocol", "ckan", "--organization", "tracking-unit", "--default-sensitivity", "low"]
    return harvest("add", name, partner.portal.url, *fixed, *options, "--allow-private-address", *words)


def test_from_adding_a_source_to_its_status(harvest, partner):
    partner.offer(package(1), package(2), package(3, **INVALID))
    assert add(harvest, partner, "--title", "The partner").exit_code == 0
    [source] = answer(harvest("list", "--json"))
    assert source["options"]["default_sensitivity"] == "low"
    assert answer(harvest("status", "--json"))[0]["state"] == "never run"

    done = harvest("run", "partner", "--here", "--json")

    assert done.exit_code == 0
    [row] = answer(harvest("status", "--json"))
    assert row == answer(done)[0]
    expected = {"name": "partner", "title": "The partner", "protocol": "ckan", "state": "finished"}
    counts = {"listed": 3, "added": 3, "updated": 0, "unchanged": 0, "missing": 0, "invalid": 1, "failed": 0}
    assert {key: row[key] for key in expected | counts} == expected | counts
    assert row["seconds"] > 0
    assert row["run_id"]
    assert "partner" in harvest("status").stdout


def test_adding_can_be_rehearsed_and_stores_nothing(harvest, partner, monkeypatch):
    monkeypatch.setattr(protocol, "PAUSE", 0.0)  # each command is a process of its own elsewhere
    partner.offer(package(1), package(2, **INVALID))
    tried = add(harvest, partner, "--dry-run", "--json")
    assert tried.exit_code == 1  # a record has to be mended
    told = answer(tried)
    assert (told["would_be"], told["source"]["id"]) == ("added", None)
    assert told["source"]["options"]["default_sensitivity"] == "low"
    assert [bool(row["violations"]) for row in told["feed"]["records"]] == [False, True]
    assert answer(harvest("list", "--json")) == []

    partner.offer(package(1))
    fine = add(harvest, partner, "--dry-run")
    assert fine.exit_code == 0
    assert "would be added" in fine.stdout
    assert "Nothing was stored" in fine.stdout
    assert add(harvest, partner, "--dry-run", "--option=rows=many").exit_code == 2

    add(harvest, partner)
    changed = answer(add(harvest, partner, "--title", "New title", "--update", "--dry-run", "--json"))
    assert (changed["would_be"], changed["source"]["title"]) == ("changed", "New title")
    assert answer(harvest("list", "--json"))[0]["title"] == "partner"
    partner.portal.answering = lambda _path, _query: None
    assert add(harvest, partner, "--dry-run", name="other").exit_code == 2
    assert packages() == {}


def test_adding_again_needs_update(harvest, partner):
    assert add(harvest, partner).exit_code == 0
    refused = add(harvest, partner)
    assert refused.exit_code == 2
    assert "already" in refused.stderr
    assert add(harvest, partner, "--title", "New title", "--update").exit_code == 0
    assert answer(harvest("list", "--json"))[0]["title"] == "New title"


def test_plain_lines_without_a_terminal(harvest, partner):
    partner.offer(package(1))
    add(harvest, partner)

    done = harvest("run", "--all", "--here")

    assert "partner: finished" in done.stderr
    assert "\x1b[" not in done.stdout + done.stderr


def test_exit_codes_are_honest(harvest, partner):
    partner.offer(*(package(number) for number in range(1, 7)))
    add(harvest, partner)
    assert harvest("run", "partner", "--here").exit_code == 0
    partner.offer()
    asks = harvest("run", "partner", "--here")
    assert asks.exit_code == 1
    assert "listing-empty" in asks.stderr
    assert "approve partner" in asks.stderr
    partner.offer(package(1), {"name": "", "title": "nameless"})
    assert harvest("run", "partner", "--here").exit_code == 1
    partner.portal.answering = lambda path, query: replay.json_answer({"success": False}, 403)
    refused = harvest("run", "partner", "--here")
    assert refused.exit_code == 2
    assert "Traceback" not in refused.stderr
    assert harvest("run", "no-such-source", "--here").exit_code == 2
    assert harvest("run").exit_code == 2


def test_diff_approve_and_rollback(harvest, partner):
    partner.offer(*(package(number) for number in range(1, 9)))
    add(harvest, partner)
    harvest("run", "partner", "--here")
    partner.offer(package(1, title="Displacement tracking, first round"), package(2))
    harvest("run", "partner", "--here")

    assert "~ Displacement tracking, first round  [title_translated]" in harvest("diff", "partner").stdout
    assert answer(harvest("diff", "partner", "--json"))["removed"] == []
    assert harvest("approve", "partner", "--here").exit_code == 0
    assert len(answer(harvest("diff", "partner", "--json"))["removed"]) == 6
    assert harvest("rollback", "partner", "--to", "1", "--here").exit_code == 0
    assert not any(dataset["private"] for dataset in packages().values())
    assert answer(harvest("list", "--json"))[0]["state"] == "paused"
    assert answer(harvest("run", "--all", "--here", "--json")) == []


def test_queued_runs_are_left_to_the_workers(harvest, partner):
    partner.offer(package(1))
    add(harvest, partner)

    queued = harvest("run", "partner")

    assert queued.exit_code == 0
    assert "queued" in queued.stdout
    assert call("run_list", source="partner")[0]["state"] == "queued"


def process(ini: str, *words: str, **variables: str) -> subprocess.Popen[str]:
    """Start the real command."""
    model.Session.remove()
    environment = {**os.environ, **variables}
    line = [str(BINARY), "-c", ini, *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, env=environment, text=True, start_new_session=True, **pipes)


def until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stored() -> int:
    """Count the datasets; cheap enough to be asked while a run writes them."""
    model.Session.rollback()
    return model.Session.query(model.Package.id).count()


def test_control_c_stops_amid_the_records_and_says_how_to_go_on(harvest, partner, request):
    partner.offer(*(package(number) for number in range(1, 151)))
    add(harvest, partner)
    running = process(
        request.config.getoption("--ckan-ini"), "migration", "harvest", "run", "partner", "--here"
    )
    until(lambda: stored() >= 2, seconds=90)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=60)

    assert stored() < 150
    assert running.returncode == 1
    assert "ckan migration harvest run partner --wait" in err
    assert "Traceback" not in err
    [run] = call("run_list", source="partner")
    assert run["stopped"]
    assert harvest("run", "partner", "--here").exit_code == 0
    assert show(run["id"])["counters"]["added"] == 150


def test_a_real_job_worker_does_what_the_command_waits_for(harvest, partner, request):
    ini = request.config.getoption("--ckan-ini")
    partner.offer(package(1), package(2))
    add(harvest, partner)
    # not --burst: a worker that is up before the job is queued would leave
    worker = process(ini, "jobs", "worker", "harvest", "--no-scheduler")
    waiting = process(ini, "migration", "harvest", "run", "--all", "--wait", "--json")
    out, err = waiting.communicate(timeout=90)
    worker.terminate()
    worker.communicate(timeout=30)
    assert waiting.returncode == 0, err
    assert json.loads(out)[0]["added"] == 2


def test_sources_go_to_a_file_and_come_back_without_a_secret(harvest, partner, tmp_path, monkeypatch):
    monkeypatch.setenv("HARVEST_KEY_PARTNER", "very-secret-value")
    add(harvest, partner, "--credential", "HARVEST_KEY_PARTNER")
    text = harvest("export").stdout
    assert "HARVEST_KEY_PARTNER" in text
    assert "very-secret-value" not in text
    file = tmp_path / "sources.yaml"

    file.write_text(text)
    [same] = answer(harvest("apply", str(file), "--json"))
    assert same["outcome"] == "unchanged"
    file.write_text(
        f"{text.replace('title: partner', 'title: Other')}  second:\n    url: x\n    protocol: ckan\n"
    )
    planned = harvest("apply", str(file), "--dry-run", "--json")
    assert [(row["outcome"], row["settings"]) for row in answer(planned)] == [
        ("changed", ["title"]),
        ("added", []),
    ]
    assert call("source_show", id="partner")["title"] == "partner"

    done = harvest("apply", str(file), "--json")
    assert [row["outcome"] for row in answer(done)] == ["changed", "refused"]
    assert done.exit_code == 1
    assert call("source_show", id="partner")["title"] == "Other"
    file.write_text("sources: {partner: {password: x}}")
    assert harvest("apply", str(file)).exit_code == 2


def test_sources_of_ckanext_harvest_are_taken_over(harvest, partner):
    config = json.dumps({"organizations_filter_include": ["unhcr"], "api_key": "very-secret-value"})
    columns = "id text, title text, url text, type text, config text, active boolean"
    model.Session.execute(sa.text(f"create table harvest_source ({columns})"))
    model.Session.commit()
    try:
        add_row = sa.text("insert into harvest_source values (:id, :title, :url, :type, :config, true)")
        owned = factories.Dataset(name="their-portal", owner_org=partner.organization, private=True)
        row = {"id": owned["id"], "title": "Their portal", "url": "https://their.example"}
        model.Session.execute(add_row, {**row, "type": "ckan", "config": config})
        model.Session.execute(add_row, {**row, "id": "2", "title": "Maps", "type": "waf", "config": ""})
        model.Session.commit()

        planned = harvest("import-ckanext-harvest", "--dry-run", "--json")
        assert call("source_list") == []
        done = harvest("import-ckanext-harvest", "--json")
    finally:
        model.Session.rollback()
        model.Session.execute(sa.text("drop table harvest_source"))
        model.Session.commit()

    assert planned.stdout == done.stdout
    assert "very-secret-value" not in done.stdout
    assert {row["name"]: row["outcome"] for row in answer(done)} == {
        "their-portal": "added",
        "maps": "refused",
    }
    assert next(row["left_out"] for row in answer(done) if row["outcome"] == "added") == ["api_key"]
    assert done.exit_code == 1
    made = call("source_show", id="their-portal")
    assert (made["protocol"], made["options"]) == ("ckan", {"organizations": ["unhcr"]})


def test_a_feed_in_a_file_is_tried(harvest, partner, tmp_path):
    file = tmp_path / "reply.json"
    rows = [package(1, methodology=["Crystal ball"]), package(2, **INVALID)]
    file.write_text(json.dumps({"success": True, "result": {"count": 2, "results": rows}}))

    agreed = [f"--option={key}={json.dumps(value)}" for key, value in AGREED.items()]
    tried = harvest("test", str(file), "--protocol", "ckan", *agreed)

    assert tried.exit_code == 1
    assert "+ Displacement tracking, round 1" in tried.stdout
    assert "! Displacement tracking, round 2" in tried.stdout
    assert "Crystal ball" in tried.stdout
    assert harvest("test", str(tmp_path / "missing"), "--protocol", "ckan").exit_code == 2


def test_terms_are_listed_and_mapped(harvest, partner):
    add(harvest, partner)
    partner.offer(package(1, methodology=["Crystal ball"]))
    harvest("run", "partner", "--here")
    [term] = [row for row in answer(harvest("terms", "partner", "--json")) if row["value"] == "Crystal ball"]

    assert harvest("map", term["id"]).exit_code == 2
    assert harvest("map", term["id"], "no-such-code").exit_code == 2
    assert harvest("map", term["id"], "--ignore").exit_code == 0
    assert "ignored" in harvest("terms", "partner", "--only", "decided").stdout


def test_a_dry_run_says_what_would_come_and_changes_nothing(harvest, partner):
    add(harvest, partner)
    partner.offer(package(1), package(2))
    harvest("run", "partner", "--here")
    before = packages()
    partner.offer(package(1, title="Displacement tracking, first round"), package(3))

    tried = harvest("run", "partner", "--dry-run", "--json")

    assert tried.exit_code == 0
    [would] = answer(tried)
    assert [line["remote_id"] for line in would["added"]] == ["remote-003"]
    assert [line["remote_id"] for line in would["changed"]] == ["remote-001"]
    assert [line["remote_id"] for line in would["missing"]] == ["remote-002"]
    assert packages() == before
    assert call("run_list", source="partner")[0]["kind"] == "preview"
    harvest("run", "partner", "--here")
    assert call("source_show", id="partner")["last_run"]["counters"]["missing"] == 1


def test_decisions_can_be_tried_before_they_are_taken(harvest, partner):
    add(harvest, partner)
    rows = [package(number) for number in range(1, 8)]
    partner.offer(*rows)
    harvest("run", "partner", "--here")
    assert harvest("approve", "partner", "--dry-run").exit_code == 1
    partner.offer(rows[0])
    assert harvest("run", "partner", "--here").exit_code == 1

    tried = harvest("approve", "partner", "--dry-run", "--json")
    assert tried.exit_code == 0
    assert answer(tried)["held"] == {"removals": 6}
    assert call("source_show", id="partner")["last_run"]["state"] == "needs-approval"
    done = harvest("approve", "partner", "--here", "--json")
    assert (done.exit_code, answer(done)["state"]) == (0, "finished")

    back = answer(harvest("rollback", "partner", "--to", "1", "--dry-run", "--json"))
    assert len(back["added"]) == 6
    assert call("source_show", id="partner")["last_run"]["kind"] == "harvest"
    assert harvest("stop", "partner").exit_code == 1
