"""The commands as programs use them: JSON, exit codes, and what an interruption leaves."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import pytest
import sqlalchemy as sa
from ckan.cli.cli import ckan

from ckanext.migration.search import config
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.upkeep import comparison, proofs, rebuild
from search_site import ALONE, NOWHERE, Searching, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]


def run(cli: Any, *words: str) -> tuple[int, Any]:
    answer = cli.invoke(ckan, ["migration", "search", *words, "--json"])
    assert "Traceback" not in answer.output
    return answer.exit_code, json.loads(answer.stdout)


def test_each_command_tells_programs_what_it_did(searching: Searching, cli: Any) -> None:
    made = dataset(name="aa")
    code, told = run(cli, "rebuild")
    assert (code, told["datasets"], told["refused"]) == (0, 1, {})
    assert searching.engine.behind(config.alias()) == (told["index"],)

    searching.engine.delete_by_query(config.alias(), {"term": {"id": made["id"]}}, refresh=True)
    nothing = {"compared": 1, "missing": [], "surplus": [], "different": []}
    lost = {**nothing, "missing": [made["id"]]}
    assert run(cli, "reconcile", "--check") == (1, {"before": lost, "after": lost})
    assert run(cli, "reconcile") == (0, {"before": lost, "after": nothing})
    assert run(cli, "reconcile", "--deep") == (0, {"before": nothing, "after": nothing})
    with searching.database.connect() as connection:
        last = proofs.last(connection)
    assert last is not None
    assert (last.deep, last.compared, last.missing, last.left) == (True, 1, 0, 0)

    with searching.database.begin() as connection:
        bad = {"id": made["id"], "title": {"not": "a text"}}
        outbox.write(connection, outbox.PUT, [(writing.index_id(made["id"]), made["id"], bad)])
    assert run(cli, "drain") == (1, {"taken_up_again": 0, "delivered": 0, "set_aside": 1})
    assert run(cli, "status")[0] == 1
    assert run(cli, "drain", "--again") == (0, {"taken_up_again": 1, "delivered": 1, "set_aside": 0})
    assert run(cli, "status")[0] == 0


def test_a_fault_is_json_too(searching: Searching, cli: Any) -> None:
    with searching.away():
        dataset(name="aa")
        for words in (["rebuild"], ["reconcile"], ["drain"], ["apply-settings"]):
            code, told = run(cli, *words)
            assert code == 1, words
            assert told["error"]["code"] == "search-unavailable", words
            assert told["error"]["remedy"], words
            assert NOWHERE not in str(told)
        code, told = run(cli, "status")
        assert (code, told["healthy"], told["waiting"]) == (1, False, 1)
        code, told = run(cli, "doctor")
        assert (code, told["healthy"]) == (1, False)


def test_an_interrupted_reconcile_says_how_to_go_on(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "compare", interrupted)
    answer = cli.invoke(ckan, ["migration", "search", "reconcile"])
    assert answer.exit_code == 130
    assert "Run `ckan migration search reconcile` again" in answer.output
    code, told = run(cli, "reconcile")
    assert (code, told["error"]["code"]) == (130, "interrupted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_rebuild_leaves_the_old_index(
    searching: Searching, cli: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A signal while datasets are sent: the index in use serves, nothing half built is left."""
    dataset(name="aa")
    before = searching.engine.behind(config.alias())
    original = rebuild._prove

    def proving(*arguments: Any) -> int:
        os.kill(os.getpid(), number)
        time.sleep(5)  # the signal comes in here
        return original(*arguments)

    monkeypatch.setattr(rebuild, "_prove", proving)
    answer = cli.invoke(ckan, ["migration", "search", "rebuild"])
    assert answer.exit_code == 130
    assert "The index in use was not touched" in answer.output
    assert "Traceback" not in answer.output
    assert searching.engine.behind(config.alias()) == before
    assert searching.engine.matching(f"{config.alias()}-v*") == before
    assert searching.names(q="*:*") == ["aa"]
    with searching.database.connect() as connection:
        assert connection.execute(sa.select(outbox.REBUILD)).all() == []
    monkeypatch.undo()
    assert run(cli, "rebuild")[0] == 0
