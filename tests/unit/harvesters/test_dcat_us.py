"""`data.json`, DCAT-US 1.1 and 3.0: what is listed, and what it means."""

from __future__ import annotations

import json

import pytest

from migration_harvesters import strict_json
from migration_harvesters.errors import HarvestError, SourceRefused
from migration_harvesters.mappers import dcat_us as mapper
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.sources.dcat_us import DcatUsSource

HOME = "https://portal.example/data.json"


def dataset(name, **more):
    return {"@type": "dcat:Dataset", "identifier": name, "title": f"Title of {name}", **more}


@pytest.fixture
def source(config, recorded, read):
    def run(*replies, resume=None, **options):
        http = recorded(*replies)
        reading = read(DcatUsSource(config("dcat_us", HOME, **options), http).listing(resume))
        reading.asked = http.asked
        return reading

    return run


@pytest.fixture
def mapped(config):
    def run(row, **options):
        ref = RemoteRef(str(row.get("identifier", "id-1")), None, "https://portal.example/d/1")
        return mapper.interpret(
            RawRecord(ref, "dcat_us", strict_json.canonical(row)), config("dcat_us", HOME, **options)
        )

    return run


class TestSource:
    def test_one_document_is_the_whole_list(self, source):
        reading = source({"dataset": [dataset("a"), dataset("b")]})
        assert reading.ids == ["a", "b"]
        assert reading.listing.complete
        assert reading.asked == [(HOME, {})]

    def test_pages_named_by_the_link_header_are_followed(self, source):
        linked = {"link": '<data.json?page=2>; rel="next"'}
        reading = source((json.dumps({"dataset": [dataset("a")]}), linked), {"dataset": [dataset("b")]})
        assert reading.ids == ["a", "b"]
        assert reading.pages[0].cursor == f"1 - {HOME}?page=2"

    def test_a_page_that_leads_back_ends_the_list_unproven(self, source):
        linked = {"link": f'<{HOME}>; rel="next"'}
        reading = source((json.dumps({"dataset": [dataset("a")]}), linked))
        assert not reading.listing.stable

    def test_another_host_is_not_asked(self, source):
        linked = {"link": '<https://inner.example/data.json?page=2>; rel="next"'}
        reading = source((json.dumps({"dataset": [dataset("a")]}), linked))
        assert "another host" in reading.said
        assert len(reading.asked) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            "{}",
            "[]",
            "null",
            '"x"',
            '{"dataset": null}',
            '{"dataset": {}}',
            '{"dataset": {"title": "one"}}',
            '{"title": "x"}',
        ],
    )
    def test_js03_what_has_no_list_is_an_error(self, source, answer):
        reading = source(answer)
        assert isinstance(reading.error, SourceRefused)
        assert not reading.listing.complete

    def test_an_empty_list_is_whole_and_empty(self, source):
        reading = source({"dataset": []})
        assert reading.listing.complete
        assert reading.listing.listed == 0

    def test_js04_deep_nesting_is_refused(self, source):
        assert isinstance(source('{"dataset": ' + "[" * 200_000).error, SourceRefused)

    def test_js05_js06_js07_a_bad_record_fails_alone(self, source):
        bad = '{"identifier": "a", "n": NaN}, {"identifier": "b", "rights": 1, "rights": 2}'
        body = f'{{"dataset": [{bad}, {{"identifier": "c"}}]}}'
        reading = source(body)
        assert reading.ids == ["c"]
        assert reading.failures == [("a", "json-refused"), ("b", "json-refused")]
        assert reading.listing.complete

    def test_js08_a_byte_order_mark_is_accepted(self, source):
        assert source(b"\xef\xbb\xbf" + json.dumps({"dataset": [dataset("a")]}).encode()).ids == ["a"]

    def test_js09_the_first_of_two_with_one_name_wins(self, source):
        reading = source({"dataset": [dataset("a"), dataset("a", title="Other"), dataset("a")]})
        assert reading.ids == ["a"]
        assert reading.failures == [("a", "duplicate-identifier")]

    def test_a_record_without_a_name_means_that_nothing_is_removed(self, source):
        reading = source({"dataset": [{"title": "x"}, dataset("b")]})
        assert reading.ids == ["b"]
        assert [code for _, code in reading.failures] == ["no-identifier"]
        assert not reading.listing.complete

    def test_catalogues_in_catalogues_series_and_services_are_opened(self, source):
        reading = source(
            {
                "dataset": [dataset("a")],
                "catalog": [{"dataset": [dataset("b")], "catalog": [{"dataset": [dataset("c")]}]}],
                "datasetSeries": [
                    {"@id": "s", "title": "Rounds", "seriesMember": [dataset("d"), dataset("a")]}
                ],
                "service": [{"title": "API", "servesDataset": [dataset("e"), {"@id": "x"}]}],
            }
        )
        assert sorted(reading.ids) == ["a", "b", "c", "d", "e"]
        assert reading.listing.ignored == {"not-a-dataset": 2}
        assert reading.listing.complete
        assert not reading.failures
        member = next(item for item in reading.items if item.ref.id == "a")
        assert json.loads(member.body)["inSeries"] == {"@id": "s", "title": "Rounds"}

    def test_a_member_of_a_collection_knows_its_title(self, source):
        reading = source({"dataset": [dataset("a"), dataset("b", isPartOf="a")]})
        assert json.loads(reading.items[1].body)["inSeries"]["title"] == "Title of a"

    def test_a_catalogue_that_is_nested_without_end_is_cut(self, source):
        nested = {"dataset": [dataset("deep")]}
        for number in range(40):
            nested = {"dataset": [dataset(number)], "catalog": [nested]}
        assert "deep" not in source(nested).ids

    def test_a_foreign_cursor_is_refused(self, source):
        assert isinstance(source(resume="x").error, HarvestError)


