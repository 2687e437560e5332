"""Sources whose records mean what a mapping says: services in JSON, and lists in CSV, XLSX and JSON."""

# ruff: noqa: DTZ001 - dates of a spreadsheet have no zone; rows of tables read best on one line

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

import openpyxl
import pytest

from migration_harvesters import row_mapping, strict_json, tables
from migration_harvesters.errors import HarvestError, PartnerConfigError, SourceRefused
from migration_harvesters.grouping import Groups
from migration_harvesters.mappers import row as mapper
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.sources.rest import RestSource
from migration_harvesters.sources.table import TableSource

HOME = "https://agency.example/api"
PLAIN = {"identifier": "{id}", "title_translated": "{name}"}


@pytest.fixture
def rest(config, recorded, read):
    def run(*replies, url=HOME, resume=None, default=None, **options):
        http = recorded(*replies, default=default)
        reading = read(RestSource(config("rest", url, **options), http).listing(resume))
        reading.asked = [address for address, _ in http.asked]
        return reading

    return run


@pytest.fixture
def table(config, recorded, read):
    def run(*replies, resume=None, **options):
        return read(
            TableSource(
                config("table", "https://agency.example/list", **options), recorded(*replies)
            ).listing(resume)
        )

    return run


@pytest.fixture
def mapped(config):
    def run(row, mapping=None, **options):
        raw = RawRecord(RemoteRef("id-1", None, None), "row", strict_json.canonical(row))
        given = {"mapping": mapping} if mapping else {}
        return mapper.interpret(raw, config("table", HOME, **given, **options)).record

    return run


class TestMapping:
    def test_a_template_takes_values_and_leaves_out_sentences_with_holes(self):
        row = {"a": "x", "b": {"c": ["y", "z"]}, "empty": ""}
        assert row_mapping.value("{a} of {b.c}", row) == "x of y, z"
        assert row_mapping.value("{b.c}", row) == ["y", "z"]
        assert row_mapping.value("in {empty}", row) is None
        assert row_mapping.value("plain", row) == "plain"
        assert (
            row_mapping.value("https://x.example/?q={a} b", {"a": "1&2/ü"})
            == "https://x.example/?q=1%262%2F%C3%BC b"
        )

    @pytest.mark.parametrize(
        "spec", ["{a.__class__}", "{a!r}", "{a:>99999999}", "{0.__globals__}", "{__import__('os')}"]
    )
    def test_js16_nothing_in_a_template_is_evaluated(self, spec):
        assert row_mapping.value(spec, {"a": "x"}) is None
        assert row_mapping.value(f"so {spec}", {"a": "x"}) is None

    def test_columns_have_separators_codes_and_defaults(self):
        spec = {"column": "c", "separator": ";", "codes": {"a": "A", "gone": ""}, "default": "D"}
        assert row_mapping.value(spec, {"c": "a; b;gone"}) == ["A", "b"]
        assert row_mapping.value(spec, {"c": ""}) == ["D"]

    @pytest.mark.parametrize(
        "given",
        [
            {"fields": {"titel": "{x}"}},
            {"titel": "{x}"},
            {"files": [{"adress": "{x}"}]},
            {"fields": {"contact": {"telephone": "{x}"}}},
            {"fields": {"title_translated": {"english": "{x}"}}},
            {"fields": {"temporal_coverage": [{"from": "{x}"}]}},
        ],
    )
    def test_cf01_a_name_that_the_profile_does_not_have_is_refused(self, given):
        with pytest.raises(PartnerConfigError) as wrong:
            row_mapping.read({"identifier": "{id}", **given})
        assert wrong.value.remedy

    def test_a_mapping_that_is_not_there_is_refused_by_name(self):
        with pytest.raises(PartnerConfigError, match="iom-dtm"):
            row_mapping.shipped("../../etc/passwd")

    def test_only_named_fields_are_taken_and_texts_are_cleaned(self, mapped):
        record = mapped(
            {
                "t": "<b>Stock</b>",
                "link": "javascript:alert(1)",
                "when": "2024-05-06T10:00",
                "n": "1,024",
                "private": True,
            },
            {
                "identifier": "{t}",
                "title_translated": "{t}",
                "url": "{link}",
                "issued": "{when}",
                "number_of_records": "{n}",
            },
        )
        assert record.fields == {
            "identifier": "id-1",
            "title_translated": {"en": "**Stock**"},
            "issued": "2024-05-06",
            "number_of_records": 1024,
        }

    def test_agreed_sensitivity_is_never_lowered(self, mapped):
        rules = {**PLAIN, "sensitivity_level": "low"}
        assert (
            mapped({"id": 1}, rules, defaults={"sensitivity_level": "high"}).fields["sensitivity_level"]
            == "high"
        )


