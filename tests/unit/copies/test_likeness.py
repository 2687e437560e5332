"""What speaks for two records being the same dataset, and what speaks against it (R-3.1-l)."""

from __future__ import annotations

import pytest

from ckanext.migration.copies import likeness
from ckanext.migration.copies.likeness import PROPOSED_FROM, candidates, judge, sketch
from migration_schemas import Record

TITLE = "Kenya: multi-sector needs assessment of refugees in Kakuma"
YEARS = [{"start": "2023-01-01", "end": "2023-12-31"}]


def made(name, title=TITLE, own=(), holder=None, **fields):
    said = {
        "title_translated": title if isinstance(title, dict) else {"en": title},
        "publisher": [{"name": "UNHCR"}],
        "temporal_coverage": YEARS,
        "spatial_coverage": ["KEN"],
        **fields,
    }
    return sketch(name, Record(said, ()), own, holder=holder or name)


def kinds(one, other):
    return [reason["kind"] for reason in judge(one, other).reasons]


def pairs(*sketches, **options):
    return sorted(candidates(sketches, **options))


def proposed(one, other):
    return bool(pairs(one, other)) and judge(one, other).confidence >= PROPOSED_FROM


@pytest.mark.parametrize("written", ["10.5072/ABC", "doi:10.5072/abc", "https://doi.org/10.5072/abc"])
def test_the_same_doi_in_whichever_way_it_is_written(written):
    one = made("a", identifier="https://dx.doi.org/10.5072/abc")
    other = made("b", title="Something quite different in words", identifier=written)
    assert proposed(one, other)
    assert judge(one, other).confidence >= 0.9
    assert judge(one, other).reasons[0] == {"kind": "doi", "value": "10.5072/abc"}


def test_same_publisher_same_years_and_titles_that_are_alike():
    one, other = made("a"), made("b", title="Kenya - Multi-sector needs assessment of refugees, Kakuma")
    assert proposed(one, other)
    assert kinds(one, other) == ["title", "publisher", "period"]


def test_words_alone_propose_nothing():
    one = made("a", publisher=[], temporal_coverage=[], spatial_coverage=[])
    other = made("b", publisher=[{"name": "Someone else"}], temporal_coverage=[], spatial_coverage=[])
    assert not proposed(one, other)


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Displacement in Sudan, round 10", {}),
        ("Displacement in Sudan, round 9", {"temporal_coverage": [{"start": "2024", "end": "2024"}]}),
        ("Displacement in Chad, round 9", {}),
        ("Displacement in Sudan, round 9", {"spatial_coverage": ["TCD"]}),
    ],
)
def test_rounds_and_sisters_of_one_operation_are_no_copies(title, fields):
    one = made("a", title="Displacement in Sudan, round 9")
    assert not proposed(one, made("b", title=title, **fields))
    assert proposed(one, made("b", title="Displacements in Sudan: round 9"))


def test_days_in_one_year_that_do_not_meet_are_other_rounds():
    july = [{"start": "2014-07-15", "end": "2014-07-15"}]
    autumn = [{"start": "2014-09-25", "end": "2014-09-25"}]
    assert not proposed(made("a", temporal_coverage=july), made("b", temporal_coverage=autumn))
    assert proposed(made("a", temporal_coverage=july), made("b", temporal_coverage=july))


def test_what_one_agency_holds_twice_takes_more_than_words():
    assert not proposed(made("a", holder="x"), made("b", holder="x"))
    same = {"holder": "x", "identifier": "10.5072/x"}
    assert proposed(made("a", **same), made("b", **same))


def test_one_doi_for_all_rounds_is_shown_with_what_is_against_it():
    one = made("a", title="Round 9", identifier="10.5072/series")
    other = made("b", title="Round 10", identifier="10.5072/series")
    assert judge(one, other).confidence == PROPOSED_FROM
    assert "other-numbers" in kinds(one, other)


