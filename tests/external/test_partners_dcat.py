"""Recorded DCAT catalogues, served over HTTP, read and mapped: every dataset is accounted for."""

from __future__ import annotations

import gzip
import re

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from migration_schemas import rdf
from partners import FIXTURES, harvest, present

pytestmark = present
DCAT = FIXTURES / "dcat"
MEDIA_TYPES = (
    "text/html",
    "application/octet-stream",
    "text/plain;charset=utf-8",
    "application/rdf+xml",
    "text/turtle",
)

# What the recorded documents hold, counted by hand: (file, datasets, promised and not described).
CATALOGUES = [
    ("italy-unibo/catalog_dati_unibo.rdf", 12, 0),
    ("germany-govdata/catalog-endpoint.rdf", 6, 0),
    ("france-udata/bnodes.xml", 3, 0),
    ("france-udata/bnodes.jsonld", 3, 0),
    ("france-udata/catalog.xml", 4, 0),
    ("france-udata/flat.jsonld", 3, 0),
    ("france-udata/nested.jsonld", 1, 0),
    ("france-udata/geonetwork.xml", 1, 0),
    ("france-udata/sig.oreme.rdf", 1, 1),
    ("france-udata/udata.xml", 2, 0),
    ("france-udata/series.xml", 1, 0),
    ("geonetwork-ui/eu.dcat-ap.survey.xml", 1, 0),
    ("geonetwork-ui/eu.dcat-ap.whoiswho.xml", 1, 0),
    ("geonetwork-ui/jrc.dcat.dataset.xml", 1, 0),
    ("geonetwork-ui/jrc.dcat.geo-dataset.xml", 1, 0),
    ("geonetwork-ui/opendataswiss.dcat-ap.dataset.xml", 1, 0),
    ("geonetwork-ui/sextant.dcat.bathymetry.xml", 1, 0),
    ("geonetwork-ui/sextant.dcat.seadatanet.xml", 1, 0),
    ("geonetwork-ui/vlaanderen.dcat-ap.dataset.xml", 1, 0),
    ("ckanext-dcat-examples/catalog.rdf", 2, 0),
    ("ckanext-dcat-examples/catalog_datasets_list.rdf", 2, 0),
    ("ckanext-dcat-examples/catalog_pod.jsonld", 1, 0),
    ("ckanext-dcat-examples/catalog_with_at_graph.jsonld", 1, 0),
    ("ckanext-dcat-examples/dataset.rdf", 1, 0),
    ("ckanext-dcat-examples/dataset_afs.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_deri.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_gob_es.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_gov_de.rdf", 1, 0),
    ("ckanext-dcat-examples/dataset_health.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_health_multilingual.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_health_no_blank.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_multilingual.ttl", 1, 0),
    ("ckanext-dcat-examples/dataset_sweden.rdf", 1, 0),
]
REFUSED = {
    "ckanext-dcat-examples/dataset.ttl": "prefix",
    "ckanext-dcat-examples/full_croissant_dataset.jsonld": "line 78",
    "france-udata/evian.json": "context",
    "ckanext-dcat-examples/catalog.json": "something else",
    "ckanext-dcat-examples/ckan_full_dataset_dcat_ap.json": "something else",
}


def read(name, label="application/octet-stream"):
    body = (DCAT / name).read_bytes()
    with replay.serving(lambda path, query: replay.Answer(body, label)) as portal:
        return harvest(portal, "dcat", f"{portal.url}/catalog")


@pytest.mark.parametrize(("name", "datasets", "promised"), CATALOGUES, ids=[row[0] for row in CATALOGUES])
def test_every_dataset_is_mapped_or_named_whatever_the_label_says(name, datasets, promised):
    found = read(name, MEDIA_TYPES[len(name) % len(MEDIA_TYPES)])
    print(f"\n{name}: {found.counts}")
    found.account()
    assert len(found.records) == datasets
    assert [failure.error.code for failure in found.failures] == ["record-missing"] * promised
    assert found.listing.complete
    for record in found.records.values():
        assert record.fields.get("title_translated") or "title" not in str(found.bodies)
        rdf.serialize(rdf.write(record), "xml")


