"""Choices in facets against a count without the engine, for each kind of reader, and on deep pages."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ckanext.migration import facets
from ckanext.migration.search import paging
from migration_vocabularies import get as vocabulary
from registry_site import Site

PLUGINS = "migration migration_search scheming_datasets dcat"
COUNTRIES = ["SDN", "TCD", "EGY", "KEN", "014", "001"]
FACETS = {
    "country": COUNTRIES,
    "language": ["en", "ar", "fr"],
    "migration_theme": ["internal-displacement", "recruitment", "labour-migration", "remittances"],
}
HELD = {"country": "spatial_coverage"}
pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_request_context"),
]


def asked(choices: dict[str, list[str]], base: str = "") -> dict[str, Any]:
    return {
        "fq": base,
        "facet.field": list(FACETS),
        "rows": 0,
        "ext_any_of": choices,
        "include_private": True,
    }


def expected(records: list[dict[str, Any]], choices: dict[str, list[str]]) -> int:
    """Count what meets at least one choice of every facet or lies below it, without the engine."""
    return sum(
        all(
            not values or meant(name, values) & set(each[HELD.get(name, name)])
            for name, values in choices.items()
        )
        for each in records
    )


def meant(facet: str, values: list[str]) -> set[str]:
    """Return what a record must hold one of; the world counts only where it is named."""
    terms = vocabulary(facets.VOCABULARIES[facet])
    below = (code for value in values if value != "001" for code in terms.descendants(value))
    return {*values, *below}


def above(facet: str, value: str) -> tuple[str, ...]:
    return (value, *vocabulary(facets.VOCABULARIES[facet]).ancestors(value))


def fill(site: Site, number: int, chance: random.Random) -> list[dict[str, Any]]:
    made = []
    for at in range(number):
        values = {
            "spatial_coverage": chance.sample(COUNTRIES, chance.randint(1, 2)),
            "language": chance.sample(FACETS["language"], chance.randint(1, 2)),
            "migration_theme": chance.sample(FACETS["migration_theme"], chance.randint(1, 2)),
            "private": at % 4 == 0,
        }
        site.create(**values)
        made.append(values)
    return made


def chosen_by_chance(chance: random.Random) -> dict[str, list[str]]:
    return {name: chance.sample(values, chance.randint(0, 2)) for name, values in FACETS.items()}


def test_lk_03_every_count_is_the_total_of_that_choice(empty_site: Site) -> None:
    chance = random.Random(4)  # noqa: S311 - a corpus, no secret
    records = fill(empty_site, 14, chance)
    public = [each for each in records if not each["private"]]
    of_agency = f'owner_org:"{empty_site.agency}"'
    readers = [("", public), (empty_site.stranger["name"], public), (empty_site.editor["name"], records)]
    for number in range(9):
        (reader, visible), base = readers[number % 3], of_agency if number % 2 else ""
        choices = chosen_by_chance(chance)
        answer = empty_site.call("package_search", reader, **asked(choices, base))
        assert answer["count"] == expected(visible, choices)
        for name, values in FACETS.items():
            counts = answer["facets"][name]
            assert set(counts) - {""} <= {code for value in values for code in above(name, value)}
            for value in {*values, *counts}:
                assert counts.get(value, 0) == expected(visible, {**choices, name: [value]})
        name = chance.choice(list(FACETS))
        for value, count in answer["facets"][name].items():
            only = empty_site.call("package_search", reader, **asked({**choices, name: [value]}, base))
            assert only["count"] == count


def test_pages_behind_the_engines_window_skip_only_what_was_chosen(
    empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [empty_site.create(spatial_coverage=[code]) for code in ("SDN", "TCD", "EGY") * 2]
    found = {each["id"] for each in made if each["spatial_coverage"] != ["EGY"]}
    monkeypatch.setattr(paging, "WINDOW", 10)
    question = asked({"country": ["SDN", "TCD"]})
    behind = empty_site.call("package_search", "", **{**question, "rows": 1000, "start": 1})
    assert behind["count"] == len(found)
    first = empty_site.call("package_search", "", **{**question, "rows": 1})
    assert {each["id"] for each in [*first["results"], *behind["results"]]} == found
    assert len(behind["results"]) == len(found) - 1
