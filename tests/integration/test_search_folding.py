"""Rounds of one series are one entry: totals are plain, nothing is lost, hidden rounds never count."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib.search import SearchError
from ckan.tests import factories

from ckanext.migration.search import client, config, folding, paging, recheck
from ckanext.migration.search.additions import fold
from ckanext.migration.search.index import lifecycle
from registry_site import Site

pytestmark = pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat")

SUDAN = {"title": "Mobility tracking, Sudan", "uri": "https://agency.example.org/series/sudan"}
CANARY = "zwergspitzkanarie"


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    fold._known.clear()
    yield
    fold._known.clear()


def make_round(site: Site, number: int, year: int, series: Any = SUDAN, **changes: Any) -> dict[str, Any]:
    return site.create(
        name=f"round-{number}",
        title_translated={"en": f"Mobility tracking in Sudan, round {number}"},
        temporal_coverage=[{"start": f"{year}-01", "end": f"{year}-06"}],
        in_series=[series],
        **changes,
    )


def folded(site: Site, user: str = "", **parameters: Any) -> dict[str, Any]:
    return site.call("package_search", user, ext_fold="series", **parameters)


def names(answer: dict[str, Any]) -> list[str]:
    return [each["name"] for each in answer["results"]]


def behind(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (shown,) = (each["id"] for each in answer["results"] if each["name"] == name)
    found: dict[str, Any] = answer["folded"]["rounds"][shown]
    return found


@pytest.fixture
def rounds(empty_site: Site) -> Site:
    """Four rounds in a mixed order, and two datasets of their own."""
    for number, year in ((2, 2022), (10, 2026), (1, 2021), (9, 2025)):
        make_round(empty_site, number, year)
    empty_site.create(name="stock", title_translated={"en": "Migrant stock"}, spatial_coverage=["KEN"])
    empty_site.create(name="flow", title_translated={"en": "Mobility tracking of flows"})
    return empty_site


@pytest.mark.usefixtures("with_request_context")
def test_r_1_1_k_one_entry_with_its_latest_round_first(rounds: Site) -> None:
    found = folded(rounds)
    assert (found["count"], found["folded"]["datasets"], found["folded"]["entries"]) == (3, 6, 3)
    assert sorted(names(found)) == ["flow", "round-10", "stock"]
    entry = behind(found, "round-10")
    assert entry["count"] == 4
    assert [each["name"] for each in entry["others"]] == ["round-9", "round-2", "round-1"]
    assert entry["others"][0]["temporal_coverage"] == [{"start": "2025-01-01", "end": "2025-06-30"}]
    assert entry["others"][0]["title_translated"] == {"en": "Mobility tracking in Sudan, round 9"}
    plain = rounds.call("package_search", "", rows=10)
    assert (plain["count"], "folded" in plain) == (6, False), "CKAN's contract"
    assert names(
        rounds.call("package_search", "", fq=f'entry:"{entry["entry"]}"', sort="title_string asc")
    ) == [
        "round-1",
        "round-10",
        "round-2",
        "round-9",
    ]


@pytest.mark.usefixtures("with_request_context")
def test_the_latest_by_period_not_by_upload(empty_site: Site) -> None:
    make_round(empty_site, 3, 2026)
    make_round(empty_site, 2, 2024)
    empty_site.call("package_patch", id="round-2", modified="2026-11-01")
    assert names(folded(empty_site, sort="modified desc")) == ["round-3"]


@pytest.mark.usefixtures("with_request_context")
def test_who_asks_for_one_round_sees_it(rounds: Site) -> None:
    found = folded(rounds, q="Mobility tracking in Sudan, round 2")
    assert names(found)[0] == "round-2"
    assert [each["name"] for each in behind(found, "round-2")["others"]][:2] == ["round-10", "round-9"]
    assert names(folded(rounds, q="mobility tracking"))[0] in ("flow", "round-10")
    assert "round-10" in names(folded(rounds, q="mobility tracking Sudan"))


@pytest.mark.usefixtures("with_request_context")
def test_only_rounds_that_the_search_finds_are_behind_an_entry(rounds: Site) -> None:
    found = folded(rounds, fq="reference_year:[2021 TO 2022]")
    assert names(found) == ["round-2"]
    assert [each["name"] for each in behind(found, "round-2")["others"]] == ["round-1"]
    assert (found["count"], found["folded"]["datasets"]) == (1, 2)
    one = folded(rounds, fq="reference_year:2021")
    assert (one["count"], one["folded"]["rounds"]) == (1, {})


@pytest.mark.usefixtures("with_request_context")
def test_facets_count_datasets_and_choices_narrow_the_rounds(rounds: Site) -> None:
    asked = {"facet.field": ["access_rights", "reference_year"]}
    found = folded(rounds, **asked, ext_any_of={"reference_year": ["2021", "2025"]})
    counted = {each["name"]: each["count"] for each in found["search_facets"]["access_rights"]["items"]}
    assert (found["count"], found["folded"]["datasets"]) == (3, 4), "flow and stock are of 2023 to 2026"
    assert sum(counted.values()) == found["folded"]["datasets"]
    assert [each["name"] for each in behind(found, "round-9")["others"]] == ["round-1"]
    for value, count in counted.items():
        clicked = folded(rounds, ext_any_of={"reference_year": ["2021", "2025"], "access_rights": [value]})
        assert clicked["folded"]["datasets"] == count


@pytest.mark.usefixtures("with_request_context")
def test_lk_06_hidden_rounds_never_count_and_are_never_named(empty_site: Site) -> None:
    make_round(empty_site, 1, 2021)
    make_round(empty_site, 2, 2022)
    hidden = {"in_series": [{**SUDAN, "title": CANARY}], "private": True, "name": CANARY}
    empty_site.create(
        **hidden, title_translated={"en": f"{CANARY} round 3"}, temporal_coverage=[{"end": "2030"}]
    )
    for user in ("", empty_site.stranger["name"]):
        found = folded(empty_site, user, include_private=True)
        assert names(found) == ["round-2"]
        assert (found["count"], found["folded"]["datasets"]) == (1, 2)
        assert behind(found, "round-2")["count"] == 2
        assert CANARY not in str(found)
    seen = folded(empty_site, empty_site.editor["name"], include_private=True)
    assert names(seen) == [CANARY]
    assert behind(seen, CANARY)["count"] == 3


@pytest.mark.usefixtures("with_request_context")
def test_lk_20_a_round_that_became_private_a_moment_ago_is_not_behind_an_entry(empty_site: Site) -> None:
    made = [make_round(empty_site, number, 2020 + number) for number in (1, 2, 3)]
    for number, kept in ((0, ["round-2"]), (2, [])):
        model.Session.query(model.Package).filter_by(id=made[number]["id"]).update({"private": True})
        model.Session.commit()
        found = folded(empty_site)
        shown = names(found)
        assert shown == (["round-3"] if number == 0 else ["round-2"])
        rounds = found["folded"]["rounds"]
        assert [each["name"] for entry in rounds.values() for each in entry["others"]] == kept
        assert found["folded"]["datasets"] == 1 + len(kept)


@pytest.mark.usefixtures("with_request_context")
def test_what_is_still_wrong_after_all_rounds_of_checking_is_withheld(
    rounds: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = model.Package.get("round-9").id
    monkeypatch.setattr("ckanext.migration.search.connection._ROUNDS", 1)
    monkeypatch.setattr(
        recheck,
        "judge",
        lambda hits, _labels: recheck.Verdict(
            tuple(hit["_source"]["id"] for hit in hits if hit["_source"]["id"] == bad), ()
        ),
    )
    found = folded(rounds)
    assert "round-9" not in str(found)
    assert behind(found, "round-10")["count"] == 3


@pytest.mark.usefixtures("with_request_context")
def test_nobody_stands_in_front_of_the_rounds_of_another_agency(empty_site: Site) -> None:
    make_round(empty_site, 1, 2021)
    make_round(empty_site, 2, 2022)
    other = factories.Organization(users=[{"name": empty_site.stranger["name"], "capacity": "admin"}])
    empty_site.create(
        user=empty_site.stranger["name"],
        name="foreign",
        owner_org=other["id"],
        in_series=[SUDAN],
        temporal_coverage=[{"end": "2030"}],
    )
    found = folded(empty_site)
    assert sorted(names(found)) == ["foreign", "round-2"]
    assert behind(found, "round-2")["count"] == 2


ORDERS = (
    "title_string asc",
    "title_string desc",
    "modified desc, metadata_modified desc",
    "score desc",
    "id asc",
)


@pytest.mark.usefixtures("with_request_context")
def test_sr_09_pages_fit_together_inside_and_beyond_the_window(
    empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(4)  # noqa: S311 - the same records each time
    for number in range(14):
        series = {"title": f"Series {rng.randrange(4)}"} if rng.random() < 0.7 else {}
        make_round(empty_site, number, 2010 + number, series, modified=f"2026-0{rng.randrange(1, 9)}-01")
    reached: dict[str, list[str]] = {}
    for order in ORDERS:
        whole = folded(empty_site, rows=100, sort=order)
        assert whole["count"] == whole["folded"]["entries"] == len(whole["results"])
        everything = set(names(whole)) | {
            each["name"] for entry in whole["folded"]["rounds"].values() for each in entry["others"]
        }
        assert len(everything) == whole["folded"]["datasets"] == 14, (
            "every dataset that is counted is reached"
        )
        for window in (10_000, 4, 0):
            monkeypatch.setattr(paging, "WINDOW", window or 1)
            pages = [
                name
                for start in range(0, whole["count"] + 3, 3)
                for name in names(folded(empty_site, rows=3, start=start, sort=order))
            ]
            assert pages == names(whole), (order, window)
        monkeypatch.undo()
        reached[order] = names(whole)
    assert len({tuple(sorted(each)) for each in reached.values()}) == 1


@pytest.mark.usefixtures("with_request_context")
def test_an_index_of_older_software_is_shown_unfolded(rounds: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "is_outdated", lambda *_index: True)
    found = folded(rounds)
    assert (found["count"], found["folded"]) == (6, None)


@pytest.mark.usefixtures("with_request_context")
def test_a_value_that_means_nothing_is_refused(site: Site) -> None:
    for wrong in (
        {"ext_fold": "all"},
        {"ext_fold": ["series", "none"]},
        {"ext_fold": "series", "ext_scan": "after:"},
    ):
        with pytest.raises(SearchError, match="ext_fold"):
            site.call("package_search", "", **wrong)
    assert tk.get_action("package_search")({}, {"ext_fold": "none"})["count"] >= 0


def text(found: Any) -> str:
    return " ".join(found.get_text(" ").split())


def test_the_page_folds_and_its_address_unfolds(app: Any, rounds: Site) -> None:
    page = BeautifulSoup(app.get("/dataset").body, "html.parser")
    assert text(page.select_one(".mig-result-count")) == "6 datasets in 3 entries"
    assert len(page.select(".mig-hits > li")) == 3
    assert text(page.select_one(".mig-rounds summary")) == "3 more rounds Mobility tracking, Sudan"
    links = [a["href"] for a in page.select(".mig-rounds a")]
    assert links[:3] == ["/dataset/round-9", "/dataset/round-2", "/dataset/round-1"]
    assert "all 6 datasets" in text(page.select_one(".mig-exports"))
    opened = BeautifulSoup(app.get(links[3]).body, "html.parser")
    assert text(opened.select_one(".mig-result-count")) == "4 datasets"
    assert "Series: Mobility tracking, Sudan" in text(opened.select_one(".mig-chips"))
    each = BeautifulSoup(app.get(page.select_one("a.mig-fold")["href"]).body, "html.parser")
    assert text(each.select_one(".mig-result-count")) == "6 datasets"
    assert not each.select(".mig-rounds")
    assert each.select_one("a.mig-fold")["href"].rstrip("/") == "/dataset"
    agency = BeautifulSoup(app.get(f"/organization/{rounds.agency_name}").body, "html.parser")
    assert text(agency.select_one(".mig-result-count")) == "6 datasets in 3 entries"
    unfolded = "/dataset?q=mobility&ext_fold=none&sort=title_string+asc"
    found = BeautifulSoup(app.get(unfolded).body, "html.parser")
    assert found.select_one('.mig-sort input[name="ext_fold"]')["value"] == "none", "sorting keeps the switch"


def test_the_page_of_a_round_leads_to_all_rounds(app: Any, rounds: Site) -> None:
    page = BeautifulSoup(app.get("/dataset/round-2").body, "html.parser")
    (link,) = (a["href"] for a in page.select("a") if "entry=" in (a.get("href") or ""))
    assert (
        text(BeautifulSoup(app.get(link).body, "html.parser").select_one(".mig-result-count")) == "4 datasets"
    )


@pytest.mark.usefixtures("with_request_context")
def test_one_more_request_only_where_a_page_has_rounds(rounds: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    original = client.Engine.search

    def search(self: Any, index: Any, body: Any) -> Any:
        seen.append(body)
        return original(self, index, body)

    monkeypatch.setattr(client.Engine, "search", search)
    folded(rounds, fq="country:KEN")
    assert len(seen) == 1
    folded(rounds)
    assert len(seen) == 3
    assert config.searched()
    assert folding.ROUNDS > 1
