"""Choices inside a facet: "or" inside, "and" across, and counts that say what a click brings."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from ckan.lib.search import SearchQueryError
from ckan.tests import factories

from search_site import ALONE, Searching

pytestmark = ALONE

FACETS = ["tags", "license_id", "organization"]
TAGS = ("census", "survey", "register")
LICENCES = ("cc-by", "odc-odbl")


@pytest.fixture
def corpus(searching: Searching) -> Searching:
    """Every combination of up to three tags with a licence, and private ones with a tag of their own."""
    agencies = [factories.Organization()["id"] for _ in range(2)]
    number = itertools.count()
    for size in range(4):
        for tags in itertools.combinations(TAGS, size):
            for licence in LICENCES:
                factories.Dataset(
                    title="Rivers",
                    tags=[{"name": tag} for tag in tags],
                    license_id=licence,
                    owner_org=agencies[next(number) % 2],
                )
    factories.Dataset(
        title="Rivers", tags=[{"name": "census"}, {"name": "zebrafinch"}], private=True, owner_org=agencies[0]
    )
    return searching


def asked(corpus: Searching, chosen: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    parameters = {"facet.field": FACETS, "rows": 100, "ext_any_of": chosen, **more}
    return corpus.find(**parameters)


def counts(found: dict[str, Any], facet: str) -> dict[str, int]:
    return {item["name"]: item["count"] for item in found["search_facets"][facet]["items"]}


def test_values_of_one_facet_mean_or_and_facets_among_each_other_and(corpus: Searching) -> None:
    either = asked(corpus, {"tags": ["census", "survey"]})
    assert either["count"] == 12
    assert len(either["results"]) == 12
    both = asked(corpus, {"tags": ["census", "survey"], "license_id": ["cc-by"]})
    assert both["count"] == 6
    assert {each["license_id"] for each in both["results"]} == {"cc-by"}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"tags": ["census"]},
        {"tags": ["census", "register"]},
        {"license_id": ["cc-by"]},
        {"license_id": ["cc-by"], "tags": ["survey"]},
        {"license_id": ["cc-by", "odc-odbl"], "tags": ["survey", "census"]},
    ],
)
def test_every_count_says_what_a_click_brings(corpus: Searching, chosen: dict[str, list[str]]) -> None:
    found = asked(corpus, chosen)
    clicks = 0
    for facet in FACETS:
        for value, count in counts(found, facet).items():
            here = chosen.get(facet, [])
            if value in here:
                continue
            after = asked(corpus, {**chosen, facet: [*here, value]})["count"]
            told = found.get("choices", {}).get(facet)
            expected = found["count"] + told["added"].get(value, 0) if told else count
            assert after == expected, (facet, value)
            clicks += 1
    assert clicks >= 3


def test_lk_02_counts_of_choices_leave_hidden_datasets_out(corpus: Searching) -> None:
    found = asked(corpus, {"tags": ["census", "zebrafinch"]}, include_private=True)
    assert found["count"] == 8
    assert "zebrafinch" not in counts(found, "tags")
    assert "zebrafinch" not in found["choices"]["tags"]["added"]
    everything = corpus.find(user=factories.Sysadmin()["name"], **{
        "facet.field": FACETS, "ext_any_of": {"tags": ["zebrafinch"]}, "include_private": True,
    })  # fmt: skip
    assert everything["count"] == 1


def test_the_plain_api_keeps_the_meaning_of_solr(corpus: Searching) -> None:
    assert corpus.find(fq='tags:"census" tags:"survey"')["count"] == 4


def test_ext_any_of_is_read_from_json_and_refused_in_other_forms(corpus: Searching) -> None:
    assert asked(corpus, json.dumps({"tags": ["census"]}))["count"] == 8  # type: ignore[arg-type]
    for wrong in ("[", "[1]", '{"tags": "census"}', json.dumps({"tags": ["x"] * 101})):
        with pytest.raises(SearchQueryError, match=r"ext_any_of|values of tags"):
            asked(corpus, wrong)  # type: ignore[arg-type]


def test_pages_offer_or_and_take_any_text_as_a_value(corpus: Searching, app: Any) -> None:
    page = app.get("/dataset/?tags=census&tags=survey&license_id=cc-by")
    assert "6 datasets" in page.body
    agency = corpus.find(rows=1)["results"][0]["organization"]["name"]
    inside = app.get(f"/organization/{agency}?tags=census&tags=survey")
    told = asked(corpus, {"tags": ["census", "survey"], "organization": [agency]})["count"]
    assert f"{told} datasets" in inside.body
    for odd in ('x" OR tags:"census', "a:b (c", "\\", "日本"):
        answer = app.get("/dataset/", query_string={"tags": odd})
        assert answer.status_code == 200
        assert "zebrafinch" not in answer.body
