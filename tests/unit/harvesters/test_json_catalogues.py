"""DataCite, STAC and Frictionless: what their lists prove, and what their records mean."""

# ruff: noqa: E501 - documents read best on one line

from __future__ import annotations

import pytest

from migration_harvesters import strict_json
from migration_harvesters.errors import PartnerConfigError, SourceRefused
from migration_harvesters.mappers import datacite, dataverse, frictionless, stac
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.sources import frictionless as frictionless_source
from migration_harvesters.sources.datacite import DataciteSource
from migration_harvesters.sources.dataverse import DataverseSource
from migration_harvesters.sources.frictionless import FrictionlessSource
from migration_harvesters.sources.stac import StacSource

SITE = "https://site.example"


@pytest.fixture
def listed(config, recorded, read):
    def run(source, served, home="/", resume=None, **options):
        def answer(url, params):
            found = served.get(url.removeprefix(SITE))
            if found is None:
                raise SourceRefused("status 404", code="unexpected-status", status=404)
            return found

        http = recorded(default=answer)
        reading = read(source(config("x", SITE + home, **options), http).listing(resume))
        reading.asked = [url.removeprefix(SITE) for url, _ in http.asked]
        return reading

    return run


@pytest.fixture
def mapped(config):
    def run(mapper, row):
        raw = RawRecord(RemoteRef("id-1", None, f"{SITE}/d/1"), "x", strict_json.canonical(row))
        return mapper.interpret(raw, config("x", SITE)).record

    return run


def doi(name, **more):
    return {"id": name, "attributes": {"doi": name, "titles": [{"title": name}], **more}}


DOIS = "/dois?client-id=a.b&page[size]=100&page[cursor]=1"


class TestDatacite:
    def address(self, reading):
        return reading.asked[0].replace("%5B", "[").replace("%5D", "]")

    def run(self, listed, rows, total, **options):
        return listed(
            DataciteSource,
            {
                "/dois?client-id=a.b&page%5Bsize%5D=100&page%5Bcursor%5D=1": {
                    "data": rows,
                    "meta": {"total": total},
                }
            },
            client="a.b",
            **options,
        )

    def test_what_is_no_data_is_counted_and_left(self, listed):
        rows = [
            doi("10.1/a", types={"resourceTypeGeneral": "Dataset"}),
            doi("10.1/b", types={"resourceTypeGeneral": "Software"}),
            doi("10.1/c", state="draft"),
        ]
        reading = self.run(listed, rows, 3)
        assert self.address(reading) == DOIS
        assert reading.ids == ["10.1/a"]
        assert reading.listing.ignored == {"not-a-dataset": 1, "not-public": 1}
        assert reading.listing.complete
        assert self.run(listed, rows[:2], 2, all_types=True).ids == ["10.1/a", "10.1/b"]

    def test_js02_fewer_than_the_total_is_not_whole(self, listed):
        assert not self.run(listed, [doi("10.1/a")], 5).listing.complete

    def test_all_of_datacite_is_not_a_source(self, config, recorded):
        with pytest.raises(PartnerConfigError):
            DataciteSource(config("datacite", "https://api.datacite.org"), recorded())

    def test_a_record(self, mapped):
        fields = mapped(datacite, doi(
            "10.1/a",
            titles=[{"title": "Stock", "lang": "en"}, {"title": "Effectifs", "lang": "fr", "titleType": "TranslatedTitle"}, {"title": "STK", "titleType": "AlternativeTitle"}],
            descriptions=[{"description": "About", "descriptionType": "Abstract"}, {"description": "By survey", "descriptionType": "Methods"}],
            publisher={"name": "Archive"}, publicationYear=2020,
            geoLocations=[{"geoLocationBox": {"westBoundLongitude": "170", "eastBoundLongitude": "-170", "southBoundLatitude": -20, "northBoundLatitude": -10}}],
            rightsList=[{"rights": "Closed Access", "rightsUri": "info:eu-repo/semantics/closedAccess"}],
            relatedIdentifiers=[{"relatedIdentifier": "10.2/p", "relationType": "IsCitedBy"}],
            contributors=[{"name": "Office", "contributorType": "DataCollector"}],
        )).fields  # fmt: skip
        assert fields["title_translated"] == {"en": "Stock", "fr": "Effectifs"}
        assert fields["identifier"] == "https://doi.org/10.1/a"
        assert fields["provenance_translated"] == {"en": "By survey"}
        assert fields["publisher"] == [{"name": "Archive"}]
        assert fields["issued"] == "2020"
        assert len(fields["places"]) == 2
        assert fields["access_rights"] == "NON_PUBLIC"
        assert fields["is_referenced_by"] == ["https://doi.org/10.2/p"]
        assert fields["qualified_attribution"] == [{"name": "Office", "role": "collector"}]


