"""The index document and its mapping belong together."""

from __future__ import annotations

from migration_schemas import Record, coverage, indexing


def test_document_has_only_fields_that_the_mapping_knows(full):
    document = indexing.document(full)
    properties = indexing.properties()
    assert set(document) <= set(properties)
    assert set(document["concept_labels"]) <= set(properties["concept_labels"]["properties"])


def test_full_records_fill_the_whole_mapping(full, full_need):
    languages = tuple(f"_{lang}" for lang in ("ar", "es", "ru", "zh", "other"))
    filled = {*indexing.document(full), *indexing.document(full_need)}
    missing = {name for name in set(indexing.properties()) - filled if not name.endswith(languages)}
    assert missing == set()


def test_values_of_the_full_record(full):
    document = indexing.document(full)
    assert document["title_fr"] == "Évaluation de base du déplacement interne, cycle 0"
    assert document["migration_theme"] == ["internal-displacement", "stocks", "forced-displacement"]
    places = ["YEM", "145", "142", "ETH", "014", "202", "002", "SAU", "DJI"]
    assert sorted(document["country"]) == sorted(places), (
        "each place with the regions above, without the world"
    )
    assert {"KEN", "YEM", "002"} <= set(document["country_reach"]), "what is said about 014 reaches Kenya"
    assert document["corridors"] == [
        {"origin": ["ETH"], "destination": ["SAU"], "transit": ["DJI", "YEM"]},
        {"origin": ["014"], "destination": ["YEM"]},
    ]
    assert document["reference_period"] == [
        {"gte": "2025-01-01", "lte": "2025-03-31"},
        {"gte": "2024-01-01", "lte": "2024-12-31"},
    ]
    assert document["reference_year"] == [2024, 2025]
    assert document["publisher"] == ["Agency B"]
    assert document["admin_level"] == [2]
    assert document["issued"] == "2025-05"
    assert (document["due_at"], document["overdue_at"]) == ("2025-08-30", "2025-09-29")
    assert document["update_schedule"] == "scheduled"
    assert "IDP" in document["concept_labels"]["en"]
    assert {"Yemen", "Western Asia", "Forced displacement"} <= set(document["concept_labels"]["en"])
    assert "Yémen" in document["concept_labels"]["fr"]


def test_what_only_agencies_may_see_is_not_indexed(full):
    assert "legal_basis" not in indexing.document(full)
    assert "legal_basis" not in indexing.properties()


def test_words_about_access_do_not_make_a_record_findable_by_them(full):
    assert "Moderate" not in indexing.document(full)["concept_labels"]["en"]


def test_long_period_counts_for_sixty_years():
    years = coverage.reference_years(Record({"temporal_coverage": [{"start": "0001", "end": "2020"}]}))
    assert (years[0], years[-1], len(years)) == (1960, 2020, 61)


def test_periods_with_one_bound_or_in_the_wrong_order():
    assert coverage.reference_years(
        Record({"temporal_coverage": [{"start": "2020-05"}, {"end": "2022"}]})
    ) == [2020, 2022]
    assert (
        coverage.reference_years(
            Record({"temporal_coverage": [{"start": "2022", "end": "2020"}, {"start": "?"}]})
        )
        == []
    )


def test_wrong_values_do_not_reach_the_index():
    document = indexing.document(
        Record(
            {
                "modified": "soon",
                "admin_level": "x",
                "migration_theme": ["flows", "??"],
                "spatial_coverage": ["XXX"],
            }
        )
    )
    assert "modified" not in document
    assert "admin_level" not in document
    assert "country" not in document
    assert document["update_schedule"] == "unknown"


def test_texts_in_other_languages_go_together():
    document = indexing.document(
        Record({"title_translated": {"pt": "Um", "sw": "Moja"}, "frequency": "NEVER"})
    )
    assert document["title_other"] == ["Um", "Moja"]
    assert document["update_schedule"] == "not-applicable"


def test_facets_and_weights_are_in_the_mapping():
    properties = indexing.properties()
    assert set(indexing.facets()) <= set(properties)
    assert indexing.facets()[:2] == ("country", "migration_theme")
    assert {name.split(".")[0] for name in indexing.weights()} <= set(properties)
    assert indexing.weights()["title_en"] > indexing.weights()["notes_en"]
