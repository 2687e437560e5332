"""A save waits for the engine where something is withdrawn, and only there.

The engine refreshes nothing by itself here, so what a test sees was waited for. Only counts and facets are
asked for: a page with datasets on it is compared with the database anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.migration.search import client, config
from ckanext.migration.search.delivery import drain, outbox, writing
from search_site import ALONE, Searching, change, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching", "unhurried")]


@pytest.fixture
def unhurried(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(tk.config, "ckanext.migration.search.wait_for_refresh", "hiding")
    searching.engine.settings(config.alias(), {"refresh_interval": "-1"})
    yield
    searching.engine.settings(config.alias(), {"refresh_interval": "1s"})


def counted(searching: Searching, user: str = "", q: str = "*:*", **asked: Any) -> int:
    """Count as the engine counts, and see that the facet says the same."""
    facet: dict[str, Any] = {"facet.field": ["dataset_type"], "rows": 0}
    found = searching.find(user, q=q, **facet, **asked)
    assert found["facets"]["dataset_type"] == ({"dataset": found["count"]} if found["count"] else {})
    return int(found["count"])


def administering() -> dict[str, Any]:
    return {"user": helpers.call_action("get_site_user", {"ignore_auth": True})["name"], "ignore_auth": True}


def test_news_is_not_waited_for_and_not_called_late(searching: Searching) -> None:
    made = dataset(name="aa", title="Rivers")
    assert (counted(searching), searching.rows()) == (0, [])
    searching.engine.refresh(config.alias())
    change("aa", title="Lakes")
    assert searching.names(q="rivers") == ["aa"]
    assert searching.rows() == []
    searching.engine.refresh(config.alias())
    assert (counted(searching, q="rivers"), counted(searching, q="lakes")) == (0, 1)
    # an index that is behind for longer than a refresh takes is noticed as ever
    change("aa", title="Seas")
    model.Session.query(model.Package).filter_by(id=made["id"]).update(
        {"metadata_modified": sa.text("metadata_modified - interval '1 minute'")}
    )
    model.Session.commit()
    assert searching.names(q="lakes") == ["aa"]
    assert [row.operation for row in searching.rows()] == [outbox.REFRESH]


def _private_with_others(made: dict[str, Any]) -> None:
    """CKAN's own page for many datasets writes to the database by itself."""
    words = {"datasets": [made["id"]], "org_id": made["owner_org"]}
    helpers.call_action("bulk_update_private", administering(), **words)


def _published_and_taken_back(made: dict[str, Any]) -> None:
    change(made["name"], private=True)
    change(made["name"], private=False)
    change(made["name"], title="Lakes")
    change(made["name"], private=True)


WAYS: dict[str, Callable[[dict[str, Any]], object]] = {
    "private": lambda made: change(made["name"], private=True),
    "private-with-others": _private_with_others,
    "taken-back": _published_and_taken_back,
    "draft": lambda made: change(made["name"], state="draft"),
    "deleted": lambda made: helpers.call_action("package_delete", id=made["id"]),
    "purged": lambda made: helpers.call_action("dataset_purge", id=made["id"]),
}


def test_lk_20_a_dataset_is_withdrawn(searching: Searching) -> None:
    organization = factories.Organization()["id"]
    made = {way: dataset(name=way, owner_org=organization) for way in WAYS}
    searching.engine.refresh(config.alias())
    for left, (way, withdraw) in enumerate(reversed(WAYS.items())):
        assert counted(searching) == len(WAYS) - left
        withdraw(made[way])
        assert counted(searching) == len(WAYS) - left - 1, way
    dataset(name="not-yet-found", owner_org=organization)
    change("not-yet-found", private=True)
    assert counted(searching) == 0


def test_lk_20_an_organisation_loses_its_datasets(searching: Searching) -> None:
    user, other = factories.User(), factories.Organization()["id"]
    mine = factories.Organization(users=[{"name": user["name"], "capacity": "member"}])["id"]
    dataset(name="aa", owner_org=mine, private=True)
    dataset(name="bb", owner_org=mine)
    dataset(name="cc", owner_org=other)
    searching.engine.refresh(config.alias())
    private = {"include_private": True}
    assert counted(searching, user["name"], **private) == 3
    change("aa", owner_org=other)
    assert counted(searching, user["name"], **private) == 2
    for action, organization in (("organization_delete", mine), ("organization_purge", other)):
        change("aa", private=False)
        searching.engine.refresh(config.alias())
        assert counted(searching, fq=f"owner_org:{organization}") > 0
        helpers.call_action(action, administering(), id=organization)
        assert counted(searching, fq=f"owner_org:{organization}") == 0, action


def test_a_field_is_emptied(searching: Searching) -> None:
    dataset(name="aa", maintainer="Zebedee", extras=[{"key": "village", "value": "Zzyzx"}])
    searching.engine.refresh(config.alias())
    assert (counted(searching, q="Zebedee"), counted(searching, q="extras_village:zzyzx")) == (1, 1)
    change("aa", maintainer="")
    assert counted(searching, q="Zebedee") == 0
    change("aa", extras=[])
    assert counted(searching, q="extras_village:zzyzx") == 0


def test_an_older_change_that_is_still_under_way_is_not_overlooked(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process is about to tell the engine of a public version; this one takes it back."""
    asked: list[bool] = []
    bulk = client.Engine.bulk

    def noting(self: client.Engine, *words: Any, refresh: bool, **options: Any) -> Any:
        asked.append(refresh)
        return bulk(self, *words, refresh=refresh, **options)

    organization = factories.Organization()["id"]
    with searching.away():
        made = dataset(name="aa", owner_org=organization)
        rows = searching.rows()
        change("aa", private=True)
    monkeypatch.setattr(client.Engine, "bulk", noting)
    with searching.database.begin() as other:
        other.execute(sa.select(outbox.OUTBOX).where(outbox.OUTBOX.c.id == rows[0].id).with_for_update())
        ids = [writing.index_id(made["id"])]
        drain.documents(searching.database, searching.engine, config.alias(), ids=ids)
    assert asked == [True]


def test_every_save_waits_where_the_engine_never_refreshes(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.migration.search.refresh_interval", "-1")
    dataset(name="aa")
    assert counted(searching) == 1