class TestServices:
    """The mappings that come with the package, on replies in the form of each service."""

    def test_all_of_them_are_well_formed(self):
        assert row_mapping.names() == (
            "iom-dtm",
            "reliefweb",
            "unhcr-refugee-statistics",
            "worldbank-indicators",
        )
        for name in row_mapping.names():
            assert row_mapping.read(row_mapping.shipped(name)).parts["identifier"]

    def record(self, config, reading, service):
        return mapper.interpret(reading.items[0], config("rest", HOME, service=service)).record

    def test_dtm(self, config, rest):
        row = {
            "operation": "Drought & floods",
            "operationStatus": "Active",
            "admin0Name": "Kenya",
            "admin0Pcode": "KEN",
        }
        reading = rest({"result": [row]}, service="iom-dtm", url="https://dtm.example/")
        assert reading.asked == ["https://dtm.example/v3/displacement/operation-list"]
        record = self.record(config, reading, "iom-dtm")
        assert record.fields["population_group"] == ["idps"]
        assert record.fields["spatial_coverage"] == ["KEN"]
        assert record.fields["frequency"] == "IRREG"
        assert "Operation=Drought%20%26%20floods" in record.resources[0]["url"]

    def test_unhcr(self, config, rest):
        rows = [
            {"id": 1, "name": "Kenya", "code": "KEN", "iso": "KEN"},
            {"id": 2, "name": "Various", "code": "VAR", "iso": None},
        ]
        reading = rest({"page": 1, "maxPages": 1, "items": rows}, service="unhcr-refugee-statistics")
        assert reading.listing.ignored == {"filtered": 1}
        assert reading.listing.complete
        record = self.record(config, reading, "unhcr-refugee-statistics")
        assert record.fields["country_of_origin"] == record.fields["country_of_destination"] == ["KEN"]
        assert len(record.resources) == 6

    def test_world_bank(self, config, rest):
        def page(number, *names):
            rows = [
                {
                    "id": name,
                    "name": f"Name of {name}",
                    "sourceNote": "Note",
                    "topics": [{"value": " Migration "}],
                }
                for name in names
            ]
            return [{"page": number, "pages": 2, "per_page": "2", "total": 3}, rows]

        reading = rest(
            page(1, "SP.POP.TOTL", "SM.POP.REFG"), page(2, "SM.POP.NETM"), service="worldbank-indicators"
        )
        assert reading.ids == ["SM.POP.REFG", "SM.POP.NETM"]
        assert reading.listing.complete
        assert reading.listing.ignored == {"filtered": 1}
        assert reading.asked[1].endswith("page=2")
        record = self.record(config, reading, "worldbank-indicators")
        assert record.fields["migration_theme"] == ["refugees-asylum"]
        assert [file["format"] for file in record.resources] == ["CSV", "JSON"]

    def test_reliefweb(self, config, rest):
        fields = {
            "title": "Update",
            "country": [{"iso3": "ken"}],
            "date": {"original": "2024-05-01T00:00:00+00:00"},
            "source": [{"name": "Agency"}],
            "file": [
                {
                    "url": "https://reliefweb.example/a.pdf",
                    "filename": "a.pdf",
                    "mimetype": "application/pdf",
                    "filesize": "12",
                }
            ],
        }
        reading = rest(
            {"totalCount": 1, "data": [{"id": "9", "fields": fields}]},
            service="reliefweb",
            parameters={"appname": "me"},
        )
        assert "appname=me" in reading.asked[0]
        record = self.record(config, reading, "reliefweb")
        assert record.fields["spatial_coverage"] == ["KEN"]
        assert record.resources[0]["size"] == 12


