"""CKAN packages → records (section C of the threat model, and the crosswalk for HDX)."""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

import pytest

from migration_harvesters.errors import MappingError, PayloadError
from migration_harvesters.mappers import ckan
from migration_harvesters.records import RawRecord, RemoteRef
from migration_schemas import load

PAGE = "https://portal.example/dataset/one"


@pytest.fixture
def mapped(raw_package, config):
    def run(options=None, **package):
        return ckan.interpret(raw_package(**package), config(**(options or {})))

    return run


@pytest.fixture
def fields(mapped):
    return lambda options=None, **package: mapped(options, **package).record.fields


def test_hdx_fields_find_their_places(mapped):
    result = mapped(
        title="Displacement in Sudan",
        notes="Figures of displaced people, by state.",
        groups=[{"name": "sdn", "title": "Sudan"}, {"name": "world", "title": "World"}],
        tags=[{"name": "internally displaced persons-idp"}, {"name": "refugees"}, {"name": "hxl"}],
        dataset_date="[2020-01-01T00:00:00 TO *]",
        data_update_frequency="30",
        methodology="Census",
        methodology_other="House to house.",
        caveats="Not all states.",
        dataset_source="IOM DTM",
        organization={"name": "iom", "title": "International Organization for Migration"},
        maintainer="83fa9515-3ba4-4f1d-9860-f38b20f80442",
        license_id="cc-by-igo",
        is_requestdata_type=False,
        metadata_created="2024-07-09T10:00:00",
        last_modified="2025-01-02T03:04:05.678",
        resources=[
            {
                "url": "https://x.example/a.csv",
                "format": "csv",
                "size": 10,
                "name": "a.csv",
                "description": "<p>All</p>",
            }
        ],
    )
    record = result.record
    assert record.fields["title_translated"] == {"en": "Displacement in Sudan"}
    assert record.fields["identifier"] == "id-1"
    assert record.fields["spatial_coverage"] == ["SDN", "001"]
    assert record.fields["migration_theme"] == ["internal-displacement", "refugees-asylum"]
    assert record.fields["population_group"] == ["idps", "refugees"]
    assert record.fields["temporal_coverage"] == [{"start": "2020-01-01"}]
    assert record.fields["frequency"] == "MONTHLY"
    assert record.fields["collection_method"] == ["census"]
    assert (
        record.fields["provenance_translated"]["en"]
        == "Source: IOM DTM\n\nHouse to house.\n\nNot all states."
    )
    assert record.fields["publisher"] == [{"name": "International Organization for Migration"}]
    assert record.fields["contact"] == [{"url": PAGE, "name": "International Organization for Migration"}]
    assert record.fields["access_rights"] == "PUBLIC"
    assert (record.fields["issued"], record.fields["modified"]) == ("2024-07-09", "2025-01-02")
    assert record.fields["url"] == PAGE
    assert record.resources == (
        {"url": "https://x.example/a.csv", "name": "a.csv", "description": "All", "format": "CSV", "license": "CC-BY-3.0-IGO", "size": 10},
    )  # fmt: skip
    assert {(note.field, note.taken) for note in result.notes} >= {
        ("population_group", "idps"),
        ("license", "CC-BY-3.0-IGO"),
    }


@pytest.mark.parametrize(
    ("package", "rights"),
    [
        (
            {"private": True, "is_requestdata_type": False, "resources": [{"url": "http://x.example/"}]},
            "NON_PUBLIC",
        ),
        ({"is_requestdata_type": True}, "RESTRICTED"),
        ({"is_requestdata_type": False, "resources": [{"url": "http://x.example/"}]}, "PUBLIC"),
        ({"is_requestdata_type": False, "resources": []}, None),
        (
            {"access_rights": "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"},
            "RESTRICTED",
        ),
        ({"access_rights": "who knows"}, None),
        ({}, None),
    ],
)
def test_failure_46_access_is_never_more_open_than_the_partner_says(fields, package, rights):
    assert fields(**package).get("access_rights") == rights


def test_request_only_says_how_to_ask(fields):
    found = fields(is_requestdata_type=True)
    assert found["access_mode"] == "on-request"
    assert found["access_url"] == PAGE
    assert found["access_procedure_translated"]["en"]


