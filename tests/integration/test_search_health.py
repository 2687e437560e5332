"""`migration_search_health` and its page: what an operator sees, and that nobody else does."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan.cli.cli import ckan
from ckan.tests import factories

from ckanext.migration.search import config
from ckanext.migration.search.delivery import outbox, writing
from ckanext.migration.search.index import lifecycle
from registry_site import Site
from search_site import NOWHERE, Searching

PAGE = "/ckan-admin/search"


@pytest.fixture
def searching(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Searching(monkeypatch)
    lifecycle.ensure(made.engine, config.alias())
    with made.database.begin() as connection:
        connection.execute(sa.delete(outbox.OUTBOX))
    yield made
    with made.database.begin() as connection:
        connection.execute(sa.delete(outbox.OUTBOX))


@pytest.fixture
def operator() -> dict[str, str]:
    return {"Authorization": factories.SysadminWithToken()["token"]}


def set_aside(searching: Searching, dataset: str) -> None:
    """Let the engine refuse a document of this dataset."""
    with searching.database.begin() as connection:
        bad = {"id": dataset, "title": {"not": "a text"}}
        outbox.write(connection, outbox.PUT, [(writing.index_id(dataset), dataset, bad)])
    searching.drain()


def test_only_administrators_are_told(site: Site, app: Any, operator: dict[str, str]) -> None:
    for user in ("", site.editor["name"], site.stranger["name"]):
        with pytest.raises(tk.NotAuthorized):
            site.call("migration_search_health", user)
    for headers in ({}, site.headers(), site.headers(site.stranger)):
        answer = app.get(PAGE, headers=headers, status=None, follow_redirects=False)
        assert answer.status_code in (302, 403), answer.status_code
        assert "Elasticsearch" not in answer.text
        assert (
            app.get("/api/3/action/migration_search_health", headers=headers, status=None).status_code == 403
        )
    assert app.get(PAGE, headers=operator).status_code == 200


def test_what_is_well_is_told_as_well(
    site: Site, searching: Searching, app: Any, operator: dict[str, str], cli: Any
) -> None:
    site.create()
    cli.invoke(ckan, ["migration", "search", "reconcile"])
    told = tk.get_action("migration_search_health")({"ignore_auth": True}, {})
    assert (told["healthy"], told["fault"], told["waiting"], told["problems"]) == (True, None, 0, [])
    assert told["index"] in searching.engine.behind(config.alias())
    assert (told["shards"], told["replicas"], told["condition"]) == (1, "auto", "green")
    assert told["engine"].startswith(f"{told['made_by']}.")
    assert told["last_reconcile"]["left"] == 0
    page = BeautifulSoup(app.get(PAGE, headers=operator).text, "html.parser")
    main = page.select_one(".mig-health")
    assert main is not None
    text = " ".join(main.get_text(" ").split())
    for part in (f"Elasticsearch {told['engine']}", told["index"], "green", "as this software makes it"):
        assert part in text
    assert "nothing needs to be done" in text
    assert main.select("form, button, input") == []
    tab = page.select_one(f'.page-header a[href$="{PAGE}"], .nav a[href$="{PAGE}"]')
    assert tab is not None
    french = app.get(f"/fr{PAGE}", headers=operator).text
    assert "État de la recherche" in french


def test_an_index_of_older_software_is_advice_not_a_fault(
    site: Site, searching: Searching, app: Any, operator: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "is_outdated", lambda *_: True)
    told = tk.get_action("migration_search_health")({"ignore_auth": True}, {})
    main = BeautifulSoup(app.get(PAGE, headers=operator).text, "html.parser").select_one(".mig-health")
    assert main is not None
    assert told["healthy"]
    assert "nothing needs to be done" not in main.text
    assert main.select_one(".alert-warning code").text == "ckan migration search rebuild"
    assert "`" not in main.text


def test_what_is_wrong_is_told_with_what_to_do(
    site: Site, searching: Searching, app: Any, operator: dict[str, str]
) -> None:
    dataset = site.create()
    set_aside(searching, dataset["id"])
    searching.engine.settings(config.alias(), {"index.blocks.read_only_allow_delete": True})
    try:
        told = tk.get_action("migration_search_health")({"ignore_auth": True}, {})
        text = app.get(PAGE, headers=operator).text
    finally:
        searching.engine.settings(config.alias(), {"index.blocks.read_only_allow_delete": None})
    assert told["healthy"] is False
    assert told["blocks"] == ["read_only_allow_delete"]
    ((problem),) = told["problems"]
    assert problem["dataset"] == dataset["id"]
    assert "title" in problem["reason"]
    for part in ("because a disk is full", "Free disk space", "Something needs to be done", dataset["id"]):
        assert part in text
    assert "ckan migration search drain --again" in text


def test_an_engine_away_is_told_without_its_address(
    site: Site, searching: Searching, app: Any, operator: dict[str, str]
) -> None:
    with searching.away():
        site.create()
        answer = app.get(PAGE, headers=operator)
        told = tk.get_action("migration_search_health")({"ignore_auth": True}, {})
    assert answer.status_code == 200
    assert "The search engine does not answer" in answer.text
    assert "does not answer" in answer.text
    assert (told["healthy"], told["engine"], told["waiting"]) == (False, None, 1)
    assert NOWHERE.removeprefix("http://") not in answer.text + str(told)
    searching.drain()