class TestStac:
    def test_a_static_catalogue_is_walked_down_once(self, listed):
        def node(kind, name, *children):
            links = [{"rel": "child", "href": child} for child in children]
            return {"type": kind, "id": name, "stac_version": "1.0.0", "links": links}

        served = {
            "/": node("Catalog", "root", "./a.json", "b/c.json"),
            "/a.json": node("Collection", "a", "/"),
            "/b/c.json": node("Catalog", "c", "../d.json"),
            "/d.json": node("Collection", "d"),
        }
        reading = listed(StacSource, served)
        assert reading.ids == ["a", "d"]
        assert reading.listing.complete
        assert len(reading.asked) == 4

    def test_a_part_that_is_gone_or_elsewhere_is_named(self, listed):
        parts = ["gone.json", "https://user:secret@other.example/c.json", "here.json"]
        root = {"type": "Catalog", "links": [{"rel": "child", "href": part} for part in parts]}
        here = {"type": "Collection", "id": "here", "stac_version": "1.0.0"}
        reading = listed(StacSource, {"/": root, "/here.json": here})
        assert reading.ids == ["here"]
        assert reading.failures == [
            ("gone.json", "unexpected-status"),
            ("https://…@other.example/c.json", "next-page-refused"),
        ]
        assert "secret" not in reading.said
        assert not reading.listing.complete

    @pytest.mark.parametrize("answer", ["{}", "[]", "null", '{"collections": {}}', '{"type": "Feature"}'])
    def test_js03_other_json_is_an_error(self, listed, answer):
        assert isinstance(listed(StacSource, {"/": answer}).error, SourceRefused)

    def test_a_collection(self, mapped):
        record = mapped(stac, {
            "id": "c", "description": "About", "keywords": ["Kenya", "refugees"], "license": "proprietary",
            "providers": [{"name": "Host", "roles": ["host"]}, {"name": "Maker", "roles": ["producer"], "url": "https://m.example"}],
            "extent": {"spatial": {"bbox": [[1, 2, 0, 3, 4, 9]]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
            "links": [{"rel": "license", "href": "https://creativecommons.org/licenses/by/4.0/"}, {"rel": "items", "href": "items"}],
            "@base": "https://site.example/collections/c",
        })  # fmt: skip
        assert record.fields["publisher"] == [{"name": "Maker", "uri": "https://m.example"}]
        assert record.fields["places"] == [{"box": "1 2 3 4"}]
        assert record.fields["spatial_coverage"] == ["KEN"]
        assert record.fields["temporal_coverage"] == [{"start": "2020-01-01"}]
        assert record.resources[0]["url"] == "https://site.example/collections/items"
        assert record.resources[0]["license"] == "CC-BY-4.0"


class TestFrictionless:
    def test_one_package_and_a_list(self, listed):
        one = {"name": "a", "resources": [{"path": "a.csv"}]}
        assert listed(FrictionlessSource, {"/": one}).ids == ["a"]
        reading = listed(
            FrictionlessSource,
            {
                "/": {"packages": ["b/datapackage.json", one, "gone.json"]},
                "/b/datapackage.json": {**one, "name": "b"},
            },
        )
        assert reading.ids == ["a", "b"]
        assert reading.failures == [("gone.json", "unexpected-status")]
        assert not reading.listing.complete

    def test_a_list_that_is_too_long_is_not_whole(self, listed, monkeypatch):
        monkeypatch.setattr(frictionless_source, "MAX_PACKAGES", 1)
        one = {"name": "a", "resources": [{"path": "a.csv"}]}
        reading = listed(FrictionlessSource, {"/": ["b.json", "c.json"], "/b.json": one, "/c.json": one})
        assert reading.ids == ["a"]
        assert not reading.listing.complete

    @pytest.mark.parametrize("answer", ["{}", "null", '"x"', '{"resources": {}}'])
    def test_js03_other_json_is_an_error(self, listed, answer):
        assert isinstance(listed(FrictionlessSource, {"/": answer}).error, SourceRefused)

    def test_a_package(self, mapped):
        record = mapped(frictionless, {
            "name": "a", "title": "Stock", "contributors": [{"title": "Agency", "role": "publisher", "email": "d@agency.example"}],
            "licenses": [{"name": "ODC-By-1.0", "path": "https://opendatacommons.org/licenses/by/1-0/"}],
            "resources": [{"name": "r", "path": ["a.csv", "b.csv", "../../etc/passwd", "javascript:x"], "schema": {"fields": [{"name": "sex", "type": "string"}]}}],
            "@base": "https://site.example/p/datapackage.json",
        })  # fmt: skip
        assert [file["url"] for file in record.resources] == [
            "https://site.example/p/a.csv",
            "https://site.example/p/b.csv",
            "https://site.example/etc/passwd",
        ]
        assert record.resources[0]["columns"] == [{"name": "sex", "datatype": "string"}]
        assert record.fields["contact"] == [{"name": "Agency", "email": "d@agency.example"}]


class TestDataverse:
    def search(self, total, *names, start=0):
        items = [{"type": "dataset", "global_id": name} for name in names]
        return {"status": "OK", "data": {"total_count": total, "start": start, "items": items}}

    @pytest.fixture
    def reading(self, config, recorded, read):
        def run(*replies, **options):
            http = recorded(*replies)
            found = read(
                DataverseSource(config("dataverse", SITE + "/dataverse/", **options), http).listing()
            )
            found.asked = http.asked
            return found

        return run

    def dataset(self, **version):
        return {
            "persistentUrl": "https://doi.org/10.1/a",
            "datasetVersion": {"metadataBlocks": {}, **version},
        }

    def test_search_and_read(self, reading):
        found = reading(self.search(1, "doi:10.1/a"), self.dataset(), dataverse="unit", query="refugees")
        assert found.ids == ["doi:10.1/a"]
        assert found.listing.complete
        assert found.asked[0][1]["subtree"] == "unit"
        assert found.asked[1][1] == {"exporter": "dataverse_json", "persistentId": "doi:10.1/a"}

    def test_a_dataset_that_cannot_be_read_is_named(self, reading):
        found = reading(self.search(2, "doi:10.1/a", "doi:10.1/b"), '{"status": "ERROR"}', self.dataset())
        assert found.failures == [("doi:10.1/a", "record-missing")]
        assert found.ids == ["doi:10.1/b"]
        assert not found.listing.complete

    def test_js10_a_search_that_ignores_start_is_noticed(self, reading):
        page = self.search(4, "doi:10.1/a")
        found = reading(page, self.dataset(), page, self.dataset())
        assert not found.listing.stable

    @pytest.mark.parametrize(
        "answer",
        ["{}", "null", '{"status": "ERROR", "message": "no"}', '{"data": {"total_count": 5, "items": []}}'],
    )
    def test_js01_js02_js03_other_answers_are_errors(self, reading, answer):
        assert isinstance(reading(answer).error, SourceRefused)

    def test_dd02_a_restricted_file_is_never_shown_as_open(self, mapped):
        file = {"label": "a.csv", "dataFile": {"id": 7, "contentType": "text/csv"}}
        mixed = mapped(
            dataverse, self.dataset(files=[file, {**file, "restricted": True, "dataFile": {"id": 8}}])
        )
        assert mixed.fields["access_rights"] == "RESTRICTED"
        assert [one["url"] for one in mixed.resources] == [f"{SITE}/api/access/datafile/7"]
        assert mapped(dataverse, self.dataset(files=[file])).fields["access_rights"] == "PUBLIC"
        assert (
            "access_rights" not in mapped(dataverse, self.dataset(files=[file], termsOfAccess="Ask")).fields
        )