class TestRest:
    def test_a_source_needs_a_service_or_a_mapping(self, rest):
        with pytest.raises(PartnerConfigError):
            rest({})
        with pytest.raises(PartnerConfigError):
            rest({}, mapping={"title_translated": "{name}"})

    @pytest.mark.parametrize(
        "answer", ["{}", "null", '"x"', '{"items": {}}', '{"error": "down"}', "<html></html>"]
    )
    def test_js01_js03_a_reply_without_a_list_is_an_error(self, rest, answer):
        reading = rest(answer, mapping={**PLAIN, "records": "items"})
        assert isinstance(reading.error, SourceRefused)
        assert not reading.listing.complete

    def test_js02_fewer_than_the_total_is_not_whole(self, rest):
        reading = rest({"n": 5, "items": [{"id": 1}]}, mapping={**PLAIN, "records": "items", "total": "n"})
        assert not reading.listing.complete

    def test_js10_a_service_that_ignores_the_page_is_noticed(self, rest):
        rules = {**PLAIN, "pages": {"parameter": "p", "size": 1}}
        reading = rest(default=[{"id": 1}], mapping=rules)
        assert not reading.listing.stable
        assert len(reading.asked) == 2

    def test_the_next_page_of_another_host_is_not_asked(self, rest):
        rules = {**PLAIN, "records": "items", "next": "next"}
        reading = rest({"items": [{"id": 1}], "next": "http://169.254.169.254/latest"}, mapping=rules)
        assert len(reading.asked) == 1
        assert "another host" in reading.said

    def test_pages_without_an_end_go_on_until_one_is_not_full(self, rest):
        rules = {**PLAIN, "pages": {"parameter": "offset", "first": 0, "step": 2, "size": 2}}
        reading = rest([{"id": 1}, {"id": 2}], [{"id": 3}], mapping=rules)
        assert [address.partition("?")[2] for address in reading.asked] == ["", "offset=2"]
        assert reading.listing.complete

    def test_pages_of_no_certain_size_go_on_until_one_is_empty(self, rest):
        reading = rest(
            [{"id": 1}], [{"id": 2}], [], mapping={**PLAIN, "pages": {"parameter": "p", "first": 1}}
        )
        assert reading.ids == ["1", "2"]
        assert len(reading.asked) == 3
        assert reading.listing.complete

    def test_js02_fewer_rows_of_figures_than_the_total_mean_that_nothing_is_removed(self, rest):
        rules = {"identifier": "{iso}", "group": ["iso"], "records": "items", "total": "n"}
        rows = [{"iso": "KEN"}, {"iso": "KEN"}]
        assert rest({"n": 2, "items": rows}, mapping=rules).listing.complete
        assert not rest({"n": 3, "items": rows}, mapping=rules).listing.complete

    def test_rows_of_figures_become_one_record_a_group(self, rest):
        rows = [
            {"iso": "KEN", "day": "2024-02-01"},
            {"iso": "UGA", "day": "2023"},
            {"iso": "KEN", "day": "2024-01-05"},
        ]
        rules = {
            "identifier": "{iso}", "group": ["iso"], "summarise": ["day"],
            "temporal_coverage": {"start": "{@min.day}", "end": "{@max.day}"}, "number_of_records": "{@rows}",
        }  # fmt: skip
        reading = rest(rows, mapping=rules)
        again = rest(list(reversed(rows)), mapping=rules)
        assert reading.ids == ["KEN", "UGA"]
        assert [item.body for item in reading.items] == [item.body for item in again.items]
        assert reading.listing.complete

    def test_a_row_without_a_group_means_that_nothing_is_removed(self, rest):
        reading = rest([{"iso": "KEN"}, {"iso": None}], mapping={"identifier": "{iso}", "group": ["iso"]})
        assert reading.ids == ["KEN"]
        assert not reading.listing.complete

    def test_a_key_goes_into_the_header_of_the_service(self, config, recorded):
        class Noting(recorded):
            def get(self, url, *, params=None, accept=None, headers=None):
                self.sent = headers
                return super().get(url)

        http = Noting([])
        settings = config("rest", HOME, mapping={**PLAIN, "credential_header": "X-Key"})
        list(
            RestSource(
                type(settings)(url=HOME, protocol="rest", options=settings.options, credential="k"), http
            ).listing()
        )
        assert http.sent == {"X-Key": "k"}


