"""The profile's fields in the index: facets, update state, concepts, languages of a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry_site import Site
from search_site import Searching

PLUGINS = "migration migration_search scheming_datasets dcat"
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def counts(searching: Searching, name: str, **parameters: Any) -> dict[str, int]:
    return searching.find(q="*:*", **{"facet.field": [name], **parameters})["facets"][name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("migration_theme", {"internal-displacement": 1, "forced-displacement": 1}),
        ("population_group", {"refugees": 1, "persons-international-protection": 1}),
        ("collection_method", {"key-informant": 1}),
        ("access_rights", {"PUBLIC": 1}),
        ("sensitivity_level", {"low": 1}),
        ("language", {"ar": 1, "en": 1}),
        ("country", {"SDN": 1, "015": 1, "002": 1}),
        ("reference_year", {"2023": 1, "2024": 1, "2025": 1, "2026": 1}),
        ("frequency", {"MONTHLY": 1}),
    ],
)
def test_facets_by_their_field_names(
    searching: Searching, site: Site, name: str, expected: dict[str, int]
) -> None:
    site.create()
    assert counts(searching, name) == expected
    value = next(iter(expected))
    assert counts(searching, name, fq=f'{name}:"{value}"') == expected
    assert (
        counts(searching, name, fq=f'{name}:"nothing"' if name != "reference_year" else f"{name}:1900") == {}
    )


def test_r_x2_a_three_facets_for_readers(searching: Searching, site: Site) -> None:
    facets = {"purpose_domain": "humanitarian", "evidence_level": "regional", "governance_sector": "health"}
    site.create(**{name: [code] for name, code in facets.items()})
    site.create()
    for name, code in facets.items():
        assert counts(searching, name) == {code: 1}
        assert searching.find(q="*:*", fq=f"{name}:{code}")["count"] == 1


def test_values_of_disaggregation_are_wanted_together(searching: Searching, site: Site) -> None:
    for values in (["sex"], ["sex", "age"], ["age"], ["sex", "age", "disability"]):
        site.create(disaggregation=values)
    found = searching.find(**{"facet.field": ["disaggregation"], "ext_any_of": {"disaggregation": ["sex"]}})
    assert found["count"] == 3
    assert found["facets"]["disaggregation"] == {"sex": 3, "age": 2, "disability": 1}
    assert found["choices"]["disaggregation"]["added"] == {}
    for value, count in found["facets"]["disaggregation"].items():
        assert searching.find(ext_any_of={"disaggregation": ["sex", value]})["count"] == count


def test_the_update_state_is_computed_when_asked(searching: Searching, site: Site) -> None:
    for modified in (5, 35, 50, 100):
        site.create(modified=ago(modified), issued=ago(200))
    site.create(frequency="IRREG")
    found = counts(searching, "update_state")
    assert found == {"fresh": 1, "due": 1, "overdue": 1, "delinquent": 1, "not-applicable": 1}
    for state in found:
        assert searching.find(q="*:*", fq=f'update_state:"{state}"')["count"] == 1
    assert searching.find(q="*:*", fq="update_state:(due OR overdue)")["count"] == 2
    assert searching.find(q="*:*", fq="-update_state:fresh")["count"] == 4


@pytest.mark.parametrize("words", ["Sudan", "Soudan", "السودان", "Déplacements", "displacement", "Africa"])
def test_a_record_is_found_in_every_language_of_its_concepts(
    searching: Searching, site: Site, words: str
) -> None:
    made = site.create()
    assert [each["id"] for each in searching.find(q=words)["results"]] == [made["id"]]


def test_highlights_come_in_the_language_that_is_shown(searching: Searching, site: Site) -> None:
    made = site.create()
    found = searching.find(q="Sudan")["highlighting"]
    assert found[made["id"]]["title"] == ["Displacement in <mark>Sudan</mark>, round 9"]
    # what the words mean is marked under the name that it has in the text; what is not wanted, never
    found = searching.find(q="Soudan round -zebra")["highlighting"]
    assert found[made["id"]]["title"] == ["Displacement in <mark>Sudan</mark>, <mark>round</mark> 9"]
    found = searching.find(q="title:displacement")["highlighting"]
    assert found[made["id"]]["title"] == ["<mark>Displacement</mark> in Sudan, round 9"]


def test_a_record_without_fields_of_the_profile_is_indexed(searching: Searching, site: Site) -> None:
    made = site.create(without=("frequency", "temporal_coverage", "spatial_coverage"), private=True)
    found = searching.find(site.editor["name"], q="*:*", include_private=True)
    assert [each["id"] for each in found["results"]] == [made["id"]]


def test_what_only_the_agency_may_see_is_not_findable(searching: Searching, site: Site) -> None:
    made = site.create(legal_basis=["consent"])
    for query in ("consent", "legal_basis:*", "extras_legal_basis:*", "text:consent"):
        assert searching.find(q=query)["count"] == 0
    assert searching.find(q="*:*", **{"facet.field": ["legal_basis"]})["facets"] == {"legal_basis": {}}
    assert made["legal_basis"] == ["consent"]
