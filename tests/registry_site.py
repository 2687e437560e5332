"""A small registry for tests of the portal: agencies, people and complete records."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories

import plugin_tables

COMPLETE: dict[str, Any] = {
    "title_translated": {"en": "Displacement in Sudan, round 9", "fr": "Déplacements au Soudan, cycle 9"},
    "notes_translated": {
        "en": "Internally displaced persons by locality and state of origin, from key informants.",
        "fr": "Personnes déplacées internes par localité et par État d’origine, selon des informateurs clés.",
    },
    "tags_translated": {"en": ["displacement"]},
    "migration_theme": ["internal-displacement"],
    "population_group": ["refugees"],
    "collection_method": ["key-informant"],
    "displacement_cause": ["conflict"],
    "spatial_coverage": ["SDN"],
    "temporal_coverage": [{"start": "2023-04-15", "end": "2026-06-30"}],
    "frequency": "MONTHLY",
    "issued": "2023-06-01",
    "modified": "2026-07-02",
    "language": ["en", "ar"],
    "contact": [{"name": "Data team", "email": "data@agency.example.org"}],
    "sensitivity_level": "low",
    "personal_data_status": ["non-personal"],
    "access_rights": "PUBLIC",
    "resources": [
        {"url": "https://agency.example.org/data", "name": "Figures", "format": "CSV", "license": "CC-BY-4.0"}
    ],
}


@dataclass(frozen=True)
class Site:
    """Two agencies, an editor of the first, and somebody who belongs to neither."""

    agency: str
    agency_name: str
    editor: dict[str, Any]
    stranger: dict[str, Any]

    def context(self, user: str | None = None) -> dict[str, Any]:
        name = user if user is not None else self.editor["name"]
        return {
            "user": name,
            "auth_user_obj": model.User.get(name) if name else None,
            "model": model,
            "session": model.Session,
            "ignore_auth": False,
        }

    def call(self, action: str, user: str | None = None, **data: Any) -> Any:
        return tk.get_action(action)(self.context(user), data)

    def create(
        self, without: tuple[str, ...] = (), user: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        package = {**complete(), "owner_org": self.agency, **changes}
        for name in without:
            package.pop(name, None)
        return self.call("package_create", user, **package)

    def headers(self, user: dict[str, Any] | None = None) -> dict[str, str]:
        return {"Authorization": (user or self.editor)["token"]}


def complete() -> dict[str, Any]:
    return copy.deepcopy(COMPLETE)


@pytest.fixture
def site(with_plugins: None, non_clean_db: None, migrate_db_for: Any) -> Site:
    """Give an agency of its own to each test; what other tests left behind does not count."""
    plugin_tables.ensure(migrate_db_for)
    editor, stranger = factories.UserWithToken(), factories.UserWithToken()
    agency = factories.Organization(
        title="Agency A", image_url="", users=[{"name": editor["name"], "capacity": "admin"}]
    )
    return Site(agency=agency["id"], agency_name=agency["name"], editor=editor, stranger=stranger)


@pytest.fixture
def empty_site(clean_db: None, clean_index: None, site: Site) -> Site:
    """A registry without any record, for tests that count."""
    return site
