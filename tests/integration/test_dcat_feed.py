"""RDF out of the registry: variants of a dataset's address, and the catalogue feed page by page."""

from __future__ import annotations

import json
import re
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS

from migration_schemas.profile import profile_iri
from migration_schemas.samples import samples
from registry_site import Site, complete

HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
SYNTAXES = {
    "ttl": ("turtle", "text/turtle"),
    "rdf": ("xml", "application/rdf+xml"),
    "jsonld": ("json-ld", "application/ld+json"),
}


def graph(body: str, syntax: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=body, format=syntax)


def datasets(found: rdflib.Graph) -> set[str]:
    return {str(node) for node in found.objects(None, DCAT.dataset)}


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_dataset_by_suffix(site: Site, app, suffix: str):
    package = site.create()
    syntax, media_type = SYNTAXES[suffix]

    reply = app.get(f"/dataset/{package['name']}.{suffix}")

    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith(media_type)
    found = graph(reply.body, syntax)
    [subject] = found.subjects(rdflib.RDF.type, DCAT.Dataset)
    assert str(subject) == f"http://test.ckan.net/dataset/{package['id']}"
    assert {str(title) for title in found.objects(subject, DCTERMS.title)} == set(
        package["title_translated"].values()
    )


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0.1, */*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle, text/html;q=0.5", "text/turtle"),
        ("", "text/html"),
    ],
)
def test_dataset_by_accept(site: Site, app, accept: str, answer: str):
    package = site.create()

    reply = app.get(f"/dataset/{package['name']}", headers={"Accept": accept})

    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith(answer)
    assert "Accept" in reply.headers["Vary"]


def test_the_rdf_of_a_dataset_says_that_the_whole_record_meets_the_profile(site: Site, app):
    package = site.create(**samples()["PersonalBasis"].passes)
    found = graph(app.get(f"/dataset/{package['name']}.ttl").body, "turtle")
    [record] = found.subjects(rdflib.RDF.type, DCAT.CatalogRecord)
    assert found.value(record, DCTERMS.conformsTo) == profile_iri()
    assert str(found.value(record, rdflib.FOAF.primaryTopic)).endswith(package["id"])
    assert rdflib.URIRef("https://w3id.org/dpv#hasLegalBasis") not in set(found.predicates())


def test_unknown_variants(site: Site, app):
    package = site.create()

    assert app.get(f"/dataset/{package['name']}", headers={"Accept": "image/png"}).status_code == 406
    assert app.get(f"/dataset/{package['name']}.docx").status_code == 404
    assert app.get("/catalog.docx").status_code == 404
    assert app.flask_app.test_client().head(f"/dataset/{package['name']}.ttl").status_code == 200


def test_unchanged_variant_is_not_sent_again(site: Site, app):
    package = site.create()
    first = app.get(f"/dataset/{package['name']}.ttl")

    again = app.get(f"/dataset/{package['name']}.ttl", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "address", ["/dataset/{}.ttl", "/dataset/{}", "/dataset/{}/quality", "/dataset/{}/quality.json"]
)
def test_hidden_is_as_unknown(site: Site, app, address: str):
    hidden = site.create(private=True)

    for headers in ({}, site.headers(site.stranger)):
        secret = app.get(address.format(hidden["name"]), headers=headers)
        unknown = app.get(address.format("no-such-dataset"), headers=headers)
        assert secret.status_code == unknown.status_code == 404
        assert said(secret.body, hidden["name"]) == said(unknown.body, "no-such-dataset")


def said(body: str, name: str) -> str:
    """A page without the name that was asked for and without its token against forged requests."""
    return re.sub(r'(?:content|value)="[\w.-]{60,}"', "", body.replace(name, "X"))


def crawl(app: Any, address: str, syntax: str = "turtle") -> tuple[list[str], list[int]]:
    found: list[str] = []
    totals = []
    while address:
        page = graph(app.get(address).body, syntax)
        found += sorted(datasets(page))
        totals += [int(total) for total in page.objects(None, HYDRA.totalItems)]
        follow = [str(node) for node in page.objects(None, HYDRA.next)]
        address = follow[0].replace("http://test.ckan.net", "") if follow else ""
    return found, totals


def test_feed_is_whole_without_gaps_or_repeats(empty_site: Site, app, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.migration.catalogue.page_size", 3)
    made = {f"http://test.ckan.net/dataset/{empty_site.create()['id']}" for _ in range(7)}
    hidden = empty_site.create(private=True)
    empty_site.create(state="draft")

    found, totals = crawl(app, "/catalog.ttl")

    assert len(found) == len(set(found)) == 7
    assert set(found) == made
    assert totals == [7, 7, 7]
    signed_in = graph(app.get("/catalog.ttl", headers=empty_site.headers()).body, "turtle")
    assert hidden["id"] not in str(datasets(signed_in))


def test_feed_while_records_come(empty_site: Site, app, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.migration.catalogue.page_size", 2)
    made = {f"http://test.ckan.net/dataset/{empty_site.create()['id']}" for _ in range(4)}
    first = graph(app.get("/catalog.ttl").body, "turtle")
    [follow] = first.objects(None, HYDRA.next)
    empty_site.create()

    rest, _ = crawl(app, str(follow).replace("http://test.ckan.net", ""))

    assert made <= datasets(first) | set(rest)
    assert not datasets(first) & set(rest)


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=abc", "page=1000000000", "after=%22%20OR%20*", "modified_since=never"],
)
def test_feed_refuses_nonsense(site: Site, app, query: str):
    assert app.get(f"/catalog.ttl?{query}").status_code == 409


def test_one_bad_record_does_not_break_the_feed(empty_site: Site, app):
    good = empty_site.create()
    bad = empty_site.create(
        title_translated={"en": "Control \x0b and \ufffe characters"},
        identifier="urn:x y<z>",
        publisher=[{"name": "A < B & C", "uri": "https://agency.example.org/"}],
        temporal_coverage=[{"start": "2020", "end": "2021-12-31"}],
    )

    for suffix, (syntax, _) in SYNTAXES.items():
        found = datasets(graph(app.get(f"/catalog.{suffix}").body, syntax))
        assert {good["id"], bad["id"]} == {name.rsplit("/", 1)[1] for name in found}


def test_feed_says_only_what_the_public_may_see(site: Site, app):
    package = site.create(
        personal_data_status=["anonymised"],
        legal_basis=["public-interest"],
        disclosure_control=["aggregation"],
    )

    body = app.get(f"/dataset/{package['name']}.ttl", headers=site.headers()).body

    assert "legal-basis" not in body
    assert "hasLegalBasis" not in body
    assert "hasTechnicalMeasure" in body


def test_home_is_the_catalogue_for_machines(site: Site, app):
    reply = app.get("/", headers={"Accept": "text/turtle"})

    assert (None, rdflib.RDF.type, DCAT.Catalog) in graph(reply.body, "turtle")


def test_schema_org_cannot_leave_its_element(site: Site, app):
    package = site.create(title_translated={"en": "</script><script>alert(1)</script> \u2028 & more"})

    page = app.get(f"/dataset/{package['name']}").body

    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    found = json.loads(block)
    assert found["@type"].endswith("Dataset")
    assert found["name"].startswith("</script><script>alert(1)</script>")
    assert "<script>alert" not in page
    assert complete()["resources"][0]["url"] in block
