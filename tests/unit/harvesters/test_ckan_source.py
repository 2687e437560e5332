"""Reading CKAN portals: is the list whole, and is that proven? (section C of the threat model)"""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migration_harvesters import walks
from migration_harvesters.errors import HarvestError, PartnerConfigError, SourceRefused, SourceUnavailable
from migration_harvesters.records import Gone
from migration_harvesters.sources.ckan import CkanSource, portal_address

NOT_THERE = SourceRefused("status 404", status=404)


def package(number, **more):
    return {"id": f"id-{number}", "name": f"name-{number}", "title": "T", **more}


def found(total, *rows):
    return {"success": True, "result": {"count": total, "results": list(rows)}}


def result(value):
    return {"success": True, "result": value}


@pytest.fixture
def source(config, recorded, read):
    def run(*replies, default=None, resume=None, **options):
        http = recorded(*replies, default=default)
        reading = read(CkanSource(config(**options), http).listing(resume))
        reading.asked = http.asked
        return reading

    return run


def test_pages_are_sorted_and_counted(source):
    reading = source(found(3, package(1), package(2)), found(3, package(3)), rows=2)
    assert reading.ids == ["id-1", "id-2", "id-3"]
    assert reading.listing.complete
    assert [params["start"] for _, params in reading.asked] == ["0", "2"]
    assert {params["sort"] for _, params in reading.asked} == {"id asc"}
    assert [page.cursor for page in reading.pages] == ["2 3 2", None]


def test_an_empty_portal_is_whole_and_empty(source):
    reading = source(found(0))
    assert reading.listing.complete
    assert reading.listing.expected == reading.listing.listed == 0


def test_js01_no_success_with_status_200_is_an_error(source):
    reading = source({"success": False, "error": {"message": "search is down"}})
    assert isinstance(reading.error, SourceRefused)
    assert reading.error.code == "partner-error"
    assert "search is down" in reading.error.detail
    assert not reading.listing.complete


def test_js02_a_count_without_records_is_an_error(source):
    reading = source(found(500))
    assert reading.error.code == "inconsistent-listing"
    assert not reading.listing.complete


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", '"x"', '{"result": null, "success": true}', '{"success": true}']
)
def test_js03_other_json_is_an_error(source, answer):
    assert isinstance(source(answer).error, SourceRefused)


@pytest.mark.parametrize("count", [None, "3", -1, True, 1.5])
def test_js03_a_count_that_is_no_count_is_an_error(source, count):
    assert isinstance(source(result({"count": count, "results": [package(1)]})).error, SourceRefused)


def test_js06_an_ambiguous_record_fails_alone(source):
    body = '{"success": true, "result": {"count": 2, "results": [{"id": "a", "private": true, "private": false}, {"id": "b"}]}}'
    reading = source(body)
    assert reading.ids == ["b"]
    assert reading.failures == [("a", "json-refused")]
    assert reading.listing.complete


def test_js09_of_two_records_with_one_identifier_the_first_wins(source):
    reading = source(found(3, package(1), package(1, title="other"), package(2)))
    assert reading.ids == ["id-1", "id-2"]
    assert reading.failures == [("id-1", "duplicate-identifier")]
    assert not reading.listing.complete


@pytest.mark.parametrize("later", [2, 4])
def test_js10_a_total_that_changes_proves_nothing(source, later):
    reading = source(found(3, package(1), package(2)), found(later, package(3), package(4)), rows=2)
    assert not reading.listing.stable
    assert not reading.listing.complete
    assert f"from 3 to {later}" in reading.said


def test_js10_short_pages_are_not_the_end(source):
    reading = source(found(4, package(1), package(2)), found(4, package(3)), found(4, package(4)), rows=100)
    assert reading.ids == ["id-1", "id-2", "id-3", "id-4"]
    assert reading.listing.complete


def test_js10_a_server_that_ignores_start_is_noticed(source):
    reading = source(default=found(4, package(1), package(2)), rows=2)
    assert reading.ids == ["id-1", "id-2"]
    assert len(reading.asked) == 2
    assert not reading.listing.stable
    assert "same page again" in reading.said


def test_js10_a_record_that_slipped_between_two_pages_is_noticed(source):
    reading = source(found(4, package(1), package(2)), found(4, package(2), package(4)), found(4), rows=2)
    assert not reading.listing.complete
    assert "4 records, but lists 3" in reading.said


