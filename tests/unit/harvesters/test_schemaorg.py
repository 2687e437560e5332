"""schema.org and Croissant in pages and documents, and sitemaps that lead to them."""

# ruff: noqa: E501 - documents read best on one line

from __future__ import annotations

import gzip
import json

import pytest

from migration_harvesters import jsonld, sitemaps, strict_json
from migration_harvesters.errors import HarvestError, PayloadError, SourceRefused, SourceUnavailable
from migration_harvesters.mappers import croissant, schemaorg
from migration_harvesters.records import RawRecord, RemoteRef, SourceConfig
from migration_harvesters.sources.schemaorg import SchemaOrgSource

SITE = "https://site.example"
XML = '<?xml version="1.0"?>'


def page(*documents, end="</html>"):
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in documents)
    return f"<!doctype html><html><head>{scripts}</head>{end}".encode()


def dataset(name, **more):
    return {"@context": "https://schema.org/", "@type": "Dataset", "name": name, **more}


def sitemap(*paths, kind="urlset", item="url"):
    rows = "".join(f"<{item}><loc>{path if '://' in path else SITE + path}</loc></{item}>" for path in paths)
    return f"{XML}<{kind}>{rows}</{kind}>".encode()


@pytest.fixture
def source(config, recorded, read):
    def run(served, home="/", resume=None, **options):
        def answer(url, params):
            found = served.get(url.removeprefix(SITE))
            if isinstance(found, Exception):
                raise found
            if found is None:
                raise SourceRefused("status 404", code="unexpected-status", status=404)
            return found

        http = recorded(default=answer)
        reading = read(SchemaOrgSource(config("schemaorg", SITE + home, **options), http).listing(resume))
        reading.asked = [url.removeprefix(SITE) for url, _ in http.asked]
        return reading

    return run


@pytest.fixture
def mapped(config):
    def run(row, mapper=schemaorg, url=f"{SITE}/d/1", **options):
        raw = RawRecord(RemoteRef(f"{SITE}/d/1", None, url), "schemaorg", strict_json.canonical(row))
        return mapper.interpret(raw, config("schemaorg", SITE, **options))

    return run


