"""Judged queries and what is computed from them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.search.errors import JudgementsInvalid, PromotionRefused
from ckanext.migration.search.relevance import gate, judging
from ckanext.migration.search.relevance.gate import Gate, Limits
from ckanext.migration.search.relevance.judging import Found, Judged

NAMES = st.sampled_from("abcdefghijklmnop")
GRADES = st.dictionaries(NAMES, st.integers(1, 3), min_size=1)


def test_ndcg_by_hand() -> None:
    # found: grade 2, nothing, grade 3; best: 3 before 2
    gained = 3 + 7 / math.log2(4)
    best = 7 + 3 / math.log2(3)
    assert judging.ndcg(["b", "x", "a"], {"a": 3, "b": 2}) == pytest.approx(gained / best)


@given(GRADES, st.lists(NAMES, unique=True))
def test_ndcg_lies_between_nothing_and_the_best_order(grades: dict[str, int], names: list[str]) -> None:
    best = sorted(grades, key=lambda name: -grades[name])
    assert judging.ndcg(best, grades) == pytest.approx(1.0)
    found = judging.ndcg(names, grades)
    assert 0.0 <= found <= 1.0 + 1e-9
    assert (found > 0) == bool(set(names[: judging.DEPTH]) & set(grades))


def test_only_the_first_page_counts() -> None:
    names = [f"x{number}" for number in range(10)]
    assert judging.ndcg([*names, "a"], {"a": 3}) == 0.0


def queries() -> list[Judged]:
    return [
        Judged("rivers", "en", "researcher", {"a": 3}),
        Judged("lakes", "fr", "policy", {"b": 1, "gone": 3}),
        Judged("seas", "fr", "policy", {"gone": 3}),
    ]


def test_a_dataset_that_is_not_there_is_not_expected() -> None:
    answers = {"rivers": Found([], 0, 0.2), "lakes": Found(["b"], 1, 0.1)}
    report = judging.measure(queries(), lambda name: name != "gone", lambda query: answers[query.q])
    assert report.skipped == ("seas",)
    assert report.ndcg == pytest.approx(0.5)
    assert report.empty == pytest.approx(0.5)
    assert report.by("lang") == {"en": 0.0, "fr": 1.0}
    assert report.latency(0.5) == 0.1
    assert report.latency(0.95) == 0.2
    assert len(list(gate.problems(report, Limits(0.85, 0.02, 0.1)))) == 3
    assert list(gate.problems(report, Limits(0.5, 0.5, 0.2))) == []


def test_a_report_of_nothing_is_outside_every_limit() -> None:
    nothing = judging.measure([], lambda _name: True, lambda _query: Found([], 0, 0))
    assert list(gate.problems(nothing, Limits(0.0, 1.0, 10.0))) == [
        "the catalogue has none of the judged datasets"
    ]


def report(**ndcg: float) -> judging.Report:
    scores = (judging.Score(q, "en", "researcher", value, int(value > 0), 0.01) for q, value in ndcg.items())
    return judging.Report(tuple(scores), ())


def standing(reports: dict[str, judging.Report], *, anyway: bool = False) -> Gate:
    return Gate(reports.__getitem__, Limits(0.8, 0.5, 1.0), anyway=anyway)


def test_the_gate_refuses_what_is_outside_the_limits_and_names_what_became_worse() -> None:
    before, now = report(rivers=1.0, lakes=0.9, seas=0.2), report(rivers=0.1, lakes=0.899, seas=0.9)
    closed = standing({"old": before, "new": now})
    with pytest.raises(PromotionRefused, match=r"nDCG@10 is 0\.633, at least 0\.8"):
        closed("new", "old")
    assert closed.verdict
    assert [(each.q, each.before, each.now) for each in closed.verdict.worse] == [("rivers", 1.0, 0.1)]
    forced = standing({"old": before, "new": now}, anyway=True)
    forced("new", "old")
    assert forced.verdict
    assert forced.verdict.problems


def test_the_gate_lets_pass_what_is_good_and_what_replaces_nothing() -> None:
    bad, nothing = report(rivers=0.1), report(rivers=0.0)
    standing({"new": report(rivers=0.9), "old": report(rivers=1.0)})("new", "old")
    standing({"new": bad, "old": nothing})("new", "old")
    standing({"new": bad})("new", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "queries: [",
        "queries: 1",
        "other: []",
        "queries: [{q: a}]",
        "queries: [{q: a, lang: en, group: x, grades: {}}]",
        "queries: [{q: a, lang: en, group: x, grades: {b: 4}}]",
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "judged.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(JudgementsInvalid):
        judging.read(file)


def test_the_shipped_judgements_cover_languages_and_readers() -> None:
    found = judging.read(judging.EXAMPLES)
    assert len(found) >= 60
    assert {each.lang for each in found} == {"ar", "en", "es", "fr", "ru", "zh"}
    assert len({each.group for each in found}) >= 4
    assert len({(each.q, each.lang) for each in found}) == len(found)
