"""Each rule across fields: one record that breaks it, one that keeps it."""

from __future__ import annotations

import pytest

from migration_schemas import shapes
from migration_schemas.fields import LANGUAGES
from migration_schemas.namespaces import MS
from migration_schemas.samples import samples
from migration_schemas.validation import validate_record

PROCEDURE = {"access_mode": "on-request", "access_url": "https://agency-a.example.org/ask"}
# name of the shape → (field that is named, changes that break the rule, changes that keep it)
RULES = {name: (one.field, one.fails, one.passes) for name, one in samples().items()}
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
