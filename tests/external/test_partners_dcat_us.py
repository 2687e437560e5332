"""Recorded `data.json` documents, served over HTTP, read and mapped: every record is accounted for."""

from __future__ import annotations

import gzip
import json
import os
import tarfile

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
DCAT = FIXTURES / "dcat"
# The same portals three weeks apart: one of the two will do, unless there is time.
SNAPSHOTS = ("2022-03-27", "2022-04-17") if os.environ.get("LONG_TESTS") else ("2022-04-17",)
# What these four documents have in the place of the list of datasets.
NO_LIST = {"invalid_dataset_type", "missing_catalog_dataset", "missing_dataset"}


def read(body):
    served = replay.serving(lambda path, query: replay.Answer(body, "application/json"))
    with served as portal:
        return harvest(portal, "dcat_us", portal.url + "/data.json")


def documents(pattern):
    return [path for path in sorted(DCAT.glob(pattern)) if path.stem not in NO_LIST] or ["none"]


def body_of(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def check(found, body):
    """Listed = mapped + failed, and what the document calls by one name is one record."""
    found.account()
    rows = json.loads(body.decode("utf-8-sig")).get("dataset", [])
    names = {json.dumps(row.get("identifier")) for row in rows if row.get("identifier")}
    assert len(found.records) + len({one.remote_id for one in found.failures}) >= len(names)


@pytest.mark.slow
@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_portals_of_arcgis(snapshot):
    total = {"listed": 0, "mapped": 0, "portals": 0}
    with tarfile.open(DCAT / f"us-data-json/{snapshot}.tar.xz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            body = archive.extractfile(member).read()
            found = read(body)
            check(found, body)
            assert found.listing.complete
            assert {one.error.code for one in found.failures} <= {"duplicate-identifier"}, member.name
            total["listed"] += found.listing.listed
            total["mapped"] += len(found.records)
            total["portals"] += 1
            rows = {row["identifier"]: row for row in reversed(json.loads(body)["dataset"])}
            for name, record in found.records.items():
                assert record.fields["access_rights"] == "PUBLIC"
                said = [one.get("accessURL") or one.get("downloadURL") for one in rows[name]["distribution"]]
                # Addresses with a password in them (one county) or backslashes (another) are no links.
                assert len(record.resources) == len(
                    [one for one in said if one and not set(one) & set("@\\")]
                ), name
    print(f"\n{snapshot}: {total}")
    assert total["listed"] == total["mapped"] > 10_000


@pytest.mark.parametrize(
    "path", documents("us-data-json/*.json.gz"), ids=lambda path: getattr(path, "name", path)
)
def test_portals_of_socrata(path):
    body = body_of(path)
    found = read(body)
    print(f"\n{path.name}: {found.counts}")
    check(found, body)
    assert found.records


@pytest.mark.parametrize(
    "path", documents("us-datagov-harvester/*.json"), ids=lambda path: getattr(path, "name", path)
)
def test_what_data_gov_tests_with(path):
    body = body_of(path)
    found = read(body)
    print(f"\n{path.name}: {found.counts} {[one.error.message for one in found.failures][:3]}")
    check(found, body)


@pytest.mark.parametrize(
    "path", documents("argentina-malformed/*.json"), ids=lambda path: getattr(path, "name", path)
)
def test_malformed_documents_of_argentina(path):
    body = body_of(path)
    found = read(body)
    print(f"\n{path.name}: {found.counts} {[one.error.message for one in found.failures][:3]}")
    check(found, body)


@pytest.mark.parametrize("name", sorted(NO_LIST))
def test_a_document_without_a_list_is_refused(name):
    with pytest.raises(SourceRefused):
        read((DCAT / f"argentina-malformed/{name}.json").read_bytes())