class TestSource:
    def test_pages_of_a_sitemap(self, source):
        reading = source(
            {
                "/": sitemap("/a", "/b", "/about"),
                "/a": page(dataset("A")),
                "/b": page(dataset("B")),
                "/about": page(),
            }
        )
        assert reading.ids == [f"{SITE}/a", f"{SITE}/b"]
        assert reading.listing.ignored == {"not-a-dataset": 1}
        assert reading.listing.complete

    def test_an_index_and_packed_sitemaps(self, source):
        index = sitemap("/one.xml.gz", "https://other.example/two.xml", kind="sitemapindex", item="sitemap")
        reading = source({"/": index, "/one.xml.gz": gzip.compress(sitemap("/a")), "/a": page(dataset("A"))})
        assert reading.ids == [f"{SITE}/a"]
        assert reading.asked == ["/", "/one.xml.gz", "/a"]
        assert not reading.listing.complete
        assert "https://other.example/two.xml" in reading.said

    def test_an_index_without_end_is_cut(self, source, monkeypatch):
        monkeypatch.setattr(sitemaps, "MAX_SITEMAPS", 3)
        index = sitemap(*(f"/{number}.xml" for number in range(9)), kind="sitemapindex", item="sitemap")
        served = {"/": index, "/a": page(dataset("A"))} | {
            f"/{number}.xml": sitemap("/a") for number in range(9)
        }
        reading = source(served)
        assert reading.ids == [f"{SITE}/a"]
        assert "more than 3 sitemaps" in reading.said

    def test_ht09_a_credential_goes_to_the_site_of_the_source_only(self, recorded):
        more = "https://other.example/d"
        http = recorded(default=page(dataset("A")))
        sent = {}
        ask = http.get
        http.get = lambda url, **given: (sent.update({url: given["headers"]}), ask(url))[1]
        given = SourceConfig(url=SITE, protocol="schemaorg", options={"more": [more]}, credential="secret")
        list(SchemaOrgSource(given, http).listing())
        assert sent == {f"{SITE}/": {"Authorization": "secret"}, more: {}}

    def test_only_pages_that_fit_and_of_this_host_are_asked(self, source):
        reading = source(
            {"/": sitemap("/d/a", "/x", "https://other.example/d/b"), "/d/a": page(dataset("A"))},
            pages=["*/d/*"],
        )
        assert reading.asked == ["/", "/d/a"]

    def test_a_page_that_is_gone_is_named_and_nothing_is_removed(self, source):
        reading = source({"/": sitemap("/a", "/gone"), "/a": page(dataset("A"))})
        assert reading.failures == [(f"{SITE}/gone", "unexpected-status")]
        assert not reading.listing.complete

    def test_a_partner_that_is_down_ends_the_list_with_what_was_read(self, source):
        reading = source(
            {"/": sitemap("/a", "/b"), "/a": page(dataset("A")), "/b": SourceUnavailable("down")}
        )
        assert reading.ids == [f"{SITE}/a"]
        assert isinstance(reading.error, SourceUnavailable)
        assert reading.pages[-1].cursor.endswith("@1")

    def test_it_goes_on_from_a_cursor_while_the_sitemap_is_the_same(self, source):
        pages = {"/": sitemap(*(f"/{number}" for number in range(45)))}
        pages |= {f"/{number}": page(dataset(f"D{number}")) for number in range(45)}
        whole = source(pages)
        assert [len(one.items) for one in whole.pages] == [20, 20, 5]
        rest = source(pages, resume=whole.pages[0].cursor)
        assert rest.ids == whole.ids[20:]
        assert rest.listing.complete
        changed = source({**pages, "/": sitemap("/1")}, resume=whole.pages[0].cursor)
        assert isinstance(changed.error, HarvestError)

    @pytest.mark.parametrize("end", ["", '<script type="application/ld+json">{"@type": "Data'])
    def test_ht16_a_page_that_is_cut_off_proves_nothing(self, source, end):
        reading = source({"/": sitemap("/a"), "/a": page(dataset("A"), end=end)})
        assert not reading.listing.complete

    def test_ht21_pages_without_any_dataset_are_not_an_empty_catalogue(self, source):
        reading = source({"/": sitemap("/a", "/b"), "/a": page(), "/b": page()})
        assert isinstance(reading.error, SourceRefused)

    @pytest.mark.parametrize(
        "body", [b"", b"plain text", b"<html></html>", b"{", b'{"@type": "Thing"}', b"[]"]
    )
    def test_js03_what_describes_no_dataset_is_an_error(self, source, body):
        assert isinstance(source({"/": body}).error, SourceRefused)

    @pytest.mark.parametrize(
        "body", [b"<urlset><url>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><urlset>&b;</urlset>", b"\x1f\x8bxx"]
    )
    def test_xm01_xm05_a_broken_sitemap_is_an_error(self, source, body):
        assert isinstance(source({"/": body}).error, SourceRefused)

    def test_ht17_a_packed_sitemap_that_unpacks_without_end_is_refused(self, source, monkeypatch):
        monkeypatch.setattr(sitemaps, "MAX_UNPACKED", 1000)
        assert isinstance(source({"/": gzip.compress(b" " * 100_000)}).error, SourceRefused)

    def test_a_catalogue_on_a_page_leads_to_its_datasets(self, source):
        catalogue = {
            "@type": "DataCatalog",
            "dataset": [dataset("A", **{"@id": "urn:a"}), {"@type": "Dataset", "url": f"{SITE}/b"}],
        }
        reading = source({"/": page(catalogue), "/b": page(dataset("B"))})
        assert reading.ids == ["urn:a", f"{SITE}/b"]

    def test_js05_js06_a_bad_dataset_fails_alone(self, source):
        bad = b'<html><script type="application/ld+json">{"@type":"Dataset","@id":"x","name":"X","version":1,"version":2}</script></html>'
        reading = source({"/": sitemap("/a", "/b"), "/a": bad, "/b": page(dataset("B"))})
        assert reading.ids == [f"{SITE}/b"]
        assert reading.failures == [(f"{SITE}/a", "json-refused")]
        assert not reading.listing.complete

    def test_a_document_and_more_of_them(self, source):
        reading = source(
            {"/a": json.dumps(dataset("A")), "/b": json.dumps(dataset("B"))}, home="/a", more=[f"{SITE}/b"]
        )
        assert reading.ids == [f"{SITE}/a", f"{SITE}/b"]


class TestJsonLd:
    def test_a_context_is_never_fetched_and_prefixes_are_read(self):
        document = {"@context": "http://169.254.169.254/ctx", "@graph": [
            {"type": "https://schema.org/Dataset", "schema:name": "A", "http://schema.org/publisher": {"@id": "#p"}, "x:y": 1},
            {"@id": "#p", "@type": "Organization", "name": "P"},
        ]}  # fmt: skip
        first = jsonld.nodes(document)[0]
        assert first == {
            "@type": "https://schema.org/Dataset",
            "name": "A",
            "publisher": {"@id": "#p", "@type": "Organization", "name": "P"},
            "x:y": 1,
        }
        assert jsonld.kinds(first) == ["Dataset"]

    def test_circles_of_references_end(self):
        document = {
            "@graph": [
                {"@id": "a", "@type": "Dataset", "isPartOf": {"@id": "b"}},
                {"@id": "b", "hasPart": {"@id": "a"}},
            ]
        }
        assert len(json.dumps(jsonld.nodes(document))) < 5000

    def test_js04_what_is_nested_too_deeply_is_refused(self):
        value = {}
        for _ in range(60):
            value = {"a": value}
        with pytest.raises(PayloadError):
            jsonld.nodes(value)


