"""Each rule across fields: one record that breaks it, one that keeps it."""

from __future__ import annotations

import pytest

from migration_schemas import shapes
from migration_schemas.fields import LANGUAGES
from migration_schemas.namespaces import MS
from migration_schemas.validation import validate_record

NO_DATA: dict = {"resources": ()}
PROCEDURE = {"access_mode": "on-request", "access_url": "https://agency-a.example.org/ask"}
PERSONAL = {
    "personal_data_status": ["personal"],
    "sensitivity_level": "high",
    "access_rights": "RESTRICTED",
    "legal_basis": ["consent"],
    "purpose": ["official-statistics"],
    **PROCEDURE,
}
DOWNLOAD = ({"url": "https://a.example.org/", "download_url": "https://a.example.org/x.csv"},)

DISPLACED = {
    "migration_theme": ["internal-displacement"],
    "displacement_cause": ["conflict"],
    "collection_method": ["mobility-tracking"],
    "round": "12",
    "admin_level": 2,
    "places": [{"name": "Aden", "pcode": "YE24"}],
}
FLOW = {
    "statistic_type": ["flow"],
    "corridors": [{"origin": "NER", "destination": "LBY"}],
    "flow_direction": ["outflow"],
    "minimum_stay": "P0D",
}
MICRODATA = {"statistic_type": ["microdata"], "personal_data_status": ["anonymised"]}


def k_of(value: int) -> dict:
    return {"quality_measurements": [{"metric": "k-anonymity", "value": value}]}