def test_personal_data_found_by_hdx_raise_the_sensitivity(fields):
    assert (
        fields(resources=[{"url": "http://x.example/", "in_quarantine": True}])["sensitivity_level"] == "high"
    )
    assert "sensitivity_level" not in fields(resources=[{"url": "http://x.example/"}])


def test_js12_no_field_of_ours_is_taken_from_a_stranger_as_it_stands(mapped):
    poison = "<script>poison</script>"
    names = {field.name for field in load().fields} | {
        *("private", "state", "owner_org", "creator_user_id", "type", "permission_labels", "guid", "harvest_source_id", "sensitivity"),
    }  # fmt: skip
    package = dict.fromkeys(names, poison) | {"id": "id-1"}
    result = mapped(extras=[{"key": name, "value": poison} for name in names], **package).record
    assert set(result.fields) <= {field.name for field in load().fields} - {
        "sensitivity_level",
        "personal_data_status",
        "name",
        "owner_org",
    }
    for name in result.fields:
        if name not in ("identifier", "tags_translated"):
            field = load().field(name)
            assert not field.vocabulary, name
    assert result.identifier in (poison, "id-1")


def test_a_registry_with_our_profile_is_read_field_by_field(mapped):
    ours = {
        "title_translated": {"en": "T", "fr": "T fr"}, "migration_theme": ["stocks"], "sensitivity_level": "moderate",
        "identifier": "doi:1", "owner_org": "x", "extras": [{"key": "a", "value": "b"}], "resources": [{"url": "http://x.example/", "format": "CSV", "secret": 1}],
    }  # fmt: skip
    record = mapped(**ours).record
    assert record.fields["title_translated"]["fr"] == "T fr"
    assert record.fields["sensitivity_level"] == "moderate"
    assert record.identifier == "doi:1"
    assert set(record.resources[0]) == {"url", "format"}
    assert "owner_org" not in record.fields


def test_a_partner_cannot_lower_what_was_agreed(mapped):
    ours = {"title_translated": {"en": "T"}, "migration_theme": ["stocks"]}
    agreed = {"defaults": {"sensitivity_level": "high", "access_rights": "RESTRICTED"}}
    assert mapped(agreed, **ours, sensitivity_level="low").record.fields["sensitivity_level"] == "high"
    assert mapped(agreed, **ours, sensitivity_level="severe").record.fields["sensitivity_level"] == "severe"
    assert mapped(agreed, title="T").record.fields["sensitivity_level"] == "high"


@pytest.mark.parametrize(
    "extras",
    [
        {"frequency": "Annual", "language": "fr"},
        [{"key": "frequency", "value": "Annual"}, {"key": "language", "value": "fr"}],
    ],
    ids=["object", "list"],
)
def test_failure_43_extras_are_a_list_or_an_object(fields, extras):
    found = fields(title="Titre", extras=extras, tags=["one", "two"])
    assert found["frequency"] == "ANNUAL"
    assert found["language"] == ["fr"]
    assert found["title_translated"] == {"fr": "Titre"}
    assert found["tags_translated"] == {"fr": ["one", "two"]}


def test_the_administrator_may_say_in_which_language_a_portal_writes(fields):
    assert fields({"language": "pt"}, title="Título")["title_translated"] == {"pt": "Título"}


def test_fluent_texts_keep_their_languages(fields):
    found = fields(
        title="T",
        title_translated={"en": "T", "fr": "", "pt_BR": "Tb"},
        tags_translated={"es": ["uno"], "fr": []},
    )
    assert found["title_translated"] == {"en": "T", "pt": "Tb"}
    assert found["tags_translated"] == {"es": ["uno"]}


@pytest.mark.parametrize("title", ["", "  ", "\u200f\u202b", None, ["x"], {"a": 1}, "x" * 1_000_000])
def test_js15_a_title_that_is_none_is_left_out(fields, title):
    assert "title_translated" not in fields(title=title)


def test_failure_47_a_title_that_is_a_number_is_a_text(fields):
    assert fields(title=300.21)["title_translated"] == {"en": "300.21"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "\\\\unc\\share", "", None, 5])
