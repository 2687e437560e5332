"""Recorded CKAN and DKAN portals, served over HTTP, read and mapped: every record is accounted for."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
CKAN = FIXTURES / "ckan"


def packages(folder):
    found = {}
    for path in sorted((CKAN / folder).glob("*.json.gz")):
        found |= {package["id"]: package for package in json.loads(gzip.decompress(path.read_bytes()))}
    return list(found.values())


def read_json(path):
    body = (CKAN / path).read_bytes()
    return json.loads(gzip.decompress(body) if path.endswith(".gz") else body)


def show(name, harvested, asked=None):
    print(f"\n{name}: {harvested.counts}" + (f" requests={asked}" if asked else ""))


@pytest.mark.parametrize("folder", ["hdx-2025-11", "hdx-2024-07"])
def test_hdx_every_record_is_mapped_or_left_out_by_name(folder):
    stored = packages(folder)
    private = sum(bool(package["private"]) for package in stored)
    with replay.serving(replay.ckan(stored)) as portal:
        found = harvest(portal, "ckan", options={"rows": 500})
        show(folder, found, len(portal.asked))
        requests = len(portal.asked)
    found.account()
    assert found.listing.complete
    assert found.listing.listed == len(stored)
    assert found.listing.ignored == {"private": private}
    assert len(found.records) == len(stored) - private
    assert not found.failures
    assert requests == -(-len(stored) // 500)


@pytest.mark.parametrize("folder", ["hdx-2025-11"])
def test_hdx_what_was_said_is_kept(folder):
    stored = packages(folder)
    with replay.serving(replay.ckan(stored)) as portal:
        found = harvest(portal, "ckan", options={"rows": 1000, "include_private": True})
        show(f"{folder} with private records", found)
    found.account()
    assert len(found.records) == len(stored)
    filled = Counter(name for record in found.records.values() for name in record.fields)
    print({name: f"{count / len(stored):.0%}" for name, count in filled.most_common()})
    for package in stored:
        record = found.records[package["id"]]
        assert record.title("en")
        if package["private"]:
            assert record.fields["access_rights"] == "NON_PUBLIC"
        if package.get("is_requestdata_type") and not package["private"]:
            assert record.fields["access_rights"] == "RESTRICTED"
        assert (
            len(record.resources) >= len([row for row in package["resources"] if " " not in row["url"]]) - 1
        )
        assert "sensitivity_level" not in record.fields or record.fields["sensitivity_level"] == "high"
    with_groups = [package for package in stored if package["groups"]]
    placed = sum("spatial_coverage" in found.records[package["id"]].fields for package in with_groups)
    assert placed / len(with_groups) > 0.99


def test_hdx_a_changed_snapshot_gives_other_bytes_only_where_something_changed():
    old, new = (
        {package["id"]: package for package in packages(name)} for name in ("hdx-2024-07", "hdx-2025-11")
    )
    both = sorted(set(old) & set(new))[:300]
    bodies = []
    for stored in (old, new, new):
        with replay.serving(replay.ckan([stored[name] for name in both])) as portal:
            bodies.append(harvest(portal, "ckan", options={"include_private": True}).bodies)
    assert bodies[1] == bodies[2]
    assert all((bodies[0][name] == bodies[1][name]) == (old[name] == new[name]) for name in both)


def test_hdx_a_page_of_a_larger_list_is_never_complete():
    whole = read_json("hdx-package-search-2024-08/2024-08-24-hdx-snapshot-filtered.json.gz")
    rows = whole["result"]["results"]

    def answering(path, query):
        first = query.get("start", "0") == "0"
        return replay.action({"count": whole["result"]["count"], "results": rows if first else []})

    with replay.serving(answering) as portal:
        found = harvest(portal, "ckan", options={"include_private": True})
    show("hdx-package-search-2024-08", found)
    found.account()
    assert len(found.records) == len(rows) == 36
    assert not found.listing.complete
    assert "24514" in str(found.listing.problems[0]).replace(",", "")


@pytest.mark.parametrize("name", ["healthsites.json", "gibraltar_with_extras.json"])
def test_hdx_lists_of_packages(name):
    stored = read_json(f"hdx-healthsites/{name}")
    stored = stored if isinstance(stored, list) else [stored]
    with replay.serving(replay.ckan(stored)) as portal:
        found = harvest(portal, "ckan", options={"include_private": True})
    show(f"hdx-healthsites/{name}", found)
    found.account()
    assert len(found.records) == len({package["id"] for package in stored})


def test_hdx_shown_packages_of_iom_and_unhcr():
    stored = [
        read_json(f"hdx-package-show/dataset-{name}.json")
        for name in ("global-iom-dtm-from-api", "unhcr-situations")
    ]
    stored = [package.get("result", package) for package in stored]
    for number, package in enumerate(stored):
        package.setdefault("id", f"recorded-without-id-{number}")
    with replay.serving(replay.ckan(stored)) as portal:
        found = harvest(portal, "ckan")
    show("hdx-package-show", found)
    found.account()
    for record in found.records.values():
        print(json.dumps({**record.fields, "resources": len(record.resources)}, ensure_ascii=False)[:1500])
    assert len(found.records) == 2
    themes = {
        theme for record in found.records.values() for theme in record.fields.get("migration_theme", [])
    }
    assert {"internal-displacement", "refugees-asylum"} <= themes


def test_brazil_a_search_that_was_recorded_to_its_first_page_only():
    body = (CKAN / "brazil-small/000.json").read_bytes()
    rows = json.loads(body)["result"]["results"]

    def answering(path, query):
        if query.get("start", "0") != "0":
            return replay.action({"count": 50, "results": []})
        return replay.Answer(body, "application/json;charset=utf-8")

    with replay.serving(answering) as portal:
        found = harvest(portal, "ckan", options={"language": "pt"})
    show("brazil-small", found)
    found.account()
    assert len(found.records) == len(rows) == 10
    assert not found.listing.complete
    # One of them has words and a tab in the place of its host.
    files = {row["id"]: [file for file in row["resources"] if "\t" not in file["url"]] for row in rows}
    assert {name: len(record.resources) for name, record in found.records.items()} == {
        name: len(urls) for name, urls in files.items()
    }
    assert {lang for record in found.records.values() for lang in record.fields["title_translated"]} == {"pt"}


def test_dkan_shows_a_list_where_a_package_is_asked_for():
    shown = (CKAN / "dkan-french/dkan-french-w-license.json").read_bytes()
    package = json.loads(shown)["result"][0]

    def answering(path, query):
        if path.endswith("/package_list"):
            return replay.action([package["id"]])
        if path.endswith("/package_show"):
            return replay.Answer(shown, "application/json")
        return replay.Answer(b"Not found", "text/html", 404)

    with replay.serving(answering) as portal:
        shut = harvest(portal, "ckan")
        # This portal calls all its public records private; the administrator of the source knows that.
        found = harvest(portal, "ckan", options={"include_private": True, "language": "fr"})
    show("dkan-french", shut)
    show("dkan-french, include_private", found)
    shut.account()
    found.account()
    assert shut.listing.ignored == {"private": 1}
    record = found.records[package["id"]]
    assert record.fields["title_translated"] == {"fr": package["title"]}
    assert record.fields["notes_translated"]["fr"].startswith("Liste et coordonnées")
    assert record.fields["access_rights"] == "NON_PUBLIC"
    assert record.fields["contact"][0]["email"] == package["maintainer_email"]
    assert record.resources
    print(record)


@pytest.mark.parametrize("name", ["140177.json", "140366.json", "search.json-8e74d8.json"])
def test_world_bank_node_and_table_replies_are_no_list_of_packages(name):
    body = (CKAN / "worldbank-ddh-dkan" / name).read_bytes()
    served = replay.serving(lambda path, query: replay.Answer(body, "application/json"))
    with served as portal, pytest.raises(SourceRefused) as refused:
        harvest(portal, "ckan")
    print(f"\nworldbank-ddh-dkan/{name}: {refused.value}")