# name of the shape → (field that is named, changes that break the rule, changes that keep it)
RULES: dict[str, tuple[str, dict, dict]] = {
    "place-required": (
        "spatial_coverage",
        {"spatial_coverage": None},
        {"country_of_origin": ["SYR"], "spatial_coverage": None},
    ),
    "NationalLevel": (
        "evidence_level",
        {"evidence_level": ["national"], "spatial_coverage": ["SDN", "TCD", "EGY", "NER", "MLI"]},
        {"evidence_level": ["national", "regional"], "spatial_coverage": ["SDN", "TCD", "EGY", "NER", "MLI"]},
    ),
    "period-bound": (
        "temporal_coverage",
        {"temporal_coverage": [{"start": "?"}]},
        {"temporal_coverage": [{"end": "2024"}]},
    ),
    "period-order": (
        "temporal_coverage",
        {"temporal_coverage": [{"start": "2024-02-01", "end": "2024-01-31"}]},
        {"temporal_coverage": [{"start": "2024-05-01", "end": "2024"}]},
    ),
    "contact-way": (
        "contact",
        {"contact": [{"name": "Team"}]},
        {"contact": [{"url": "https://a.example.org/ask"}]},
    ),
    "RestrictedMode": (
        "access_mode",
        {"access_rights": "RESTRICTED", "access_url": "https://a.example.org/ask"},
        {"access_rights": "RESTRICTED", **PROCEDURE},
    ),
    "RestrictedProcedure": (
        "access_procedure_translated",
        {"access_rights": "NON_PUBLIC", "access_mode": "metadata-only"},
        {
            "access_rights": "NON_PUBLIC",
            "access_mode": "metadata-only",
            "access_procedure_translated": {"en": "Ask us."},
        },
    ),
    "DataOrProcedure": ("access_procedure_translated", NO_DATA, {**NO_DATA, **PROCEDURE}),
    "HarmfulPublic": (
        "access_rights",
        {"sensitivity_level": "severe"},
        {"sensitivity_level": "severe", "access_rights": "NON_PUBLIC", **PROCEDURE},
    ),
    "HarmfulDownload": (
        "resources",
        {"sensitivity_level": "high", "access_rights": "RESTRICTED", "resources": DOWNLOAD, **PROCEDURE},
        {"sensitivity_level": "moderate", "access_rights": "RESTRICTED", "resources": DOWNLOAD, **PROCEDURE},
    ),
    "PersonalBasis": ("legal_basis", {**PERSONAL, "legal_basis": None}, PERSONAL),
    "PersonalPurpose": ("purpose", {**PERSONAL, "purpose": None}, PERSONAL),
    "PersonalSensitivity": ("sensitivity_level", {**PERSONAL, "sensitivity_level": "moderate"}, PERSONAL),
    "MicrodataControl": (
        "disclosure_control",
        {"statistic_type": ["microdata"], "personal_data_status": ["anonymised"]},
        {
            "statistic_type": ["microdata"],
            "personal_data_status": ["anonymised"],
            "disclosure_control": ["recoding"],
        },
    ),
    "resources-recommended": ("resources", {**NO_DATA, **PROCEDURE}, {}),
    "DisplacementCause": ("displacement_cause", {**DISPLACED, "displacement_cause": None}, DISPLACED),
    "DisplacementMethod": (
        "collection_method",
        {**DISPLACED, "collection_method": None},
        DISPLACED,
    ),
    "DisplacementRound": ("round", {**DISPLACED, "round": None}, DISPLACED),
    "DisplacementPlaces": ("places", {**DISPLACED, "places": [{"name": "Aden"}]}, DISPLACED),
    "FlowPairs": ("corridors", {**FLOW, "corridors": None}, FLOW),
    "FlowDirection": ("flow_direction", {**FLOW, "flow_direction": None}, FLOW),
    "FlowMinimumStay": ("minimum_stay", {**FLOW, "minimum_stay": None}, FLOW),
    "LanguagesPaired": (
        "notes_translated",
        {"title_translated": {"en": "Arrivals by sea", "fr": "Arrivées par la mer"}},
        {"title_translated": {"en": "Arrivals by sea"}},
    ),
    "keywords-three": (
        "tags_translated",
        {"tags_translated": {"en": ["sea", "boats"]}},
        {"tags_translated": {"en": ["sea", "boats"], "fr": ["mer"]}},
    ),
    "title-two-languages": (
        "title_translated",
        {},
        {"title_translated": {"fr": "Arrivées par la mer"}, "notes_translated": {"fr": "Arrivées " * 9}},
    ),
    "identifier-persistent": ("identifier", {}, {"identifier": "https://doi.org/10.1234/5"}),
    "dimensions-two": (
        "disaggregation",
        {"disaggregation": ["sex"]},
        {"disaggregation": ["sex", "age"]},
    ),
    "standard-followed": ("conforms_to", {}, {"conforms_to": ["https://a.example.org/standard"]}),
    "documented": ("documentation", {}, {"documentation": ["https://a.example.org/codebook"]}),
    "framework-informed": ("informs", {}, {"informs_sdg": ["10.7.2"]}),
    "quality-measured": (
        "quality_measurements",
        {},
        {"quality_measurements": [{"metric": "response-rate", "value": 90}]},
    ),
    "use-told": ("data_use", {}, {"data_use": [{"title": "Appeal 2025"}]}),
    "CompactBreakdown": (
        "disaggregation",
        {"informs": ["01"], "disaggregation": ["nationality", "occupation"]},
        {"informs": ["01"], "disaggregation": ["age", "occupation"]},
    ),
    "PersonalPublic": (
        "access_rights",
        {**PERSONAL, "access_rights": "PUBLIC"},
        PERSONAL,
    ),
    "ClosedDownload": (
        "resources",
        {"access_rights": "NON_PUBLIC", "resources": DOWNLOAD, **PROCEDURE},
        {"access_rights": "NON_PUBLIC", **PROCEDURE},
    ),
    "PersonalRetention": (
        "retention_period",
        {**PERSONAL, "retention_period": [{"start": "2024"}]},
        {**PERSONAL, "retention_period": [{"end": "2029"}]},
    ),
    "DisplacementProfile": (
        "displacement_cause",
        {"migration_theme": ["internal-displacement"]},
        {"migration_theme": ["stocks"]},
    ),
    "SurveyDescribed": (
        "sampling_translated",
        {"collection_method": ["administrative", "household-survey"]},
        {"collection_method": ["household-survey"], "sampling_translated": {"en": "4,200 households."}},
    ),
    "FlowProfile": ("flow_direction", {"statistic_type": ["flow"]}, FLOW),
    "SevereAssessment": (
        "dpia_reference",
        {**PERSONAL, "sensitivity_level": "severe"},
        {**PERSONAL, "sensitivity_level": "severe", "dpia_reference": "https://a.example.org/dpia"},
    ),
    "RiskAboveThreshold": ("disclosure_risk", {"disclosure_risk": 0.031}, {"disclosure_risk": 0.03}),
    "SmallCounts": ("quality_measurements", k_of(2), k_of(3)),
    "FewPeople": (
        "number_of_unique_individuals",
        {"number_of_unique_individuals": 9},
        {"number_of_unique_individuals": 10},
    ),
    "PreciseLocation": (
        "disclosure_control",
        {**MICRODATA, "admin_level": 3, "disclosure_control": ["recoding"]},
        {**MICRODATA, "admin_level": 3, "disclosure_control": ["geo-masking"]},
    ),
}
DERIVED = {"value", "required", "recommended"}
BY_HAND = {
    name
    for shape in shapes.meanings()
    if (name := str(shape).removeprefix(MS)) in RULES or name.rsplit("-", 1)[-1] not in DERIVED
}


