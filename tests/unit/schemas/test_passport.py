"""The definition passport and the rules of comparison: pure, no service (issue 5, item 8)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migration_schemas import Record
from migration_schemas import load as load_fields
from migration_schemas.errors import SchemaError
from migration_schemas.passport import Passport, compare, load, passport
from migration_schemas.passport.comparison import pairs, worst
from migration_schemas.passport.relations import relation
from migration_schemas.passport.rules import LANGUAGES, RELATIONS, VERDICTS, parse
from migration_vocabularies import get

STOCK: dict[str, Any] = {
    "statistic_type": ["stock"],
    "defining_criterion": ["birth"],
    "minimum_stay": "P12M",
    "population_group": ["international-migrants"],
    "collection_method": ["census"],
    "unit_of_analysis": ["individual"],
    "temporal_coverage": [{"start": "2020", "end": "2020"}],
}
FLOW: dict[str, Any] = {**STOCK, "statistic_type": ["flow"], "flow_direction": ["inflow"]}


def told(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, set[str]]:
    found = compare(passport(Record(one)), passport(Record(other)))
    return found.verdict, {reason.rule.id for reason in found.reasons}


def _values(aspect: Any) -> st.SearchStrategy[tuple[str, ...]]:
    field = load_fields().field(aspect.field)
    if field.vocabulary:
        codes = sorted(concept.code for concept in get(field.vocabulary))
        return st.lists(st.sampled_from(codes), max_size=3, unique=True).map(tuple)
    if field.rdf_value == "duration":
        return st.sampled_from([(), ("P12M",), ("P1Y",), ("P3M",), ("P0D",), ("nonsense",)])
    years = st.integers(1990, 1999).map(str)
    period = st.tuples(years, years).map(lambda pair: "/".join(sorted(pair)))
    return st.lists(period, max_size=2).map(tuple)


PASSPORTS = st.fixed_dictionaries(
    {aspect.name: _values(aspect) for aspect in load().aspects if not aspect.shown_only}
).map(Passport)


@settings(deadline=None, max_examples=50)
@given(PASSPORTS, PASSPORTS)
def test_the_verdict_is_the_same_in_either_order_and_always_has_reasons(
    one: Passport, other: Passport
) -> None:
    here, there = compare(one, other), compare(other, one)
    assert here.verdict == there.verdict
    assert {reason.rule.id for reason in here.reasons} == {reason.rule.id for reason in there.reasons}
    assert here.reasons
    assert here.verdict in {reason.rule.verdict for reason in here.reasons}
    assert [VERDICTS.index(r.rule.verdict) for r in here.reasons] == sorted(
        (VERDICTS.index(r.rule.verdict) for r in here.reasons), reverse=True
    )


@settings(deadline=None, max_examples=20)
@given(st.lists(PASSPORTS, min_size=2, max_size=3), PASSPORTS)
def test_a_further_record_never_makes_the_verdict_better(listed: list[Passport], more: Passport) -> None:
    before = worst([found.verdict for _, _, found in pairs(listed)])
    after = worst([found.verdict for _, _, found in pairs([*listed, more])])
    assert VERDICTS.index(after) >= VERDICTS.index(before)


@settings(deadline=None, max_examples=20)
@given(PASSPORTS)
def test_a_record_beside_itself_is_never_apart(one: Passport) -> None:
    assert {reason.relation for reason in compare(one, one).reasons} <= {"same", "unknown"}


def test_two_censuses_of_the_foreign_born_are_comparable() -> None:
    assert told(STOCK, {**STOCK, "spatial_coverage": ["KEN"]}) == (
        "comparable",
        {
            "kind-same",
            "criterion-same",
            "stay-same",
            "population-same",
            "source-same",
            "unit-same",
            "periods-shared",
        },
    )


@pytest.mark.parametrize(
    ("base", "changes", "verdict", "rule"),
    [
        (STOCK, {"statistic_type": ["flow"]}, "not-comparable", "stock-and-flow"),
        (STOCK, {"statistic_type": ["event-count"]}, "not-comparable", "people-and-events"),
        (STOCK, {"statistic_type": ["microdata"]}, "with-note", "records-first-tabulated"),
        (STOCK, {"statistic_type": ["projection"]}, "with-note", "observed-and-modelled"),
        (STOCK, {"statistic_type": ["index"]}, "not-comparable", "kinds-apart"),
        (STOCK, {"statistic_type": ["stock", "indicator"]}, "with-note", "kinds-shared"),
        (STOCK, {"statistic_type": []}, "not-comparable", "kind-not-stated"),
        (STOCK, {"defining_criterion": ["citizenship"]}, "not-comparable", "criteria-apart"),
        (STOCK, {"defining_criterion": ["birth", "citizenship"]}, "with-note", "criteria-shared"),
        (STOCK, {"defining_criterion": []}, "with-note", "criterion-not-stated"),
        (FLOW, {"minimum_stay": "P3M"}, "not-comparable", "stays-apart-in-flows"),
        (FLOW, {"minimum_stay": None}, "with-note", "stay-not-stated"),
        (FLOW, {"minimum_stay": "P1Y"}, "comparable", "stay-same"),
        (FLOW, {"minimum_stay": "P365D"}, "comparable", "stay-same"),
        (STOCK, {"minimum_stay": "P6M"}, "with-note", "stays-apart"),
        (STOCK, {"population_group": ["idps"]}, "not-comparable", "populations-apart"),
        (STOCK, {"population_group": []}, "with-note", "population-not-stated"),
        (STOCK, {"collection_method": ["population-register"]}, "with-note", "sources-apart"),
        (STOCK, {"collection_method": ["mobile-phone"]}, "with-note", "counted-and-modelled"),
        (STOCK, {"collection_method": ["census", "survey"]}, "with-note", "sources-shared"),
        (STOCK, {"collection_method": []}, "with-note", "source-not-stated"),
        (STOCK, {"unit_of_analysis": ["movement"]}, "not-comparable", "units-apart"),
        (STOCK, {"unit_of_analysis": ["individual", "household"]}, "with-note", "units-shared"),
        (STOCK, {"unit_of_analysis": []}, "with-note", "unit-not-stated"),
        (FLOW, {"flow_direction": ["outflow"]}, "not-comparable", "directions-apart"),
        (FLOW, {"flow_direction": ["inflow", "outflow"]}, "with-note", "directions-shared"),
        (FLOW, {"flow_direction": []}, "with-note", "direction-not-stated"),
        (FLOW, {}, "comparable", "direction-same"),
        (STOCK, {"displacement_cause": ["conflict"]}, "with-note", "cause-not-stated"),
        (STOCK, {"temporal_coverage": [{"start": "2010", "end": "2011"}]}, "with-note", "periods-apart"),
        (STOCK, {"temporal_coverage": []}, "with-note", "period-not-stated"),
        (STOCK, {"temporal_coverage": [{"start": "2020-06"}]}, "comparable", "periods-shared"),
    ],
)
def test_one_difference_gives_its_reason(
    base: dict[str, Any], changes: dict[str, Any], verdict: str, rule: str
) -> None:
    found, rules = told(base, {**base, **changes})
    assert found == verdict
    assert rule in rules


@pytest.mark.parametrize(
    ("causes", "verdict", "rule"),
    [
        (["sudden-disaster"], "with-note", "causes-apart"),
        (["conflict", "violence"], "with-note", "causes-shared"),
        (["conflict"], "comparable", "cause-same"),
    ],
)
def test_causes_of_displacement(causes: list[str], verdict: str, rule: str) -> None:
    base = {**STOCK, "displacement_cause": ["conflict"]}
    found, rules = told(base, {**base, "displacement_cause": causes})
    assert (found, rule in rules) == (verdict, True)


def test_a_narrower_population_is_part_of_the_wider() -> None:
    scheme = get("population-group")
    wide = next(concept for concept in scheme if scheme.narrower(concept.code))
    narrow = scheme.narrower(wide.code)[0].code
    assert relation(load().aspect("population"), [wide.code], [narrow]) == "part"


def test_every_rule_is_reached_by_an_example() -> None:
    """A rule that no example of this file reaches could be wrong without anybody seeing it."""
    marks = test_one_difference_gives_its_reason.pytestmark + test_causes_of_displacement.pytestmark  # type: ignore[attr-defined]
    reached = {case[-1] for mark in marks for case in mark.args[1]} | told(STOCK, STOCK)[1]
    population = {"populations-shared"}  # the test above
    assert {rule.id for rule in load().rules} == reached | population


def test_the_kind_is_judged_in_every_relation() -> None:
    judged = {relation for rule in load().of("kind") if not rule.between for relation in rule.relations}
    assert judged == set(RELATIONS), "otherwise a comparison could end without a reason"


def test_reasons_and_whys_speak_the_six_languages() -> None:
    lacking = [
        (rule.id, lang)
        for rule, lang in product(load().rules, LANGUAGES)
        if not (rule.reasons.get(lang) and rule.whys.get(lang))
    ]
    assert not lacking


@pytest.mark.parametrize(
    "wrong",
    [
        {"aspect": "place"},
        {"verdict": "maybe"},
        {"relation": ["near"]},
        {"between": [["stock"]]},
        {"between": [["stock"], ["no-such-kind"]]},
        {"reason": {"en": "Only English."}},
    ],
)
def test_a_wrong_rule_is_refused_when_it_is_read(wrong: dict[str, Any]) -> None:
    rule = {
        "id": "x",
        "aspect": "kind",
        "relation": ["apart"],
        "verdict": "comparable",
        "reason": dict.fromkeys(LANGUAGES, "a"),
        "why": dict.fromkeys(LANGUAGES, "b"),
    }
    aspects = [
        {"name": "kind", "field": "statistic_type"},
        {"name": "place", "field": "spatial_coverage", "shown_only": True},
    ]
    parse(yaml.safe_dump({"version": "1", "aspects": aspects, "rules": [rule]}))
    with pytest.raises(SchemaError, match="Rule x"):
        parse(yaml.safe_dump({"version": "1", "aspects": aspects, "rules": [{**rule, **wrong}]}))