class TestSchemaOrgMapper:
    def test_what_search_engines_ask_for(self, mapped):
        found = mapped(
            dataset(
                "Stock of refugees",
                description="<p>Who they are</p>",
                keywords="refugees, UNHCR",
                identifier=[{"@type": "PropertyValue", "value": "10.1/x", "url": "https://doi.org/10.1/x"}],
                temporalCoverage="2020-01-01/..",
                spatialCoverage=[
                    {"name": "Kenya"},
                    {"geo": {"@type": "GeoCoordinates", "latitude": 1.5, "longitude": 30}},
                ],
                license={"@id": "https://creativecommons.org/licenses/by/4.0/"},
                creator=[{"name": "Agency", "@id": "https://ror.org/1", "email": "data@agency.example"}],
                measurementTechnique="Survey",
                citation=["Some, A. (2020)", {"url": "https://doi.org/10.2/y"}],
                inLanguage="en-GB",
                distribution={
                    "contentUrl": "files/a.csv",
                    "contentSize": "1.5 MB",
                    "encodingFormat": ["text/csv", "CSV"],
                },
                sensitivity_level="low",
            )
        ).record
        assert found.fields["identifier"] == "https://doi.org/10.1/x"
        assert found.fields["population_group"] == ["refugees"]
        assert found.fields["temporal_coverage"] == [{"start": "2020-01-01"}]
        assert found.fields["spatial_coverage"] == ["KEN"]
        assert found.fields["places"] == [{"box": "30 1.5 30 1.5"}]
        assert found.fields["contact"] == [
            {"name": "Agency", "email": "data@agency.example"}
        ] or found.fields["contact"] == [{"email": "data@agency.example"}]
        assert found.fields["creator"] == [{"name": "Agency", "uri": "https://ror.org/1"}]
        assert found.fields["is_referenced_by"] == ["https://doi.org/10.2/y"]
        assert found.fields["language"] == ["en"]
        assert "sensitivity_level" not in found.fields
        assert found.resources[0]["url"] == f"{SITE}/d/files/a.csv"
        assert found.resources[0]["size"] == 1_500_000
        assert found.resources[0]["license"] == "CC-BY-4.0"

    def test_texts_in_languages(self, mapped):
        row = dataset([{"@value": "Stock", "@language": "en"}, {"@value": "Effectifs", "@language": "fr"}])
        assert mapped(row).record.fields["title_translated"] == {"en": "Stock", "fr": "Effectifs"}
        assert mapped({**dataset("Datos"), "@context": {"@language": "es"}}).record.fields[
            "title_translated"
        ] == {"es": "Datos"}

    @pytest.mark.parametrize(
        ("words", "size"),
        [
            ("12 B", 12),
            ("1.5 MB", 1_500_000),
            ("2 KiB", 2048),
            ("1,024", 1024),
            ("big", None),
            ("", None),
            ("9" * 400, None),
        ],
    )
    def test_sizes(self, words, size):
        assert schemaorg.size(words) == size

    def test_js13_what_is_no_web_address_is_no_file(self, mapped):
        assert not mapped(
            dataset(
                "A",
                distribution=[{"contentUrl": "javascript:alert(1)"}, {"contentUrl": "file:///etc/passwd"}],
            )
        ).record.resources


class TestCroissantMapper:
    def test_columns_quality_and_personal_information(self, mapped):
        found = mapped(
            {
                "@type": "Dataset",
                "name": "A",
                "distribution": [
                    {
                        "@id": "f",
                        "contentUrl": "https://site.example/a.csv",
                        "encodingFormat": "text/csv",
                        "sha256": "ab" * 32,
                    },
                    {"@type": "FileSet", "@id": "s", "includes": "*.csv"},
                ],
                "recordSet": {
                    "field": [
                        {
                            "name": "r/sex",
                            "description": "Sex",
                            "dataType": "sc:Text",
                            "source": {"fileObject": {"@id": "f"}, "extract": {"column": "sex"}},
                        }
                    ]
                },
                "rai:dataBiases": "Few women",
                "rai:personalSensitiveInformation": ["Nationality"],
                "rai:dataCollectionTimeframe": ["2020-01-01", "2021-12-31"],
            },
            croissant,
        ).record
        (file,) = found.resources
        assert file["columns"] == [{"name": "sex", "title": "Sex", "datatype": "Text"}]
        assert file["hash"] == "ab" * 32
        assert file["hash_algorithm"] == "SHA-256"
        assert found.fields["quality_note_translated"] == {"en": "Biases: Few women"}
        assert found.fields["sensitivity_level"] == "high"
        assert found.fields["collection_start"] == "2020-01-01"

    def test_no_personal_information_says_nothing_about_sensitivity(self, mapped):
        found = mapped(
            {"@type": "Dataset", "name": "A", "rai:personalSensitiveInformation": "None"}, croissant
        )
        assert "sensitivity_level" not in found.record.fields