def test_a_later_page_without_records_is_not_the_end(source):
    reading = source(found(4, package(1), package(2)), found(4), rows=2)
    assert reading.ids == ["id-1", "id-2"]
    assert not reading.listing.complete


def test_an_error_in_the_middle_is_raised_and_the_cursor_before_it_goes_on(source):
    broken = source(found(3, package(1), package(2)), SourceUnavailable("gone"), rows=2)
    assert isinstance(broken.error, SourceUnavailable)
    assert not broken.listing.complete
    rest = source(found(3, package(3)), rows=2, resume=broken.pages[-1].cursor)
    assert rest.ids == ["id-3"]
    assert rest.listing.complete
    assert rest.asked[0][1]["start"] == "2"


def test_a_resumed_list_with_another_total_proves_nothing(source):
    assert not source(found(5, package(3)), found(5), rows=2, resume="2 3 2").listing.complete


@pytest.mark.parametrize("row", [None, "x", {}, {"id": ""}, {"id": 5}, {"id": "a\x00b"}, {"id": " "}])
def test_a_record_without_identifier_is_named_and_the_list_not_whole(source, row):
    reading = source(found(2, row, package(2)))
    assert reading.ids == ["id-2"]
    assert reading.failures == [(None, "no-identifier")]
    assert not reading.listing.complete


def test_js12_private_deleted_and_other_things_are_left_out_and_counted(source):
    rows = [
        package(1, private=True), package(2, state="deleted"), package(3, state="draft"), package(4, type="harvest"),
        package(5, type="showcase"), package(6, state="active", private=False, type="survey"),
    ]  # fmt: skip
    reading = source(found(6, *rows))
    assert reading.ids == ["id-6"]
    assert reading.listing.ignored == {"private": 1, "deleted": 1, "draft": 1, "not-a-dataset": 2}
    assert reading.listing.complete


def test_private_records_are_read_when_the_administrator_says_so(source):
    reading = source(found(1, package(1, private=True)), include_private=True)
    assert reading.ids == ["id-1"]
    assert reading.asked[0][1]["include_private"] == "true"


def test_filters_are_asked_for_and_checked(source):
    ours = {"organization": {"name": "iom"}, "tags": [{"name": "returns"}], "groups": [{"name": "ken"}]}
    reading = source(
        found(2, package(1, **ours), package(2)),
        organizations=["iom", "unhcr"],
        tags="returns",
        groups=["ken"],
        fq="a:b",
    )
    assert reading.asked[0][1]["fq"] == (
        '+organization:("iom" OR "unhcr") +groups:("ken") +tags:("returns") +(a:b)'
    )
    assert reading.ids == ["id-1"]
    assert reading.listing.ignored == {"filtered": 1}


@pytest.mark.parametrize(
    "options",
    [{"organizations": 5}, {"tags": ['a") OR (*:*']}, {"groups": ["a\nb"]}, {"fq": [1]}, {"rows": "many"}],
)
def test_cf01_wrong_options_name_themselves(source, options):
    with pytest.raises(PartnerConfigError) as wrong:
        source(found(0), **options)
    assert next(iter(options)) in wrong.value.message


# Portals without package_search (failures 5, 42 and 43 seen in the field)


def test_without_search_the_list_of_names_is_read_one_by_one(source):
    reading = source(NOT_THERE, result(["name-1", "name-2"]), result(package(1)), result([package(2)]))
    assert reading.ids == ["id-1", "id-2"]
    assert reading.listing.complete
    assert reading.listing.expected == 2


def test_a_listed_record_that_is_not_shown_is_named_and_nothing_is_proven(source):
    gone = SourceRefused("status 404", status=404)
    reading = source(NOT_THERE, result(["name-1", "name-2", "name-3"]), gone, result([]), result(package(3)))
    assert reading.ids == ["id-3"]
    assert reading.failures == [("name-1", "source-refused"), ("name-2", "record-missing")]
    assert not reading.listing.complete


def test_without_a_list_of_names_whole_records_are_asked_for(source):
    reading = source(
        NOT_THERE, NOT_THERE, result([[package(1), package(2)]]), result([package(3)]), result([]), rows=2
    )
    assert reading.ids == ["id-1", "id-2", "id-3"]
    assert reading.listing.complete


def test_a_portal_that_limits_its_pages_is_read_to_its_end(source):
    pages = [result([package(1)]), result([package(2)]), result([])]
    reading = source(NOT_THERE, NOT_THERE, *pages, rows=100)
    assert reading.ids == ["id-1", "id-2"]
    assert [params["offset"] for _, params in reading.asked[2:]] == ["0", "1", "2"]
    assert reading.listing.complete


