"""What readers, publishers and programs see while the search engine is away (threats SR-12, R-K-n)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ckan.tests import factories

from ckanext.migration.search import config
from ckanext.migration.search.index import lifecycle
from registry_site import Site
from search_site import Searching

PLUGINS = "migration migration_search migration_harvest scheming_datasets dcat"
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)

SECRETS = ("127.0.0.1:9", "permission_labels", "creator-", "site_id", "solr", "Solr", "Traceback")
SAID = "Search is not available at the moment"


@dataclass(frozen=True)
class Portal:
    """The portal, with one agency and one dataset, and no engine."""

    site: Site
    app: Any
    dataset: dict[str, Any]
    searching: Searching

    def get(self, address: str, **options: Any) -> Any:
        return self.app.get(address, status=None, **options)


@pytest.fixture
def portal(site: Site, app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    searching = Searching(monkeypatch)
    lifecycle.ensure(searching.engine, config.alias())
    dataset = site.create()
    with searching.away():
        yield Portal(site, app, dataset, searching)
    searching.drain()


def test_every_page_says_plainly_what_is_the_matter_or_works_sr_12(portal: Portal) -> None:
    wrong = []
    name, agency = portal.dataset["name"], portal.site.agency_name
    for address, expected in {
        "/": 503,
        "/dataset/": 503,
        "/dataset/?q=very+private+words&page=2": 503,
        "/fr/dataset/": 503,
        "/organization/": 503,
        f"/organization/{agency}": 503,
        "/feeds/dataset.atom": 503,
        "/catalog.ttl": 503,
        f"/dataset/{name}": 200,
        f"/dataset/{name}.ttl": 200,
        "/about": 200,
        "/user/login": 200,
        f"/api/3/action/package_show?id={name}": 200,
        "/api/3/action/package_list": 200,
    }.items():
        answer = portal.get(address)
        leaked = [secret for secret in (*SECRETS, "very private") if secret in answer.text]
        if answer.status_code != expected or leaked:
            wrong.append((address, answer.status_code, leaked))
        elif expected == 503:
            assert answer.headers["Retry-After"] == "30"
            assert "no-store" in answer.headers["Cache-Control"]
        if address in ("/", "/dataset/"):
            assert SAID in answer.text
            assert "For administrators" not in answer.text
    assert wrong == []


def test_programs_get_503_and_a_time_to_come_back_sr_12(portal: Portal) -> None:
    for action in ("package_search?q=secret", "package_autocomplete?q=secret"):
        answer = portal.get(f"/api/3/action/{action}")
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
        told = json.loads(answer.text)
        assert told["success"] is False
        assert told["error"]["__type"] == "Search Connection Error"
        assert not [secret for secret in (*SECRETS, "secret") if secret in answer.text]


def test_an_administrator_is_told_what_to_do(portal: Portal) -> None:
    answer = portal.get("/dataset/", headers=portal.site.headers(factories.SysadminWithToken()))
    assert answer.status_code == 503
    assert "For administrators" in answer.text
    assert "ckan migration search status" in answer.text
    assert "127.0.0.1:9" not in answer.text
    answer = portal.get("/dataset/", headers=portal.site.headers())
    assert "For administrators" not in answer.text


def test_a_publisher_goes_on_working(portal: Portal) -> None:
    headers = portal.site.headers()
    name = portal.dataset["name"]
    for address in ("/dataset/new", f"/dataset/edit/{name}"):
        assert portal.get(address, headers=headers).status_code == 200, address
    changed = portal.app.post(
        "/api/3/action/package_patch",
        headers=headers,
        data=json.dumps({"id": name, "frequency": "ANNUAL"}),
        content_type="application/json",
    )
    assert json.loads(changed.text)["result"]["frequency"] == "ANNUAL"
    assert [row.dataset_id for row in portal.searching.rows()][-1] == portal.dataset["id"]