def test_an_identifier_of_another_portal_and_one_that_is_too_short_to_tell():
    one = made("a", identifier="UNHCR-KEN-2023-HH", publisher=[])
    other = made("b", alternate_identifier=[{"notation": "UNHCR-KEN-2023-HH"}], publisher=[])
    assert proposed(one, other)
    short = [made(name, title=f"Title {name}", identifier="17", publisher=[]) for name in "ab"]
    assert pairs(*short) == [] or judge(*short).confidence < PROPOSED_FROM


def test_an_identifier_says_less_where_each_title_has_a_word_of_its_own():
    said = {"identifier": "colef-emif", "url": "https://colef.example/emif"}
    one = made("a", title="Survey of migration at the northern border", **said)
    other = made("b", title="Survey of migration at the southern border", **said)
    assert judge(one, other).confidence == 0.75
    assert (
        judge(one, made("b", title="Survey of migration at the northern border", **said)).confidence == 0.95
    )


def test_an_own_record_that_comes_back_from_a_peer_is_recognised():
    own = ["https://registry.example/dataset/kenya-needs", "https://registry.example/dataset/a"]
    one = made("a", own=own)
    same_data = [{"relation": own[1], "role": "same-data"}]
    for field in (
        {"url": "http://www.registry.example/dataset/kenya-needs/"},
        {"qualified_relation": same_data},
        {"title": TITLE, "derived_from": [own[1]]},
    ):
        other = made("b", **{"title": "Harvested from a peer under a name of its own", **field})
        assert proposed(one, other)
        assert kinds(one, other)[0] == "returned"


def test_a_title_under_another_language_is_compared_too():
    assert proposed(made("a", title={"fr": TITLE}), made("b", title={"en": TITLE}))
    one = made("a", title={"en": "Refugees", "ar": "اللاجئون في كاكوما"}, publisher=[])
    other = made("b", title={"ar": "اللاجئون في كاكوما"}, publisher=[])
    assert proposed(one, other)


def test_it_never_compares_all_with_all():
    many = [made(f"{number:04}", title=f"Survey of region{number} households") for number in range(400)]
    assert pairs(*many) == []
    shared = [made(f"{number:04}", title="x", identifier="https://portal.example/") for number in range(60)]
    assert pairs(*shared) == []
    assert len(pairs(*shared, largest=60)) == 60 * 59 // 2


def test_a_judgement_is_the_same_from_both_sides():
    one, other = made("a", identifier="10.5072/x"), made("b", identifier="10.5072/x", temporal_coverage=[])
    assert judge(one, other) == judge(other, one)
    assert likeness.sketch("c", Record({}, ())).titles == {}
    assert judge(sketch("c", Record({}, ())), sketch("d", Record({}, ()))).confidence == 0


@pytest.mark.parametrize(
    "field",
    [
        {"derived_from": ["https://registry.example/dataset/survey"]},
        {"derived_from": ["https://agency.example/survey/"]},
        {"derived_from": ["https://doi.org/10.5072/survey"]},
        {"qualified_relation": [{"relation": "https://agency.example/survey", "role": "microdata"}]},
    ],
)
def test_what_was_made_from_another_is_a_derivation_and_no_copy(field):
    source = made(
        "survey",
        title="Household survey of displaced people, microdata",
        own=["https://registry.example/dataset/survey"],
        url="https://agency.example/survey",
        identifier="https://doi.org/10.5072/survey",
    )
    table = made("table", title="Displaced people by age and sex, tables", **field)
    for pair in ((source, table), (table, source)):
        assert proposed(*pair)
        assert judge(*pair).reasons[0] == {"kind": "derived", "value": "table"}
    # rounds that are alike but for a number are no copies either
    assert kinds(made("r1", title="Round 1", **field), source)[0] == "derived"


def test_a_record_that_names_its_summary_is_what_that_was_made_from():
    related = [{"relation": "https://agency.example/table", "role": "summary"}]
    source = made("survey", title="Household survey, microdata", qualified_relation=related)
    table = made("table", title="Displaced people by age", url="https://agency.example/table")
    assert judge(source, table).reasons[0] == {"kind": "derived", "value": "table"}
