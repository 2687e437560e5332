"""A dataset that was renamed is found under its former address by those who may read it (R-1.1-i)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories

from ckanext.migration.logic import former, identity
from registry_site import Site


@pytest.fixture
def names(site: Site) -> tuple[str, str, str]:
    """Three names that no other test has."""
    mark = site.agency[:8]
    return f"first-{mark}", f"second-{mark}", f"third-{mark}"


def rename(site: Site, package: dict[str, Any], name: str) -> None:
    site.call("package_patch", id=package["id"], name=name)


def test_former_addresses_lead_to_the_present_one(site: Site, app: Any, names: tuple[str, str, str]) -> None:
    first, second, third = names
    made = site.create(name=first)
    rename(site, made, second)
    rename(site, made, third)

    for tail in ("", ".ttl", "/quality?lang=fr", "/quality.json", f"/resource/{made['resources'][0]['id']}"):
        for old, language in ((first, ""), (second, "/fr")):
            answer = app.get(f"{language}/dataset/{old}{tail}", follow_redirects=False, status=301)
            assert answer.headers["Location"].endswith(f"{language}/dataset/{third}{tail}")
            assert "no-cache" in answer.headers["Cache-Control"], "it may be renamed back"
    wanted = {"Accept": "text/turtle"}
    assert app.get(f"/dataset/{first}", headers=wanted).headers["Content-Type"].startswith("text/turtle")
    shown = app.get(f"/api/3/action/package_show?id={first}").json["result"]
    assert (shown["id"], shown["name"]) == (made["id"], third)
    app.post("/api/3/action/package_patch", json={"id": first}, headers=site.headers(), status=404)


def test_names_of_hidden_and_deleted_datasets_tell_nothing(
    site: Site, app: Any, names: tuple[str, str, str]
) -> None:
    first, second, _ = names
    made = site.create(name=first, private=True)
    rename(site, made, second)
    unknown = "x" * len(first)

    def answers(name: str) -> list[tuple[int, str]]:
        addresses = (f"/dataset/{name}", f"/dataset/{name}.ttl", f"/api/3/action/package_show?id={name}")
        found = [app.get(address, headers=site.headers(site.stranger), status=None) for address in addresses]
        bodies = [
            re.sub(r'"I[\w.-]{60,}"', "", answer.body.replace(name, "")) for answer in found
        ]  # tokens of forms
        return [(answer.status_code, body) for answer, body in zip(found, bodies, strict=True)]

    assert [status for status, _ in answers(first)] == [404, 404, 404]
    assert answers(first) == answers(unknown)
    app.get(f"/dataset/{first}", headers=site.headers(), follow_redirects=False, status=301)
    assert site.call("package_show", id=first)["id"] == made["id"]
    site.call("package_delete", id=made["id"])
    assert answers(first) == answers(unknown)
    site.call("dataset_purge", factories.Sysadmin()["name"], id=made["id"])
    assert former.holder(first) is None


def test_name_in_use_counts_before_a_former_one(site: Site, names: tuple[str, str, str]) -> None:
    first, second, third = names
    made = site.create(name=first)
    rename(site, made, second)
    other = site.create(name=first)
    assert site.call("package_show", id=first)["id"] == other["id"]

    rename(site, other, third)
    assert site.call("package_show", id=first)["id"] == other["id"], "it had the name last"
    rename(site, other, first)
    assert former.holder(third) == other["id"]
    assert former.holder(first) is None


def test_identifiers_are_found_by_an_index(site: Site) -> None:
    made = site.create()
    assert [row["id"] for row in identity.rows([made["identifier"]])] == [made["id"]]

    model.Session.execute(sa.text("set local enable_seqscan = off"))  # a few rows are read as they lie
    query = str(identity.selection([made["identifier"]]).compile(compile_kwargs={"literal_binds": True}))
    plan = model.Session.scalar(sa.text(f"explain (format json) {query}"))
    assert "migration_package_identifier" in json.dumps(plan)