def test_js13_files_without_a_web_address_are_noted_and_left_out(mapped, url):
    result = mapped(resources=[{"url": url, "name": "a"}, {"url": "http://x.example/a b.csv"}, "no object"])
    assert [row["url"] for row in result.record.resources] == ["http://x.example/a%20b.csv"]
    assert any(note.field == "resources" for note in result.notes)


@pytest.mark.parametrize(
    "package",
    [
        {"resources": [{"url": f"http://x.example/{n}"} for n in range(5000)]},
        {"tags": [f"tag {n}" for n in range(100_000)]},
    ],
)
def test_js14_lists_without_end_are_refused_with_a_remedy(mapped, package):
    with pytest.raises(MappingError) as refused:
        mapped(**package)
    assert refused.value.scope == "record"
    assert refused.value.remedy


def test_js16_texts_with_braces_are_only_texts(fields):
    assert fields(title="{id.__class__} %s %(x)s")["title_translated"]["en"] == "{id.__class__} %s %(x)s"


@pytest.mark.parametrize(
    ("package", "code"),
    [
        ({"license_id": "cc-by"}, "CC-BY-4.0"),
        ({"license_url": "http://creativecommons.org/licenses/by/4.0/deed.fr"}, "CC-BY-4.0"),
        ({"license_id": "hdx-other", "license_other": "Only for humanitarian actors"}, "custom"),
        ({"license_id": "notspecified"}, None),
        ({}, None),
    ],
)
def test_licences_are_found_or_are_the_publishers_own(mapped, package, code):
    record = mapped(resources=[{"url": "http://x.example/"}], **package).record
    assert record.resources[0].get("license") == code


def test_own_terms_are_kept_in_words(fields):
    assert (
        "Only for humanitarian actors"
        in fields(license_other="Only for humanitarian actors")["provenance_translated"]["en"]
    )


def test_a_term_without_concept_is_noted_and_not_guessed(mapped):
    result = mapped(
        data_update_frequency="when the moon is full",
        groups=[{"name": "atlantis", "title": "Atlantis"}],
        methodology="Guesswork",
    )
    assert not {"frequency", "spatial_coverage", "collection_method"} & set(result.record.fields)
    left = {(note.field, note.value) for note in result.notes if note.taken is None}
    assert {("frequency", "when the moon is full"), ("collection_method", "Guesswork")} <= left


@pytest.mark.parametrize(
    ("package", "contact"),
    [
        (
            {"maintainer": "Team", "maintainer_email": "team@x.example"},
            {"name": "Team", "email": "team@x.example"},
        ),
        ({"author_email": "a@x.example", "maintainer_email": "not a mail"}, {"email": "a@x.example"}),
        ({"maintainer": "Team"}, {"url": PAGE}),
    ],
)
def test_somebody_answers(fields, package, contact):
    assert fields(**package)["contact"] == [contact]


def test_times_in_other_forms_are_read(fields):
    found = fields(
        temporal_start="2010-01-01",
        temporal_end="2012",
        release_date="jeu, 19/12/2019 - 03:00",
        metadata_modified="garbage",
    )
    assert found["temporal_coverage"] == [{"start": "2010-01-01", "end": "2012"}]
    assert found["issued"] == "2019-12-19"
    assert "modified" not in found


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"'])
def test_what_is_no_object_is_no_record(config, body):
    with pytest.raises(MappingError):
        ckan.interpret(RawRecord(RemoteRef("a"), "ckan", body), config())


def test_broken_bytes_are_unreadable(config):
    with pytest.raises(PayloadError):
        ckan.interpret(RawRecord(RemoteRef("a"), "ckan", b"{"), config())


@pytest.mark.parametrize(
    "value", [None, 5, "x", [], {}, [None], [[1]], {"a": {"b": [1]}}, True, [{"name": None}]]
)
def test_no_shape_of_a_field_breaks_the_mapper(mapped, value):
    names = ("title", "notes", "tags", "groups", "extras", "resources", "organization", "dataset_date", "language", "license_id",
             "methodology", "maintainer", "title_translated", "tags_translated", "temporal_coverage", "spatial_coverage", "url")  # fmt: skip
    for name in names:
        mapped(**{name: value})