@pytest.mark.parametrize("name", [row[0] for row in CATALOGUES])
def test_a_second_reading_gives_the_same_names_and_bytes(name):
    body = (DCAT / name).read_bytes()
    with replay.serving(lambda path, query: replay.Answer(body)) as portal:
        first, second = (harvest(portal, "dcat").bodies for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("name", "word"), REFUSED.items(), ids=list(REFUSED))
def test_what_is_no_catalogue_is_refused_with_the_reason(name, word):
    with pytest.raises(SourceRefused) as refused:
        read(name)
    print(f"\n{name}: {refused.value}")
    assert word in str(refused.value)


@pytest.mark.parametrize("kind", ["paged", "partial"])
@pytest.mark.parametrize("host", ["data.test.org", None], ids=["named-host", "rewritten"])
def test_paged_collections_are_read_to_their_end(kind, host):
    def answering(path, query):
        name = f"{kind}-collection-{query.get('page', '1')}.jsonld"
        body = (DCAT / "france-udata" / name).read_bytes()
        return replay.Answer(body if host else body.replace(b"http://data.test.org", portal.url.encode()))

    with replay.serving(answering) as portal:
        found = harvest(
            portal, "dcat", f"http://{host}/catalog.jsonld?page=1" if host else f"{portal.url}/catalog.jsonld"
        )
    print(f"\n{kind}-collection: {found.counts}")
    found.account()
    assert len(found.records) == 4
    assert found.listing.complete
    assert len(portal.asked) == 2


@pytest.mark.parametrize("turn", ["itself", "first", "elsewhere"])
def test_govdata_with_its_next_page_turned_back(turn):
    body = (DCAT / "germany-govdata/catalog-endpoint.rdf").read_text()
    goal = {"itself": "?page=2", "first": "?page=1", "elsewhere": "http://inner.example/catalog.rdf?page=2"}[
        turn
    ]
    body = body.replace("<hydra:totalItems", f"<hydra:nextPage>{goal}</hydra:nextPage><hydra:totalItems")

    with replay.serving(lambda path, query: replay.Answer(body.encode())) as portal:
        found = harvest(portal, "dcat", f"{portal.url}/catalog.rdf?page=1")
        asked = len(portal.asked)
    print(f"\ngovdata, next page {turn}: {found.listing.problems[0]}")
    found.account()
    assert len(found.records) == 6
    assert not found.listing.complete
    assert asked == (2 if turn == "itself" else 1)


def test_unibo_cut_off_at_any_place_is_never_a_whole_catalogue():
    body = (DCAT / "italy-unibo/catalog_dati_unibo.rdf").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        cut = body[: int(len(body) * share)]
        with (
            replay.serving(lambda path, query, cut=cut: replay.Answer(cut)) as portal,
            pytest.raises(SourceRefused),
        ):
            harvest(portal, "dcat", f"{portal.url}/catalog.rdf")


def test_a_dataset_without_a_name_is_known_by_its_identifier_in_every_syntax():
    xml, jsonld = (set(read(f"france-udata/{name}").bodies) for name in ("bnodes.xml", "bnodes.jsonld"))
    assert "1" in xml & jsonld


def test_ldes_pages_are_no_catalogue_but_name_why():
    """Belgium's feed is an event stream in TriG with single nodes as members: a protocol of its own."""
    pages = sorted((DCAT / "belgium-ldes-pages").glob("*.trig.gz"))
    body = gzip.decompress(pages[1].read_bytes())
    assert re.search(rb"w3id.org/tree#member", body)
    served = replay.serving(lambda path, query: replay.Answer(body, "application/trig"))
    with served as portal, pytest.raises(SourceRefused) as refused:
        harvest(portal, "dcat", f"{portal.url}/index.trig")
    print(f"\nbelgium-ldes-pages: {refused.value}")
