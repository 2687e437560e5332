"""Fixtures for the search: CKAN with this plugin alone, an empty index, an engine that can be away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search as ckan_search
from ckan.tests import factories, helpers

import plugin_tables
from ckanext.migration.search import client, config
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.delivery.drain import Drained
from ckanext.migration.search.index import lifecycle
from ckanext.migration.search.upkeep.worker import Worker

ALONE = pytest.mark.ckan_config("ckan.plugins", "migration_search")
NOWHERE = "http://127.0.0.1:9"


class Searching:
    """What the tests do with the search."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    @property
    def engine(self) -> client.Engine:
        return client.engine(config.address())

    @property
    def database(self) -> sa.Engine:
        assert model.meta.engine is not None
        return model.meta.engine

    @contextmanager
    def away(self) -> Iterator[None]:
        """The engine does not answer."""
        with self._patch.context() as patch:
            patch.setitem(tk.config, "solr_url", NOWHERE)
            # commands read the configuration anew
            patch.setenv("CKAN_SOLR_URL", NOWHERE)
            yield

    def drain(self) -> Drained:
        found = Worker(self.database, self.engine, config.alias(), lambda _seconds: True).until_empty()
        self.engine.refresh(config.alias())
        return found

    def rows(self) -> list[Any]:
        with self.database.connect() as connection:
            return list(connection.execute(sa.select(outbox.OUTBOX).order_by(outbox.OUTBOX.c.id)))

    def find(self, user: str = "", **parameters: Any) -> dict[str, Any]:
        context = {"user": user, "ignore_auth": False}
        return helpers.call_action("package_search", context, **parameters)

    def names(self, user: str = "", **parameters: Any) -> list[str]:
        found = self.find(user, **parameters)
        assert found["count"] >= len(found["results"])
        return [each["name"] for each in found["results"]]


@pytest.fixture
def searching(
    with_plugins: None,
    clean_db: None,
    migrate_db_for: Any,
    monkeypatch: pytest.MonkeyPatch,
    with_request_context: None,
) -> Iterator[Searching]:
    plugin_tables.ensure(migrate_db_for)
    made = Searching(monkeypatch)
    lifecycle.ensure(made.engine, config.alias())
    ckan_search.clear_all()
    with made.database.begin() as connection:
        connection.execute(sa.delete(outbox.OUTBOX))
        connection.execute(sa.delete(outbox.REBUILD))
    yield made
    model.Session.rollback()
    with made.database.begin() as connection:
        if outbox.situation(connection).installed:
            connection.execute(sa.delete(outbox.OUTBOX))


def dataset(**values: Any) -> dict[str, Any]:
    """Create a dataset; its notes hold no word by chance that a test looks for."""
    return factories.Dataset(**{"notes": "Qqq.", **values})


def change(name: str, **values: Any) -> dict[str, Any]:
    context = {
        "user": helpers.call_action("get_site_user", {"ignore_auth": True})["name"],
        "ignore_auth": True,
    }
    return helpers.call_action("package_patch", context, id=name, **values)
