"""Recorded pages and documents with schema.org and Croissant, served over HTTP: nothing is lost silently."""

from __future__ import annotations

import json
import tarfile

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
PLACES = FIXTURES / "schemaorg"
CROISSANT = FIXTURES / "croissant"
FEW = 250
BROKEN = {"dataset-minimal-BAD.json-ld", "selfiegeojson.jsonld"}  # a key that stands twice; no dataset in it


def documents(folder, pattern):
    return sorted(folder.glob(pattern)) or [folder / "none"]


def read(body, protocol="schemaorg", media_type="application/ld+json", path="/dataset/1"):
    served = replay.serving(lambda asked, query: replay.Answer(body, media_type))
    with served as portal:
        return harvest(portal, protocol, portal.url + path)


@pytest.mark.parametrize("most", [FEW, pytest.param(None, marks=pytest.mark.slow)])
def test_pacific_data_hub_by_its_sitemap(most):
    with tarfile.open(PLACES / "pacific-data-hub.tar.xz") as archive:
        bodies = [archive.extractfile(member).read() for member in archive if member.isfile()]
    pages = {json.loads(body)["url"].replace("https://pacificdata.org", ""): body for body in bodies[:most]}

    def answering(path, query):
        if path == "/sitemap.xml":
            rows = "".join(f"<url><loc>http://pacificdata.example{one}</loc></url>" for one in pages)
            return replay.Answer(f"<urlset>{rows}</urlset>".encode(), "application/xml")
        return replay.Answer(pages[path], "application/ld+json") if path in pages else None

    with replay.serving(answering) as portal:
        found = harvest(portal, "schemaorg", "http://pacificdata.example/sitemap.xml")
    print(f"\npacific-data-hub: {found.counts}")
    found.account()
    assert found.listing.complete
    assert len(found.records) == len(pages)
    assert all(record.title() for record in found.records.values())


@pytest.mark.parametrize(
    ("name", "path"), [("zenodo", "/record/1196821"), ("pangaea", "/10.1594/PANGAEA.836178")]
)
def test_landing_pages(name, path):
    found = read((PLACES / name / "000.html").read_bytes(), media_type="text/html", path=path)
    print(f"\n{name}: {found.counts}")
    found.account()
    (record,) = found.records.values()
    print(record)
    assert record.title()
    assert record.fields["creator"]


@pytest.mark.parametrize("path", documents(PLACES / "soso-examples", "*json*"), ids=lambda path: path.name)
def test_reference_examples(path):
    body = path.read_bytes()
    if path.name in BROKEN:
        with pytest.raises(SourceRefused) as refused:
            read(body)
        print(f"\n{path.name}: {refused.value} {refused.value.detail[:200]}")
        return
    found = read(body)
    print(f"\n{path.name}: {found.counts}")
    found.account()
    named = [one for one in found.failures if one.error.code == "no-identifier"]
    assert found.records or named


@pytest.mark.parametrize(
    "path", documents(CROISSANT / "mlcommons", "*/metadata.json"), ids=lambda path: path.parent.name
)
def test_croissant_of_mlcommons(path):
    found = read(path.read_bytes(), "croissant")
    print(f"\n{path.parent.name}: {found.counts}")
    found.account()
    (record,) = found.records.values()
    listed = [one for one in json.loads(path.read_bytes()).get("distribution", []) if "contentUrl" in one]
    assert len(record.resources) >= len([one for one in listed if one["contentUrl"].startswith("http")])
    assert record.title()


@pytest.mark.parametrize(
    "path", documents(CROISSANT / "dataverse", "*/expected/*.json"), ids=lambda path: path.name
)
def test_croissant_of_dataverse(path):
    found = read(path.read_bytes(), "croissant")
    print(f"\n{path.name}: {found.counts}")
    found.account()
    assert len(found.records) == 1


@pytest.mark.parametrize(
    "path",
    documents(CROISSANT / "dataverse", "*/in/datasetSchemaDotOrg.json"),
    ids=lambda path: path.parent.parent.name,
)
def test_schemaorg_of_dataverse(path):
    found = read(path.read_bytes())
    print(f"\n{path.parent.parent.name}: {found.counts}")
    found.account()
    assert len(found.records) == 1