def rules(record) -> set[str]:
    """Return the handwritten rules that a record breaks."""
    return {finding.rule for finding in validate_record(record).findings} & BY_HAND


NEEDS: dict[str, tuple[str, dict, dict]] = {
    "need-answer": ("answered_by", {"answered_by": None}, {"answered_by": None, "need_status": "open"}),
}


def test_every_handwritten_rule_has_samples_here():
    assert set(RULES) | set(NEEDS) == BY_HAND


@pytest.mark.parametrize("name", NEEDS)
def test_samples_of_the_rules_about_needs(name, need):
    field, broken, kept = NEEDS[name]
    (found,) = validate_record(need(**broken)).findings
    assert (found.rule, found.field) == (name, field)
    assert found.field_label("fr") == "Données qui y répondent"
    assert found.message("en") != found.message("fr")
    assert validate_record(need(**kept)).findings == ()


@pytest.mark.parametrize("name", RULES)
def test_sample_that_fails_fails_by_exactly_this_rule(name, changed):
    field, broken, kept = RULES[name]
    report = validate_record(changed(**broken))
    if name == "period-bound":  # the wrong date is named instead
        assert [finding.field for finding in report.violations] == [field]
        return
    assert rules(changed(**broken)) - rules(changed(**kept)) == {name}
    (found,) = [finding for finding in report.findings if finding.rule == name]
    assert found.field == field
    if found.severity == "violation":
        assert [finding.rule for finding in report.violations] == [name]
    for said in (found.message, found.why, found.example, found.field_label):
        assert all(said(lang) for lang in LANGUAGES)
    assert len({found.message(lang) for lang in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("name", RULES)
def test_sample_that_keeps_the_rule_passes(name, changed):
    _, _, kept = RULES[name]
    report = validate_record(changed(**kept))
    assert not [f for f in report.findings if f.shape == str(MS[name])]
    assert report.conforms, [f.message() for f in report.violations]


def test_measured_risk_counts_wherever_it_is_given(changed):
    risk = [{"metric": "global-risk", "value": 0.05}]
    assert rules(changed(quality_measurements=risk)) >= {"RiskAboveThreshold"}
    restricted = changed(quality_measurements=risk, access_rights="RESTRICTED", **PROCEDURE)
    assert "RiskAboveThreshold" not in rules(restricted)


def test_profiles_are_asked_of_their_own_records_only(changed):
    """R-N6-a, R-N7-a: stocks need neither the displacement profile nor the flow profile."""
    begun = {"round": "12", "flow_direction": ["inflow"]}
    stock = changed(migration_theme=["refugees-asylum"], statistic_type=["stock"], **begun)
    assert validate_record(stock).conforms
    displaced = changed(migration_theme=["internal-displacement"], statistic_type=["stock"], **begun)
    found = {f.rule for f in validate_record(displaced).violations}
    assert found == {"DisplacementCause", "DisplacementMethod"}
    flow = changed(migration_theme=["flows"], statistic_type=["flow"], **begun)
    assert {f.rule for f in validate_record(flow).violations} == {"FlowPairs", "FlowMinimumStay"}


def test_records_without_anything_of_a_profile_stay_valid(changed):
    for values in ({"migration_theme": ["internal-displacement"]}, {"statistic_type": ["flow"]}):
        assert validate_record(changed(**values)).conforms


def test_findings_know_their_layer(changed):
    report = validate_record(changed(sensitivity_level="severe", title_translated=None))
    assert {f.rule: f.layer for f in report.violations} == {
        "title_translated-required": "core",
        "HarmfulPublic": "do-no-harm",
    }
    assert {f.layer for f in report.warnings} == {"recommended"}
    assert {f.layer for f in report.notes} == {"exemplary"}


def test_minimal_record_conforms_and_gets_advice(minimal):
    report = validate_record(minimal)
    assert report.conforms
    assert "population_group" in {f.field for f in report.warnings}


def test_full_record_has_nothing_to_complain_about(full):
    assert validate_record(full).findings == ()


@pytest.mark.parametrize(
    ("start", "end", "fine"),
    [
        ("2024", "2024", True),
        ("2024", "2023", False),
        ("2024-05", "2024", True),
        ("2024-05-01", "2023", False),
        ("2023", "2024-01-01", True),
        ("2024-02", "2024-01-31", False),
        ("2024-01-01", "2024-01-01", True),
    ],
)
def test_periods_are_compared_as_far_as_both_bounds_are_known(start, end, fine, changed):
    report = validate_record(changed(temporal_coverage=[{"start": start, "end": end}]))
    assert report.conforms is fine