class TestMapper:
    def test_version_1_1(self, mapped):
        found = mapped(
            dataset(
                "a",
                description="<p>Who <b>arrived</b>.</p>",
                keyword=["refugees"],
                modified="2024-05-01T10:00:00Z",
                accrualPeriodicity="R/P1M",
                temporal="2020-01-01/2021-12-31",
                spatial="Uganda",
                accessLevel="public",
                license="https://creativecommons.org/licenses/by/4.0/",
                publisher={"name": "Agency"},
                contactPoint={"fn": "Team", "hasEmail": "mailto:team@agency.example"},
                distribution=[
                    {"downloadURL": "https://portal.example/a.csv", "mediaType": "text/csv", "title": "a"}
                ],
            )
        ).record
        fields = found.fields
        assert fields["notes_translated"] == {"en": "Who **arrived**."}
        assert fields["population_group"] == ["refugees"]
        assert fields["modified"] == "2024-05-01"
        assert fields["frequency"] == "MONTHLY"
        assert fields["temporal_coverage"] == [{"start": "2020-01-01", "end": "2021-12-31"}]
        assert fields["spatial_coverage"] == ["UGA"]
        assert fields["access_rights"] == "PUBLIC"
        assert fields["publisher"] == [{"name": "Agency"}]
        assert fields["contact"] == [{"name": "Team", "email": "team@agency.example"}]
        (file,) = found.resources
        assert file == {
            "url": "https://portal.example/a.csv",
            "download_url": "https://portal.example/a.csv",
            "name": "a",
            "format": "CSV",
            "mimetype": "text/csv",
            "license": "CC-BY-4.0",
        }

    def test_version_3_0(self, mapped):
        fields = mapped(
            {
                "identifier": {"@type": "Identifier", "notation": "n-1"},
                "title": {"en": "Stock", "fr": "Effectifs"},
                "description": [{"@value": "Text", "@language": "en"}],
                "temporal": [{"startDate": "2020", "endDate": "2021"}],
                "spatial": [{"prefLabel": "Kenya"}, {"bbox": "POLYGON((1 2, 3 2, 3 4, 1 4, 1 2))"}],
                "contactPoint": [{"fn": "Team"}],
                "publisher": {"name": "Agency", "@id": "https://agency.example/"},
                "cuiRestriction": {"@type": "CUIRestriction"},
                "accessRights": "public",
                "distribution": [
                    {
                        "accessURL": "https://portal.example/a",
                        "checksum": {
                            "algorithm": "spdx:checksumAlgorithm_sha256",
                            "checksumValue": "ab" * 32,
                        },
                    }
                ],
            }
        ).record.fields
        assert fields["identifier"] == "n-1"
        assert fields["title_translated"] == {"en": "Stock", "fr": "Effectifs"}
        assert fields["spatial_coverage"] == ["KEN"]
        assert fields["places"] == [{"box": "1 2 3 4"}]
        assert fields["contact"] == [{"url": "https://portal.example/d/1", "name": "Team"}]
        assert fields["access_rights"] == "NON_PUBLIC"

    @pytest.mark.parametrize(
        ("level", "taken"),
        [("restricted public", "RESTRICTED"), ("non-public", "NON_PUBLIC"), ("secret", None)],
    )
    def test_what_is_held_back_is_never_open(self, mapped, level, taken):
        fields = mapped(dataset("a", accessLevel=level, rights="Ask us.")).record.fields
        assert fields.get("access_rights") == taken

    def test_a_rhythm_in_the_place_of_a_date_is_a_frequency(self, mapped):
        fields = mapped(dataset("a", modified="R/P1W")).record.fields
        assert fields["frequency"] == "WEEKLY"
        assert "modified" not in fields

    def test_boxes_and_names_that_are_no_country_are_places(self, mapped):
        found = mapped(dataset("a", spatial="-87.5,37.9,-87.4,38.0"))
        assert found.record.fields["places"] == [{"box": "-87.5 37.9 -87.4 38"}]
        named = mapped(dataset("a", spatial="San Diego County"))
        assert named.record.fields["places"] == [{"name": "San Diego County"}]
        assert [note.field for note in named.notes] == ["spatial_coverage"]

    @pytest.mark.parametrize("spatial", ["-400,1,2,3", "5,95,1,99", "{}", "a,b,c,d"])
    def test_a_box_that_is_not_on_this_planet_is_left_out(self, mapped, spatial):
        assert "box" not in str(mapped(dataset("a", spatial=spatial)).record.fields.get("places"))

    def test_js12_only_named_fields_are_taken(self, mapped):
        fields = mapped(
            dataset(
                "a",
                private=True,
                owner_org="x",
                sensitivity_level="low",
                permission_labels=["public"],
                state="active",
            )
        ).record.fields
        assert not {"private", "owner_org", "sensitivity_level", "permission_labels", "state"} & set(fields)

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "file:///etc/passwd", "\\\\unc\\share", "http://a b/", "x" * 5000]
    )
    def test_js13_what_is_no_web_address_is_no_link(self, mapped, link):
        found = mapped(dataset("a", landingPage=link, distribution=[{"downloadURL": link}])).record
        assert found.fields["url"] == "https://portal.example/d/1"
        assert not found.resources

    def test_js15_a_title_that_is_none_is_left_out(self, mapped):
        for title in ("x" * 1_000_000, "", "  ", "\u200f\u200f", None, ["a"] * 2000):
            fields = mapped({"identifier": "a", "title": title}).record.fields
            assert len(fields.get("title_translated", {}).get("en", "")) < 1001

    def test_a_number_as_a_title_is_a_title(self, mapped):
        assert mapped(dataset("a", title=300.21)).record.title() == "300.21"

    def test_the_language_of_the_source_is_that_of_its_texts(self, mapped):
        fields = mapped(dataset("a", title="Datos"), language="es").record.fields
        assert fields["title_translated"] == {"es": "Datos"}

    def test_columns_of_the_argentine_profile_are_kept(self, mapped):
        file = {"downloadURL": "https://portal.example/a.csv", "field": [{"title": "pais", "type": "string"}]}
        (found,) = mapped(dataset("a", distribution=[file])).record.resources
        assert found["columns"] == [{"name": "pais", "datatype": "string"}]
