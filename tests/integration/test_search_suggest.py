"""Suggestions while typing: what they find, whom they tell what, and that every promise is kept."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories

from ckanext.migration.search import auth
from registry_site import Site

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat"),
    pytest.mark.usefixtures("with_request_context"),
]


def suggest(site: Site, q: str, user: str = "", **parameters: Any) -> dict[str, list[dict[str, Any]]]:
    answer = site.call("migration_suggest", user, q=q, **parameters)
    groups = {group["name"]: group["suggestions"] for group in answer["groups"]}
    assert answer["count"] == sum(map(len, groups.values()))
    assert all(groups.values()), "an empty group is not told"
    return groups


def found(groups: dict[str, list[dict[str, Any]]], name: str) -> list[tuple[str, int]]:
    return [(each["label"], each["count"]) for each in groups.get(name, [])]


def names(groups: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [each["name"] for each in groups.get("datasets", [])]


def test_concepts_places_and_agencies_by_their_beginnings_in_any_language_sr_14(
    empty_site: Site, app: Any
) -> None:
    agency = factories.Organization(
        title="Haut-Commissariat pour les zèbres (HCZ)",
        users=[{"name": empty_site.editor["name"], "capacity": "admin"}],
    )
    factories.Organization(title="Zebra watch without data")
    empty_site.create(spatial_coverage=["SDN"], owner_org=agency["id"])
    money = {"en": "Money", "fr": "Argent"}
    notes = {"en": "Money that is sent home by people who live abroad."}
    for place in ("KEN", "EGY", "MLI", "MDG", "MWI", "MAR"):
        empty_site.create(
            spatial_coverage=[place],
            population_group=["idps"],
            title_translated=money,
            notes_translated=notes,
        )
    for typed in (
        "refug",
        "RÉFUG",
        "refugees",
        "réfugiés",
        "لاج",
        "اللاجئ",
        "难民",
        "难",
        "бежен",
        "refugia",
    ):
        told = next(each for each in suggest(empty_site, typed)["concepts"] if each["value"] == "refugees")
        assert (told["label"], told["count"]) == ("Refugees", 1), typed
        assert (told["field"], told["field_title"]) == ("population_group", "Population group")
        assert told["parameters"] == [("population_group", "refugees")]
        assert told["url"].endswith("/dataset/?population_group=refugees")
    told = next(each for each in suggest(empty_site, "déplacés")["concepts"] if each["value"] == "idps")
    assert (told["label"], told["typed"]) == ("Internally displaced persons", "déplacés")
    assert all(each["typed"] == "" for each in suggest(empty_site, "internal")["concepts"])

    for typed, places in {
        "sud": [("Sudan", 1)],
        "السود": [("Sudan", 1)],
        "northern af": [("Northern Africa", 3)],
        "peru": [],
        "unheard ken": [],
        "ken": [("Kenya", 1)],
    }.items():
        assert found(suggest(empty_site, typed), "places") == places, typed
    assert len(suggest(empty_site, "ma")["places"]) == 3, "the limit of the group"
    (told,) = suggest(empty_site, "money in the ken")["places"]
    assert (told["label"], told["before"], told["count"]) == ("Kenya", "money", 1)
    assert told["url"].endswith("?q=money&country=KEN")

    for typed in ("zebre", "hcz", "haut com"):
        (told,) = suggest(empty_site, typed)["agencies"]
        assert told["parameters"] == [("organization", agency["name"])]
        assert (told["label"], told["count"]) == (agency["title"], 1)

    answer = app.get("/fr/api/3/action/migration_suggest?q=refug", status=200).json["result"]
    labels = [each["label"] for group in answer["groups"] for each in group["suggestions"]]
    assert "Réfugiés" in labels
    assert app.get("/api/3/action/migration_suggest?q=" + "x" * 101, status=409).json["error"]["q"]


def test_words_inside_titles_without_accents_in_every_language_sr_14(empty_site: Site) -> None:
    made = empty_site.create(
        title_translated={
            "en": "Survey of a zebra crossing",
            "fr": "Enquête sur les zèbres",
            "ar": "مسح الحمار الوحشي",
            "ru": "Учёт зебр",
            "zh": "斑马线调查",
        },
        alternative_title=["ZCS-covid-19"],
    )["name"]
    first = empty_site.create(title_translated={"en": "Zebra survey"})["name"]
    for number in range(5):
        empty_site.create(title_translated={"en": f"Figures {number}"})
    for typed in ("cross", "surv zeb cro", "enquete", "enquête z", "الحما", "حما", "уче", "斑马", "马线",
                  "zcs", "covid-19"):  # fmt: skip
        assert names(suggest(empty_site, typed)) == [made], typed
    for typed in ("ebra", "zebra tri", "马斑", "a survey of the"):
        assert names(suggest(empty_site, typed)) == [], typed
    assert names(suggest(empty_site, "zeb")) == [first, made], "a title that begins so comes first"
    assert len(names(suggest(empty_site, "fig"))) == 5
    (told,) = suggest(empty_site, "enquete")["datasets"]
    assert (told["label"], told["lang"]) == ("Survey of a zebra crossing", "en")
    assert told["typed"] == "Enquête sur les zèbres"
    assert (told["url"], told["agency"]) == (f"/dataset/{made}", "Agency A")
    assert suggest(empty_site, "zeb")["datasets"][1]["typed"] == ""


def test_every_count_is_the_total_after_the_click_for_every_reader(empty_site: Site) -> None:
    chance = ["refugees", "idps", "asylum-seekers"]
    for number in range(9):
        empty_site.create(
            population_group=chance[: number % 3 + 1],
            spatial_coverage=["KEN", "SDN"][: number % 2 + 1],
            disaggregation=["sex", "age"][: number % 2 + 1],
            private=number % 4 == 0,
        )
    in_force: list[dict[str, Any]] = [
        {},
        {"ext_any_of": {"population_group": ["idps"]}},
        {"ext_any_of": json.dumps({"country": ["SDN"], "disaggregation": ["age"]})},
        {"ext_place": "015"},
    ]
    told = 0
    for reader in ("", empty_site.stranger["name"], empty_site.editor["name"]):
        for parameters in in_force:
            for typed in ("refug", "asyl", "ken", "sex", "age", "displacement ref", "eastern afr", "agency"):
                for group in suggest(empty_site, typed, reader, **parameters).values():
                    for each in group:
                        if "count" not in each:
                            continue
                        assert each["count"] == _total(empty_site, reader, each["parameters"]), (typed, each)
                        told += 1
    assert told > 60


def _total(site: Site, reader: str, pairs: list[tuple[str, str]]) -> int:
    """Follow a suggestion as the page does."""
    chosen: dict[str, list[str]] = {}
    asked: dict[str, Any] = {"q": "", "ext_any_of": chosen, "include_private": True}
    for name, value in pairs:
        if name == "q" or name.startswith("ext_"):
            asked[name] = value
        else:
            chosen.setdefault(name, []).append(value)
    return int(site.call("package_search", reader, **asked)["count"])


def test_lk_06_lk_09_lk_20_nothing_of_a_hidden_dataset_is_suggested(empty_site: Site) -> None:
    empty_site.create(spatial_coverage=["SDN"])
    hidden = {
        "title_translated": {"en": "Canaryzebra register"},
        "spatial_coverage": ["PER"],
        "population_group": ["stateless"],
    }
    private = empty_site.create(private=True, **hidden)["name"]
    draft = empty_site.create(state="draft", **hidden)["name"]
    deleted = empty_site.create(**hidden)
    empty_site.call("package_delete", id=deleted["id"])
    other = factories.Organization(users=[{"name": empty_site.stranger["name"], "capacity": "editor"}])
    for reader in ("", empty_site.stranger["name"], factories.User()["name"]):
        for typed in ("canary", "canaryzebra reg", "regis", "peru", "statel", other["title"][:8]):
            groups = suggest(empty_site, typed, reader)
            assert "canary" not in json.dumps(groups).lower(), (reader, typed)
            assert not {"concepts", "places", "agencies"} & set(groups), (reader, typed)
        assert found(suggest(empty_site, "agency a", reader), "agencies") == [("Agency A", 1)]
    own = suggest(empty_site, "canary", empty_site.editor["name"])
    assert names(own) == [private], "the owner is told; drafts are in no search"
    assert draft not in names(own)
    assert found(suggest(empty_site, "peru", empty_site.editor["name"]), "places") == [("Peru", 1)]
    assert found(suggest(empty_site, "agency a", empty_site.editor["name"]), "agencies") == [("Agency A", 2)]

    # LK-20: hidden a moment ago, and the index does not know it yet
    seen = empty_site.create(title_translated={"en": "Nightingale register"}, legal_basis=["consent"])
    assert names(suggest(empty_site, "nightin")) == [seen["name"]]
    model.Session.execute(sa.text("update package set private = true where id = :id"), {"id": seen["id"]})
    model.Session.commit()
    assert suggest(empty_site, "nightin") == {}
    for user in ("", empty_site.editor["name"]):
        assert suggest(empty_site, "consent", user) == {}, "a field for agencies is no suggestion"


def test_what_cannot_be_understood_has_no_suggestions_or_is_refused(site: Site) -> None:
    site.create(private=True)
    for typed in ("", " ", "a", "?!", '"', "+", "ال", "{!bool", "title:x", "(", "'", "*"):
        assert suggest(site, typed) == {}, typed
    wrong: list[dict[str, Any]] = [
        {"q": "x" * 101},
        {"q": ["a", "b"]},
        {"q": "refug", "ext_any_of": "{"},
        {"q": "refug", "ext_any_of": {"country": "KEN"}},
    ]
    for given in wrong:
        with pytest.raises(tk.ValidationError) as refused:
            site.call("migration_suggest", "", **given)
        assert set(refused.value.error_dict) <= set(given)
    everything = site.call("package_search", "")["count"]
    for clauses in ("x", {"text": "x"}, ["match_all"]):
        answer = site.call("package_search", "", ext_suggest=clauses)
        assert answer["count"] == everything, "a caller cannot hand over clauses"
        assert "suggestions" not in answer


def test_who_may_not_search_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_rest: Any) -> bool:
        raise tk.NotAuthorized(name)

    monkeypatch.setattr(auth.tk, "check_access", refuse)
    with pytest.raises(tk.NotAuthorized, match="package_search"):
        auth.migration_suggest({}, {})
