"""Each rule across fields: one record that breaks it, one that keeps it."""

from __future__ import annotations

import pytest

from migration_schemas import shapes
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

# name of the shape → (field that is named, changes that break the rule, changes that keep it)
RULES: dict[str, tuple[str, dict, dict]] = {
    "place-required": (
        "spatial_coverage",
        {"spatial_coverage": None},
        {"country_of_origin": ["SYR"], "spatial_coverage": None},
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
}


def test_every_handwritten_rule_has_samples_here():
    derived = {
        str(s) for s in shapes.meanings() if str(s).rsplit("-", 1)[-1] in {"value", "required", "recommended"}
    }
    by_hand = {str(s) for s in shapes.meanings()} - derived
    extra = {str(MS["place-required"]), str(MS["resources-recommended"])}
    assert by_hand | extra == {str(MS[name]) for name in RULES}


@pytest.mark.parametrize("name", RULES)
def test_record_that_breaks_the_rule_is_told_where_and_why(name, changed):
    field, broken, _ = RULES[name]
    found = [f for f in validate_record(changed(**broken)).findings if f.shape == str(MS[name])]
    if name == "period-bound":  # the wrong date is named instead
        found = validate_record(changed(**broken)).violations
    assert [f.field for f in found] == [field]
    for lang in ("en", "fr"):
        assert found[0].message(lang)
        assert found[0].field_label(lang)
    assert found[0].message("en") != found[0].message("fr")


@pytest.mark.parametrize("name", RULES)
def test_record_that_keeps_the_rule_passes(name, changed):
    _, _, kept = RULES[name]
    report = validate_record(changed(**kept))
    assert not [f for f in report.findings if f.shape == str(MS[name])]
    assert report.conforms, [f.message() for f in report.violations]


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