@pytest.mark.parametrize("more", [found, lambda total, *rows: result(list(rows))])
def test_fi_a_portal_without_end_is_left(source, monkeypatch, more):
    monkeypatch.setattr(walks, "MAX_PAGES", 5)
    numbers = iter(range(1, 1000))

    def page(url, params):
        if more is not found and "current_package" not in url:
            raise NOT_THERE
        return more(1000, package(next(numbers)))

    reading = source(default=page, rows=1)
    assert len(reading.ids) == 5
    assert not reading.listing.complete
    assert "more than 5 pages" in reading.said


def test_a_portal_that_ignores_offset_has_sent_everything(source):
    reading = source(NOT_THERE, NOT_THERE, default=result([package(1), package(2)]), rows=2)
    assert reading.ids == ["id-1", "id-2"]
    assert len(reading.asked) == 4


def test_a_portal_out_of_order_is_not_asked_in_another_way(source):
    reading = source(SourceUnavailable("503", status=503))
    assert isinstance(reading.error, SourceUnavailable)
    assert len(reading.asked) == 1


def test_free_queries_need_search(source):
    assert isinstance(source(NOT_THERE, fq="a:b").error, PartnerConfigError)


def test_a_foreign_cursor_is_refused(source):
    assert isinstance(source(resume="x").error, HarvestError)


@pytest.mark.parametrize(
    "url",
    ["https://p.example", "https://P.example/", "https://p.example/api/3", "https://p.example/api/3/action/package_search?q=x",
     "https://p.example/dataset", "https://p.example/dataset/?q=x", "https://p.example/api"],
)  # fmt: skip
def test_whatever_address_was_registered_the_portal_is_found(url):
    assert portal_address(url) == "https://p.example"


def test_a_portal_below_a_path_keeps_it():
    assert portal_address("http://127.0.0.1:5050/portal/one/") == "http://127.0.0.1:5050/portal/one"
    assert portal_address("https://dataset.example/datasets-of/x") == "https://dataset.example/datasets-of/x"


# Only what changed

SINCE = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
MADE = {"date": "Mon, 02 Mar 2026 06:07:08 GMT", "age": "68"}


@pytest.fixture
def changes(config, recorded, read):
    def run(*replies, resume=None, **options):
        http = recorded((found(7), MADE), *replies)
        reading = read(CkanSource(config(**options), http).changes(SINCE, resume))
        reading.asked = http.asked
        return reading

    return run


def test_changes_are_asked_for_with_the_filters_and_a_day_of_overlap(changes):
    new = {"metadata_modified": "2026-03-01T00:00:00.000000"}
    reading = changes(found(2, package(1, **new)), found(2, package(2, **new)), rows=1, fq="res_format:CSV")
    assert reading.ids == ["id-1", "id-2"]
    assert reading.listing.complete
    # what the cache kept for 68 seconds was made before
    assert reading.listing.mark == datetime(2026, 3, 2, 6, 6, tzinfo=UTC)
    assert "metadata_modified" not in reading.asked[0][1]["fq"]
    assert reading.listing.total == 7
    for _, params in reading.asked[1:]:
        assert params["fq"].endswith(" +metadata_modified:[2026-02-28T00:30:00Z TO *]")
        assert "res_format:CSV" in params["fq"]


def test_no_changes_are_a_whole_list_of_changes(changes):
    reading = changes(found(0))
    assert reading.listing.complete
    assert reading.asked[1][1]["fq"] == "+metadata_modified:[2026-02-28T00:30:00Z TO *]"


@pytest.mark.parametrize("old", [{"metadata_modified": "2026-02-27T23:59:59.000000"}, {}])
def test_a_portal_that_does_not_heed_the_question_is_refused(changes, old):
    reading = changes(found(1, package(1, **old)))
    assert reading.error.code == "changes-not-told"
    assert not reading.items


def test_a_portal_without_a_search_cannot_tell_changes(changes):
    reading = changes(NOT_THERE)
    assert reading.error is NOT_THERE


def test_what_became_private_is_told_as_gone(changes):
    new = {"metadata_modified": "2026-03-01T00:00:00.000000"}
    reading = changes(found(2, package(1, **new), package(2, private=True, **new)))
    assert reading.pages[0].gone == (Gone("id-2", "private", False),)