class TestTable:
    def test_csv_with_semicolons_and_a_byte_order_mark(self, table):
        reading = table("\ufeffid;name\r\n1;Stock, 2020\r\n2;Flow\r\n", mapping=PLAIN)
        assert [json.loads(item.body)["name"] for item in reading.items] == ["Stock, 2020", "Flow"]
        assert reading.listing.complete

    @pytest.mark.parametrize("body", ["id,name\n1,a\n2,b", 'id,name\n1,"a', "id,name\n1,a\n2\n"])
    def test_ht16_a_list_that_may_be_cut_off_is_not_whole(self, table, body):
        reading = table(body, mapping=PLAIN)
        assert reading.items
        assert not reading.listing.complete

    def test_a_file_without_a_last_line_end_can_be_declared(self, table):
        assert table("id,name\n1,a", mapping=PLAIN, open_end=True).listing.complete

    @pytest.mark.parametrize("body", ["", "   \n", "<!DOCTYPE html><html>", "<a/>", "{", '{"a": 1}'])
    def test_ht21_what_is_no_list_is_an_error(self, table, body):
        assert isinstance(table(body, mapping=PLAIN).error, HarvestError)

    def test_another_encoding_is_named_and_can_be_chosen(self, table):
        body = "id,name\n1,Réfugiés\n".encode("windows-1252")
        assert "encoding" in str(table(body, mapping=PLAIN).error)
        reading = table(body, mapping=PLAIN, encoding="windows-1252")
        assert json.loads(reading.items[0].body)["name"] == "Réfugiés"

    def test_columns_named_as_fields_need_no_mapping(self, table, config):
        body = "identifier,title,notes,spatial_coverage,resource_url\nx-1,Stock,About,KEN; UGA,https://agency.example/a.csv\n"
        (item,) = table(body).items
        record = mapper.interpret(item, config("table", HOME)).record
        assert record.fields["spatial_coverage"] == ["KEN", "UGA"]
        assert record.resources[0]["format"] == "CSV"

    def test_rows_can_be_chosen(self, table):
        reading = table("id,name\n1,a\n2,b\n", mapping={**PLAIN, "keep": {"name": ["a*"]}})
        assert reading.ids == ["1"]
        assert reading.listing.ignored == {"filtered": 1}

    def test_a_workbook(self, table):
        book = openpyxl.Workbook()
        sheet = book.create_sheet("Datasets")
        for row in (
            ["About our data"],
            ["id", "name", "when"],
            [1, "Stock", datetime(2024, 5, 6)],
            [None, None, None],
        ):
            sheet.append(row)
        body = io.BytesIO()
        book.save(body)
        reading = table(body.getvalue(), mapping={**PLAIN, "issued": "{when}"}, sheet="Datasets", skip=1)
        assert [json.loads(item.body) for item in reading.items] == [
            {"id": 1, "name": "Stock", "when": "2024-05-06"}
        ]
        assert reading.listing.complete
        assert "Datasets" in str(table(body.getvalue(), mapping=PLAIN, sheet="Other").error)

    def test_a_workbook_that_is_cut_off_is_no_list(self, table):
        book, body = openpyxl.Workbook(), io.BytesIO()
        book.active.append(["id"])
        book.save(body)
        whole = body.getvalue()
        for share in (0.1, 0.5, 0.95):
            assert isinstance(table(whole[: int(len(whole) * share)], mapping=PLAIN).error, SourceRefused)

    def workbook(self, **members):
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
        return body.getvalue()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_xm01_xm03_document_types_in_a_workbook_are_refused(self, encoding):
        lol = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'.encode(encoding)
        with pytest.raises(SourceRefused, match="document type"):
            tables.of_workbook(self.workbook(xl__workbook_xml=lol))

    def test_ht17_a_workbook_that_unpacks_without_end_is_refused(self, monkeypatch):
        monkeypatch.setattr(tables, "MAX_UNPACKED", 1_000_000)
        with pytest.raises(SourceRefused, match="unpacks"):
            tables.of_workbook(self.workbook(xl__sheet_xml=b" " * 2_000_000))

    def test_hashtags_name_columns_too(self):
        table = tables.of_csv(b"Country,Year\n#country +code,#date+year\nKEN,2020\n")
        assert table.tags == ["#country+code", "#date+year"]
        assert list(table.records()) == [
            {"Country": "KEN", "Year": "2020", "#country+code": "KEN", "#date+year": "2020"}
        ]


def test_memory_of_groups_is_bounded(monkeypatch):
    monkeypatch.setattr("migration_harvesters.grouping.MOST_GROUPS", 3)
    groups = Groups(["g"], ["v"])
    for number in range(10):
        groups.add({"g": number, "v": number})
    assert groups.overflow
    assert len(list(groups.rows())) == 3
