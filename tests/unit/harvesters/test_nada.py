"""Microdata libraries with NADA (DD cases of section E of the threat model)."""

# ruff: noqa: E501, RUF005 - records read best as they are written

from __future__ import annotations

import pytest

from migration_harvesters import strict_json
from migration_harvesters.errors import SourceRefused, SourceUnavailable
from migration_harvesters.mappers import nada
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.sources.nada import NadaSource, library_address

URL = "https://library.example/"
STUDY = {
    "study_desc": {"title_statement": {"idno": "S", "title": "T"}},
    "variables": [{"name": "v", "stats": [1]}],
}


def row(number, **more):
    return {"id": str(number), "idno": f"S-{number}", "title": f"Study {number}", "type": "survey", **more}


def found(*rows, count):
    return {"result": {"rows": list(rows), "found": str(count)}}


@pytest.fixture
def run(recorded, read, config):
    def walk(*replies, resume=None, default=STUDY, **options):
        http = recorded(*replies, default=default)
        listing = NadaSource(config("nada", URL, **{"rows": 2, **options}), http).listing(resume)
        return read(listing), http.asked

    return walk


def test_pages_and_studies_are_read(run):
    result, asked = run(found(row(1), row(2), count=3), STUDY, STUDY, found(row(3), count=3))
    assert result.ids == ["1", "2", "3"]
    assert result.listing.complete
    assert [url.rpartition("index.php")[2] for url, _ in asked] == [
        "/api/catalog/search", "/metadata/export/1/json", "/metadata/export/2/json",
        "/api/catalog/search", "/metadata/export/3/json",
    ]  # fmt: skip
    assert (asked[0][1], asked[3][1]) == ({"ps": "2", "page": "1"}, {"ps": "2", "page": "2"})


def test_rows_of_early_versions_stand_in_the_result_itself(run):
    result, _ = run({"limit": 2, "found": 1, "result": [row(1)]})
    assert result.ids == ["1"]
    assert result.listing.complete


def test_dd01_a_library_that_repeats_its_first_page_is_not_read_for_ever(run):
    first = found(row(1), row(2), count=300)
    result, asked = run(first, STUDY, STUDY, first)
    assert len(asked) == 4
    assert "again" in result.said
    assert not result.listing.complete


def test_dd01_fewer_studies_than_promised_are_no_whole_list(run):
    result, _ = run(found(row(1), count=85), STUDY, found(count=85))
    assert not result.listing.complete
    assert "85" in result.said


@pytest.mark.parametrize(
    "answer", [{}, [], None, {"result": {}}, {"result": {"rows": []}}, {"found": "x", "result": []}]
)
def test_js03_what_is_no_search_result_is_refused(run, answer):
    assert run(answer)[0].error.code == "unexpected-content"


def test_an_empty_library_is_an_empty_list(run):
    result, _ = run(found(count=0))
    assert result.listing.complete
    assert (result.listing.listed, result.listing.expected) == (0, 0)


def test_a_study_that_is_refused_is_named_and_the_others_come(run):
    result, _ = run(found(row(1), row(2), count=2), SourceRefused("no", status=404), STUDY)
    assert result.failures == [("1", "source-refused")]
    assert result.ids == ["2"]
    assert result.listing.complete


def test_a_library_that_goes_away_ends_the_list(run):
    result, _ = run(found(row(1), row(2), count=2), STUDY, SourceUnavailable("gone"))
    assert isinstance(result.error, SourceUnavailable)
    assert not result.listing.complete


@pytest.mark.parametrize("identifier", ["../../admin", "1/2", "", None, "１"])
def test_an_identifier_that_is_no_number_is_never_asked_for(run, identifier):
    result, asked = run(found(row(identifier), count=1))
    assert result.failures == [(None, "no-identifier")]
    assert len(asked) == 1
    assert not result.listing.complete


def test_documents_are_counted_and_not_read(run):
    result, asked = run(found(row(1, type="document"), count=1))
    assert result.listing.ignored == {"not-a-dataset": 1}
    assert len(asked) == 1
    assert run(found(row(1, type="document"), count=1), all_types=True)[0].ids == ["1"]


def test_dd02_variables_and_their_counts_are_not_kept(run):
    (item,) = run(found(row(1), count=1))[0].items
    assert b"stats" not in item.body


def test_visits_do_not_make_a_study_look_changed(run):
    bodies = [run(found(row(1, total_views=views), count=1))[0].items[0].body for views in ("1", "2")]
    assert bodies[0] == bodies[1]


def test_filters_are_sent(run):
    _, asked = run(found(count=0), collection="unhcr", keywords="refugees")
    assert asked[0][1] == {"ps": "2", "page": "1", "collection": "unhcr", "keywords": "refugees"}


