"""The example partners as a harvest sees them: rich where they are right, found out where they are wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from example_partners import Flaw

from migration_harvesters import registry
from migration_harvesters.http import Http
from migration_harvesters.records import SourceConfig
from migration_schemas import Record, Report, freshness
from migration_schemas.validation import validate_records

TODAY = date(2026, 11, 24)


@dataclass
class Harvest:
    """What came of one portal; records and failures by the last part of their name at the partner."""

    records: dict[str, Record] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    complete: bool = False


@pytest.fixture(scope="session")
def harvests(partners: str, demo: dict[str, Any], packages: list[dict[str, Any]]) -> dict[str, Harvest]:
    names = {package["id"]: package["name"] for package in packages}
    found = {}
    for source in demo["sources"]:
        portal = source["url"].split("/")[2]
        found[portal] = _harvest(partners, source, names)
    return found


def _harvest(partners: str, source: dict[str, Any], names: dict[str, str]) -> Harvest:
    config = SourceConfig(
        url=source["url"].format(base=partners),
        protocol=source["protocol"],
        options={"defaults": source["options"].get("defaults", {})},
        allow_private=source["allow_private_address"],
        credential=None,
    )
    listing = registry.source(config.protocol)(config, Http(allow_private=True)).listing()
    harvest = Harvest()
    for page in listing:
        for failure in page.failures:
            remote = str(failure.remote_id)
            harvest.failures[names.get(remote, remote.rsplit("/", 1)[-1])] = str(failure.error)
        for raw in page.items:
            name = names.get(raw.ref.id, raw.ref.id.rsplit("/", 1)[-1])
            harvest.records[name] = registry.mapper(raw.format)(raw, config)
    reports = validate_records(list(harvest.records.values()))
    harvest.reports = dict(zip(harvest.records, reports, strict=True))
    harvest.complete = listing.complete
    return harvest


def test_every_portal_is_read_to_its_end(harvests: dict[str, Harvest]) -> None:
    assert all(harvest.complete for harvest in harvests.values())
    assert sum(len(harvest.records) for harvest in harvests.values()) >= 80


def test_the_table_says_what_the_registry_finds(harvests: dict[str, Harvest], flaws: list[Flaw]) -> None:
    for flaw in flaws:
        harvest = harvests[flaw.portal]
        if flaw.outcome == "unreadable":
            assert flaw.record in harvest.failures, flaw
            assert flaw.record not in harvest.records, flaw
            continue
        report = harvest.reports[flaw.record]
        if flaw.outcome == "invalid":
            assert flaw.field in {finding.field for finding in report.violations}, flaw
        else:
            assert report.conforms, flaw
        if flaw.outcome == "warning":
            assert flaw.field in {finding.field for finding in report.warnings}, flaw


def test_nothing_else_is_invalid_or_unreadable(harvests: dict[str, Harvest], flaws: list[Flaw]) -> None:
    listed = {(flaw.portal, flaw.record) for flaw in flaws if flaw.outcome in {"invalid", "unreadable"}}
    invalid = {
        (portal, name)
        for portal, harvest in harvests.items()
        for name, report in harvest.reports.items()
        if not report.conforms
    }
    unreadable = {(portal, name) for portal, harvest in harvests.items() for name in harvest.failures}
    assert invalid | unreadable == listed


def test_script_and_markup_are_gone(harvests: dict[str, Harvest]) -> None:
    notes = harvests["statistics"].records["wdi-net-migration"].fields["notes_translated"]["en"]
    assert "<" not in notes
    assert "track(" not in notes


def test_every_facet_has_a_choice(harvests: dict[str, Harvest]) -> None:
    records = [record for harvest in harvests.values() for record in harvest.records.values()]
    least = {
        "migration_theme": 25,
        "population_group": 20,
        "collection_method": 18,
        "statistic_type": 8,
        "language": 4,
        "access_rights": 3,
        "sensitivity_level": 4,
        "frequency": 8,
    }
    for name, expected in least.items():
        values = [record.fields.get(name) for record in records]
        codes = {code for value in values for code in (value if isinstance(value, list) else [value]) if code}
        assert len(codes) >= expected, name
        assert sum(bool(value) for value in values) >= 0.95 * len(records), name
    countries = {
        code
        for record in records
        for name in ("spatial_coverage", "country_of_origin", "country_of_destination", "country_of_transit")
        for code in record.fields.get(name, [])
    }
    assert len(countries) >= 60


def test_all_update_states_occur(harvests: dict[str, Harvest]) -> None:
    states = Counter(
        freshness.state(record.fields.get("frequency"), record.fields.get("modified"), TODAY)
        for harvest in harvests.values()
        for record in harvest.records.values()
    )
    assert min(states[state] for state in ("fresh", "due", "overdue", "delinquent")) >= 3, states
