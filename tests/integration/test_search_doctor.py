"""`ckan migration search doctor`: each thing that can be wrong is found, named and given a remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from ckan.cli.cli import ckan

from ckanext.migration.search import client, config, doctor
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.index import lifecycle, mapping
from search_site import ALONE, NOWHERE, Searching, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]

COMMAND = ["migration", "search", "doctor"]


def findings(searching: Searching, address: config.Address | None = None) -> dict[str, doctor.Finding]:
    where = address or config.address()
    patient = doctor.Patient(searching.database, searching.engine, config.alias(), where)
    return {each.subject: each for each in doctor.examine(patient)}


def test_a_healthy_search_has_no_fault(searching: Searching, cli: Any) -> None:
    dataset(name="aa")
    answer = cli.invoke(ckan, [*COMMAND, "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["healthy"]
    levels = {each["subject"]: each["level"] for each in told["findings"]}
    checked = {"engine", "transport", "privileges", "index", "mapping", "shards", "disk", "outbox", "content"}
    assert checked <= set(levels)
    assert levels["content"] == levels["index"] == levels["outbox"] == "ok"
    assert "1 datasets, as in the database" in cli.invoke(ckan, COMMAND).output


def test_an_engine_away_is_one_fault_and_the_outbox_is_told_still(searching: Searching, cli: Any) -> None:
    with searching.away():
        dataset(name="aa")
        answer = cli.invoke(ckan, COMMAND)
    assert answer.exit_code == 1
    assert "fault    engine: The search engine does not answer" in answer.output
    assert "1 changes wait" in answer.output
    assert NOWHERE not in answer.output
    assert "Traceback" not in answer.output


def test_a_dataset_that_the_index_lacks_is_found(searching: Searching) -> None:
    made = dataset(name="aa")
    searching.engine.delete_by_query(config.alias(), {"term": {"id": made["id"]}}, refresh=True)
    found = findings(searching)["content"]
    assert found.level == doctor.FAULT
    assert found.found.startswith("1 datasets missing")
    assert "reconcile" in found.remedy


def test_what_waits_too_long_and_what_was_set_aside_are_faults(searching: Searching) -> None:
    made = dataset(name="aa")
    with searching.database.begin() as connection:
        bad = {"id": made["id"], "title": {"not": "a text"}}
        outbox.write(connection, outbox.PUT, [(writing.index_id(made["id"]), made["id"], bad)])
    searching.drain()
    with searching.database.begin() as connection:
        outbox.write(connection, outbox.REFRESH, [("late", "late", None)])
        connection.execute(
            sa.update(outbox.OUTBOX)
            .where(outbox.OUTBOX.c.index_id == "late")
            .values(created_at=sa.text("now() - interval '1 hour'"))
        )
    found = findings(searching)
    assert found["set aside"].level == found["outbox"].level == doctor.FAULT
    assert made["id"] in found["set aside"].found
    assert "worker" in found["outbox"].remedy


def test_a_block_on_writes_is_found(searching: Searching) -> None:
    searching.engine.settings(config.alias(), {"index.blocks.read_only_allow_delete": True})
    try:
        found = findings(searching)["blocks"]
    finally:
        searching.engine.settings(config.alias(), {"index.blocks.read_only_allow_delete": None})
    assert found.level == doctor.FAULT
    assert "read_only_allow_delete" in found.found
    assert "blocks" not in findings(searching)


def test_a_lost_alias_and_a_second_index_behind_it_are_faults(searching: Searching) -> None:
    alias = config.alias()
    second = lifecycle.physical(alias, "19990101000000")
    searching.engine.create(second, lifecycle.body())
    try:
        searching.engine.update_aliases([{"add": {"index": second, "alias": alias}}])
        found = findings(searching)["index"]
    finally:
        searching.engine.drop(second)
    assert found.level == doctor.FAULT
    assert "2 indices" in found.found


def test_fi_42_an_index_of_newer_software_is_a_fault(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "MAPPING_VERSION", mapping.MAPPING_VERSION - 1)
    assert findings(searching)["index"].level == doctor.FAULT


def test_an_unprotected_engine_on_another_machine_is_told(searching: Searching) -> None:
    found = findings(searching, config.Address("http://search.example.org:9200"))
    assert found["transport"].level == found["log-in"].level == doctor.WARNING
    assert "search.example.org" not in "".join(each.line() for each in found.values())
    found = findings(searching, config.Address("https://search.example.org:9200", api_key="x"))
    assert found["transport"].level == doctor.OK
    assert "log-in" not in found


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("8.19.0", "ok"),
        ("9.0.1", "ok"),
        ("9.4.0", "ok"),
        ("8.18.3", "fault"),
        ("7.17.1", "fault"),
        ("10.0.0", "fault"),
    ],
)
def test_releases(searching: Searching, monkeypatch: pytest.MonkeyPatch, version: str, level: str) -> None:
    monkeypatch.setattr(client.Engine, "version", lambda _engine: version)
    assert findings(searching)["engine"].level == level


def test_missing_privileges_are_named(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> None:
    original = client.Engine._call

    def answering(engine: client.Engine, method: str, /, **arguments: Any) -> Any:
        if method != "security.has_privileges":
            return original(engine, method, **arguments)
        (names,) = arguments["index"][0]["names"]
        held = dict.fromkeys(arguments["index"][0]["privileges"], True)
        return {"cluster": {"monitor": False}, "index": {names: held | {"manage": False}}}

    monkeypatch.setattr(client.Engine, "_call", answering)
    found = findings(searching)["privileges"]
    assert found.level == doctor.FAULT
    assert found.found == "missing: manage, monitor"
