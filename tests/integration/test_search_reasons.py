"""Each hit says truly why it was found, and names nothing that its reader may not see."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from registry_site import Site

pytestmark = pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat")
NOTES = "Figures of a survey that was made for the purpose of this test, household by household."


def create(site: Site, title: str, language: str = "en", **values: Any) -> str:
    record = {
        "title_translated": {language: title},
        "notes_translated": {language: NOTES},
        "tags_translated": {},
        "migration_theme": ["remittances"],
        "population_group": [],
        "spatial_coverage": ["PER"],
        "publisher": [{"name": "Ministry of Zebras"}],
        **values,
    }
    return str(site.create(**record)["id"])


def why(site: Site, dataset: str, q: str, user: str = "", **parameters: Any) -> list[dict[str, Any]]:
    answer = site.call("package_search", user, q=q, **parameters)
    assert set(answer["reasons"]) >= {each["id"] for each in answer["results"]}
    return answer["reasons"][dataset]


@pytest.mark.usefixtures("with_request_context")
def test_every_reason_is_true(empty_site: Site) -> None:
    by_code = create(
        empty_site, "Baseline round 5", population_group=["idps-location-return"], alternative_title=["BSL-5"]
    )
    french = create(
        empty_site,
        "Suivi des déplacés internes",
        "fr",
        tags_translated={"fr": ["cheval"]},
        notes_translated={
            "fr": "Personnes suivies au fil du temps par des informateurs clés dans les villages."
        },
    )
    create(empty_site, "Money sent home")

    assert why(empty_site, by_code, "déplacés internes") == [
        {"kind": "concept", "field": "population_group", "value": "idps-location-return", "meant": "idps",
         "words": ["déplacés internes"]}
    ]  # fmt: skip
    assert why(empty_site, by_code, "Peru baseline") == [
        {"kind": "concept", "field": "spatial_coverage", "value": "PER", "meant": "PER", "words": ["Peru"]},
        {"kind": "title", "words": ["baseline"]},
    ]
    assert why(empty_site, by_code, "baseline rounds household") == [
        {"kind": "title", "words": ["baseline", "rounds"]},
        {"kind": "description", "words": ["household"]},
    ]
    assert why(empty_site, by_code, "zebras") == [{"kind": "agency", "words": ["zebras"]}]
    assert why(empty_site, by_code, '"household by household" -cheval') == [
        {"kind": "description", "words": ["household by household"]}
    ]
    assert why(empty_site, by_code, "baseline round unheard") == [
        {"kind": "title", "words": ["baseline", "round"]},
        {"kind": "missing", "words": ["unheard"]},
    ]
    for name in ("baseline ROUND 5", "bsl 5"):
        assert why(empty_site, by_code, name)[0] == {"kind": "exact"}
    assert why(empty_site, french, "suivi") == [{"kind": "title", "language": "fr", "words": ["suivi"]}]
    assert why(empty_site, french, "personnes villages cheval") == [
        {"kind": "description", "language": "fr", "words": ["personnes", "villages"]},
        {"kind": "keywords", "words": ["cheval"]},
    ]
    assert why(empty_site, french, "IDP") == [{"kind": "label", "words": ["IDP"]}]
    assert why(empty_site, french, "envois Pérou") == [
        {"kind": "subjects", "words": ["envois"]},
        {"kind": "concept", "field": "spatial_coverage", "value": "PER", "meant": "PER", "words": ["Pérou"]},
    ]


@pytest.mark.usefixtures("with_request_context")
def test_reasons_only_where_words_were_searched_and_for_what_is_seen_lk_09(empty_site: Site) -> None:
    shown = create(empty_site, "Zebra survey", legal_basis=["consent"])
    hidden = create(empty_site, "Zebra register", private=True)
    plain = empty_site.call("package_search", "", q="zebra", rows=5)
    assert set(plain["reasons"]) == {shown}
    own = empty_site.call("package_search", q="zebra", include_private=True)
    assert set(own["reasons"]) == {shown, hidden}
    for parameters in ({"q": ""}, {"q": "*:*"}, {"q": "title:zebra"}, {"q": "zebra", "qf": "title"},
                       {"q": "zebra", "rows": 0}):  # fmt: skip
        assert empty_site.call("package_search", "", **parameters)["reasons"] == {}
    assert empty_site.call("package_search", "", q="zebra consent")["count"] == 0
    assert why(empty_site, shown, "zebra survey consent") == [
        {"kind": "title", "words": ["zebra", "survey"]},
        {"kind": "missing", "words": ["consent"]},
    ]
    fields = empty_site.call("package_search", "", q="Peru zebra", fl=["id", "name"])
    assert set(fields["results"][0]) == {"id", "name"}, "what a reason needs is not returned"
    assert fields["reasons"][shown][0]["kind"] == "concept"


def test_the_page_tells_it_in_the_readers_language(empty_site: Site, app: Any) -> None:
    create(empty_site, "Zebra survey", population_group=["idps-location-return"])

    for path, expected in {
        "/dataset?q=zebra+déplacés internes+unheard": [
            "In the title: “zebra”",
            "Population group: IDPs in locations of return, which is part of Internally displaced persons",
            "Not in this record: “unheard”",
        ],
        "/fr/dataset?q=zebra": ["Dans le titre en anglais : « zebra »"],
        "/dataset?q=zebra+survey": [
            "Its title, another title or its identifier is exactly this.",
            "In the title: “zebra”, “survey”",
        ],
    }.items():
        page = BeautifulSoup(app.get(path, status=200).body, "html.parser")
        assert [each.text for each in page.select(".mig-why li")] == expected
    evil = app.get("/dataset?q=%3Cscript%3Ealert(1)%3C/script%3E+zebra").body
    assert "<script>alert(1)" not in evil
    for path in ("/dataset", "/"):
        assert not BeautifulSoup(app.get(path).body, "html.parser").select(".mig-why")