@pytest.mark.parametrize(
    "tail", ["", "/index.php", "/index.php/catalog", "/catalog/187", "/index.php/home", "/?page=1"]
)
def test_the_library_is_found_behind_any_of_its_pages(tail):
    assert library_address(f"https://library.example{tail}") == "https://library.example"


@pytest.fixture
def mapped(config):
    def run(study=None, **row):
        body = strict_json.canonical({"row": row, "metadata": {"study_desc": study or {}}})
        return nada.interpret(
            RawRecord(RemoteRef("7", None, f"{URL}catalog/7"), "nada", body), config("nada")
        )

    return run


def test_a_study_finds_its_places(mapped):
    fields = mapped(
        {
            "title_statement": {"idno": "AFG-2017", "title": "Assessment", "alternate_title": "A"},
            "authoring_entity": [{"name": "Office"}, {"name": "", "affiliation": ""}],
            "production_statement": {"producers": [{"name": "WFP"}], "funding_agencies": [{"name": "Fund"}]},
            "distribution_statement": {"contact": [{"name": "Jane", "affiliation": "Office", "email": "d@office.example"}]},
            "version_statement": {"version": "1.1", "version_date": "2018-12-15"},
            "series_statement": {"series_name": "Other Household Survey [hh/oth]"},
            "study_info": {
                "abstract": "About.", "keywords": [{"keyword": "Refugees"}], "topics": [{"topic": "Food security"}],
                "coll_dates": [{"start": "2017-05-11", "end": "2017-05-29"}],
                "nation": [{"name": "Afghanistan", "abbreviation": "AFG"}], "geog_coverage": "Khost",
                "analysis_unit": "Household and individual", "universe": "All.", "data_kind": "Sample survey data [ssd]",
            },
            "method": {"data_collection": {"sampling_procedure": "At random.", "coll_mode": "Face-to-face [f2f]"}},
        },
        form_model="licensed", changed="Dec-05-2019",
    ).record.fields  # fmt: skip
    assert fields["title_translated"] == {"en": "Assessment"}
    assert fields["identifier"] == "AFG-2017"
    assert fields["publisher"] == [{"name": "WFP"}]
    assert fields["creator"] == [{"name": "Office"}]
    assert fields["contact"] == [{"email": "d@office.example", "name": "Office"}]
    assert fields["spatial_coverage"] == ["AFG"]
    assert fields["places"] == [{"name": "Khost"}]
    assert fields["temporal_coverage"] == [{"start": "2017-05-11", "end": "2017-05-29"}]
    assert fields["collection_method"] == ["household-survey"]
    assert fields["statistic_type"] == ["microdata"]
    assert fields["unit_of_analysis"] == ["household", "individual"]
    assert fields["migration_theme"] == ["refugees-asylum"]
    assert (fields["version"], fields["issued"], fields["modified"]) == ("1.1", "2018-12-15", "2019-12-05")
    assert (fields["access_rights"], fields["access_mode"]) == ("RESTRICTED", "licensed")
    assert fields["access_url"] == fields["url"] == f"{URL}catalog/7"


@pytest.mark.parametrize(
    ("form", "right", "mode"),
    [("direct", "PUBLIC", "open"), ("open", "PUBLIC", "open"), ("public", "RESTRICTED", "registration")]
    + [
        ("licensed", "RESTRICTED", "licensed"),
        ("remote", "RESTRICTED", None),
        ("data_enclave", "RESTRICTED", "enclave"),
    ]
    + [("data_na", "NON_PUBLIC", "metadata-only"), ("", None, None)],
)
def test_dd02_the_librarys_words_for_access(mapped, form, right, mode):
    fields = mapped(form_model=form, title="T").record.fields
    assert (fields.get("access_rights"), fields.get("access_mode")) == (right, mode)


def test_what_the_search_says_counts_where_there_is_no_description(mapped):
    fields = mapped(
        title="Study",
        idno="S-1",
        nation="Kenya, Uganda",
        year_start="2019",
        year_end="2020",
        authoring_entity="Office",
    ).record.fields
    assert fields["title_translated"] == {"en": "Study"}
    assert fields["spatial_coverage"] == ["KEN", "UGA"]
    assert fields["temporal_coverage"] == [{"start": "2019", "end": "2020"}]
    assert fields["publisher"] == [{"name": "Office"}]


def test_dd03_a_new_edition_has_a_name_and_a_version_of_its_own(mapped):
    first, second = (
        mapped(
            {"title_statement": {"idno": f"S-v{n}", "title": "S"}, "version_statement": {"version": str(n)}}
        ).record.fields
        for n in (1, 2)
    )
    assert (first["identifier"], second["identifier"]) == ("S-v1", "S-v2")
    assert (first["version"], second["version"]) == ("1", "2")
