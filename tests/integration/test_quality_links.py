"""Links are tried politely, kept with their history, and count in the score of European portals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan

import replay
from ckanext.migration.quality import links
from ckanext.migration.quality.model import CHECK
from registry_site import Site

PAGES = {
    "/good": replay.Answer(b"a,b\n1,2\n", "text/csv"),
    "/large": replay.Answer(b"x" * (links.LIMITS.body + 1), "text/csv"),
    "/closed": replay.Answer(b"no", "text/plain", 403),
}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[replay.Portal]:
    monkeypatch.setitem(tk.config, "ckanext.migration.quality.allow_private_links", True)
    with replay.serving(lambda path, _query: PAGES.get(path)) as portal:
        yield portal


def resources(host: replay.Portal, *names: str) -> list[dict[str, Any]]:
    return [
        {"url": f"{host.url}/{name}", "name": name, "format": "CSV", "license": "CC-BY-4.0"} for name in names
    ]


def tried(site: Site, package: dict[str, Any], host: replay.Portal) -> dict[str, Any]:
    found = site.call("migration_quality_show", id=package["id"])["links"]
    return {
        url.removeprefix(host.url): (checks[0]["answers"], checks[0]["status"])
        for url, checks in found.items()
    }


def test_links_are_tried_kept_and_counted(
    site: Site, host: replay.Portal, cli: Any, monkeypatch: Any
) -> None:
    made = site.create(resources=resources(host, "good", "large", "closed", "gone"))
    hidden = site.create(private=True, resources=resources(host, "secret"))
    monkeypatch.setattr(links, "_PUBLIC", links._PUBLIC.replace("'^https?://'", f"'^{host.url}'"))
    before = site.call("migration_quality_show", id=made["id"])["mqa"]

    first = cli.invoke(ckan, ["migration", "quality", "links"])
    assert first.exit_code == 1, first.output
    assert "4 addresses tried, 2 did not answer; 1 scores computed." in first.output
    assert {path for _host, path in host.asked} == {"/good", "/large", "/closed", "/gone"}
    assert tried(site, made, host) == {
        "/good": (True, 200),
        "/large": (True, None),
        "/closed": (False, 403),
        "/gone": (False, 404),
    }
    assert site.call("migration_quality_show", id=hidden["id"])["links"] == {}
    after = site.call("migration_quality_show", id=made["id"])["mqa"]
    assert after["earned"] == before["earned"] + 25

    host.asked.clear()
    assert "0 addresses tried" in cli.invoke(ckan, ["migration", "quality", "links"]).output
    assert host.asked == []
    assert cli.invoke(ckan, ["migration", "quality", "links", "--hours", "0"]).exit_code == 1
    assert len(site.call("migration_quality_show", id=made["id"])["links"][f"{host.url}/good"]) == 2


def test_ht_01_an_inner_address_is_not_asked_unless_an_administrator_says_so(site: Site, host: Any) -> None:
    check = links.ask(links.client(allow_private=False), f"{host.url}/good")
    assert (check.answers, check.status, host.asked) == (False, None, [])
    assert "open internet" in str(check.problem)


def test_only_the_last_checks_of_an_address_are_kept(site: Site) -> None:
    url = f"https://x.example/{site.agency}"
    with model.meta.engine.begin() as connection:
        for number in range(links.KEPT + 3):
            links.keep(connection, links.Check(url, answers=bool(number % 2)))
        found = links.history(connection, [url])[url]
        assert len(found) == links.KEPT
        assert links.answers(connection, [url, "https://never.example/"]) == {url: False}
        connection.execute(sa.delete(CHECK).where(CHECK.c.url == url))


def test_an_address_longer_than_an_index_key_is_kept(site: Site) -> None:
    url = "https://x.example/" + "a" * 9000
    with model.meta.engine.begin() as connection:
        links.keep(connection, links.Check(url, answers=True))
        assert links.answers(connection, [url]) == {url: True}
        connection.execute(sa.delete(CHECK).where(CHECK.c.url == url))
