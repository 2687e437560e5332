"""Plugins that stay loaded, and an application that is used again, from one test to the next.

CKAN's own fixtures load all plugins before each test, again for its application, and once more when
they unload them: two to four seconds a test. Here they are loaded anew only when something that counts
is different: the configuration of the test, a plugin that somebody loaded, a start of CKAN in between.
A test that asks for neither plugins nor an application finds none loaded, as with CKAN's fixtures.

The tests without services run without CKAN, so that nothing of it is imported before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest
import yaml


@dataclass
class Kept:
    """What was loaded: by which configuration, what became of it, and the application on it."""

    before: dict[str, Any]
    after: dict[str, Any]
    starts: int
    application: Any = None


class Keeper:
    """Loads plugins, and knows whether those of the test before will do."""

    def __init__(self) -> None:
        self._kept: Kept | None = None
        self._starts = 0
        self._watching = False

    def plugins(self, config: Any) -> None:
        """Have the plugins of the configuration loaded."""
        kept = self._usable(dict(config))
        if kept:
            self._refresh(config, kept)
        else:
            self._anew(config)

    def application(self, config: Any) -> Any:
        """Return a client of an application with the plugins of the configuration."""
        from ckan.tests import helpers  # noqa: PLC0415

        now = dict(config)
        kept = self._usable(now)
        if kept and kept.application is not None:
            self._refresh(config, kept)
            return helpers.CKANTestApp(kept.application)
        self._watch()
        before = kept.before if kept else now
        made = helpers._get_test_app()
        self._kept = Kept(before, dict(config), self._starts, made.app)
        return made

    def forget(self) -> None:
        """Unload all plugins."""
        from ckan import plugins  # noqa: PLC0415

        if self._kept:
            self._kept = None
            plugins.unload_all()

    def _usable(self, now: dict[str, Any]) -> Kept | None:
        """Return what is loaded, for a test that begins or for one whose other fixture had it loaded."""
        return self._fitting(now, "after") or self._fitting(now, "before")

    def _fitting(self, config: dict[str, Any], moment: str) -> Kept | None:
        kept = self._kept
        if kept is None or kept.starts != self._starts or getattr(kept, moment) != config:
            return None
        return kept

    def _anew(self, config: Any) -> None:
        from ckan import plugins  # noqa: PLC0415

        self._watch()
        before = dict(config)
        plugins.load_all()
        self._kept = Kept(before, dict(config), self._starts)

    def _refresh(self, config: Any, kept: Kept) -> None:
        """Do what a start of CKAN does beside loading: forget functions, make an index that is gone."""
        from ckan import authz, logic, model, plugins  # noqa: PLC0415

        config.clear()
        config.update(kept.after)
        logic.clear_actions_cache()
        logic.clear_validators_cache()
        authz.clear_auth_functions_cache()
        model.Session.remove()
        if plugins.plugin_loaded("migration_search"):
            from ckanext.migration.search import starting  # noqa: PLC0415

            starting.prepare()

    def _watch(self) -> None:
        """Count the starts of CKAN: commands and applications of a test's own are some, too."""
        from ckan.config import environment  # noqa: PLC0415

        if self._watching:
            return
        self._watching = True
        # at each start CKAN parses its declaration: five times as fast by the C library, with equal results
        yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc]
        update: Callable[[], None] = environment.update_config

        @wraps(update)
        def counted() -> None:
            self._starts += 1
            update()

        environment.update_config = counted


KEEPER = Keeper()


@pytest.fixture
def with_plugins(ckan_config: Any) -> None:
    """Load the plugins of ``ckan.plugins``."""
    KEEPER.plugins(ckan_config)


@pytest.fixture
def make_app(ckan_config: Any) -> Callable[[], Any]:
    """Return what makes a client of CKAN's application."""
    from ckan.lib.app_globals import _CONFIG_CACHE  # noqa: PLC0415

    _CONFIG_CACHE.clear()
    return lambda: KEEPER.application(ckan_config)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Unload all plugins for a test that asks for none."""
    if not {"with_plugins", "make_app"} & set(getattr(item, "fixturenames", ())):
        KEEPER.forget()
