"""Shards, copies and refresh as the settings want them; several shards answer as one does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.cli.cli import ckan

from ckanext.migration.search import client, config, doctor, exactness
from ckanext.migration.search.errors import SettingInvalid
from ckanext.migration.search.index import layout
from ckanext.migration.search.upkeep import rebuild
from migration_vocabularies import get
from registry_site import Site
from search_site import ALONE, Searching, dataset

_SETTING = "ckanext.migration.search."
WORDS = ["water", "river", "flood", "camp", "border", "return", "census", "labour", "city", "coast"]
PLACES = sorted(each.code for each in get("country") if each.code.isalpha())[:60]


def build(searching: Searching) -> None:
    model.Session.rollback()
    rebuild.run(searching.database, searching.engine, config.alias(), datetime.now(UTC))


def findings(searching: Searching) -> dict[str, doctor.Finding]:
    patient = doctor.Patient(searching.database, searching.engine, config.alias(), config.address())
    return {f"{each.subject} {each.found.split()[0]}": each for each in doctor.examine(patient)}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Settings of this test alone; the index is as by default again afterwards."""
    engine = client.engine(config.address())
    yield _Settings(monkeypatch)
    monkeypatch.undo()
    if engine.behind(config.alias()):
        layout.apply(engine, config.alias())


class _Settings(dict[str, str]):
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __setitem__(self, name: str, value: str) -> None:
        self._patch.setitem(tk.config, _SETTING + name, value)
        # commands read the configuration anew
        self._patch.setenv(f"CKANEXT__MIGRATION__SEARCH__{name.upper()}", value)


# -- the settings -------------------------------------------------------------------------------


@ALONE
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shards", "0"),
        ("shards", "many"),
        ("shards", "-1"),
        ("replicas", "10"),
        ("replicas", "yes"),
        ("refresh_interval", "soon"),
        ("refresh_interval", "0s"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(settings: dict[str, str], name: str, value: str) -> None:
    settings[name] = value
    with pytest.raises(SettingInvalid, match=f"{_SETTING}{name}"):
        layout.wanted()


@ALONE
def test_a_new_index_and_the_living_one_follow_the_settings(
    searching: Searching, settings: dict[str, str], cli: Any
) -> None:
    dataset(name="aa")
    build(searching)
    assert findings(searching)["layout 1"].level == doctor.OK

    settings["replicas"], settings["refresh_interval"], settings["shards"] = "2", "7s", "3"
    found = findings(searching)
    for what in ("shards", "replicas", "refresh_interval"):
        assert found[f"layout {what}"].level == doctor.WARNING
    assert "apply-settings" in found["layout replicas"].remedy
    assert "rebuild" in found["layout shards"].remedy

    answer = cli.invoke(ckan, ["migration", "search", "apply-settings", "--json"])
    assert answer.exit_code == 1, answer.output
    assert json.loads(answer.stdout) == {
        "shards": {"was": "1", "wanted": "3"},
        "replicas": {"was": "auto", "wanted": "2"},
        "refresh_interval": {"was": "1s", "wanted": "7s"},
    }
    assert layout.living(searching.engine, config.alias()) == layout.Layout(1, "2", "7s")
    # two copies and one node: searches work, one says what is missing
    assert searching.names(q="*:*") == ["aa"]
    assert findings(searching)["shards yellow:"].level == doctor.WARNING
    status = json.loads(cli.invoke(ckan, ["migration", "search", "status", "--json"]).stdout)
    assert (status["condition"], status["replicas"], status["healthy"]) == ("yellow", "2", True)

    build(searching)
    assert layout.living(searching.engine, config.alias()) == layout.Layout(3, "2", "7s")
    answer = cli.invoke(ckan, ["migration", "search", "apply-settings"])
    assert answer.exit_code == 0
    assert answer.output.endswith("The index lies as the settings want it\n")
    settings["replicas"], settings["shards"] = "auto", "1"
    build(searching)


# -- three shards answer as one -------------------------------------------------------------------


@pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat")
@pytest.mark.usefixtures("with_request_context")
def test_three_shards_answer_as_one_does(
    empty_site: Site, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results, order, totals and counts; more places than a shard would tell of by itself."""
    searching = Searching(monkeypatch)
    _corpus(empty_site)
    build(searching)
    one = [_answer(empty_site, each) for each in QUERIES]
    settings["shards"] = "3"
    build(searching)
    assert layout.living(searching.engine, config.alias()).shards == 3
    three = [_answer(empty_site, each) for each in QUERIES]
    for query, before, after in zip(QUERIES, one, three, strict=True):
        assert after == before, query
    assert [query for query, answer in zip(QUERIES, one, strict=True) if not answer["names"]] == []
    monkeypatch.setattr(exactness, "SCORES", "query_then_fetch")
    monkeypatch.setattr(exactness, "counting", lambda body: body)
    careless = [_answer(empty_site, each) for each in QUERIES]
    assert [each["names"] for each in careless] != [each["names"] for each in one]
    assert [each["facets"] for each in careless] != [each["facets"] for each in one]
    settings["shards"] = "1"
    build(searching)


def _corpus(site: Site) -> None:
    """Forty datasets; words and places unevenly spread."""
    choice = random.Random(11)  # noqa: S311 - the same corpus in every run
    for number in range(40):
        words = choice.choices(WORDS, [10, 8, 6, 5, 4, 3, 2, 2, 1, 1], k=choice.randint(2, 9))
        site.create(
            name=f"set-{number:02}",
            title_translated={"en": " ".join(words[:3])},
            notes_translated={
                "en": f"{' '.join(words)}. Figures by district, from interviews of households."
            },
            spatial_coverage=choice.sample(PLACES, 4),
        )


QUERIES: list[dict[str, Any]] = [
    {"q": "*:*", "sort": "title asc"},
    {"q": "*:*"},
    {"q": "water"},
    {"q": "river flood"},
    {"q": "coast", "sort": "score desc, metadata_modified desc"},
    {"q": "border", "start": 3},
    {"q": "water", "ext_fold": "series"},
    {"q": "flood", "fq": " OR ".join(f'spatial_coverage:"{place}"' for place in PLACES[:20])},
]


def _answer(site: Site, query: dict[str, Any]) -> dict[str, Any]:
    found = site.call(
        "package_search",
        "",
        **{
            "rows": 15,
            "facet.field": ["tags", "spatial_coverage", "organization"],
            "facet.limit": 4,
            **query,
        },
    )
    return {
        "names": [each["name"] for each in found["results"]],
        "count": found["count"],
        "facets": found["facets"],
    }
