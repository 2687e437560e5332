"""Queries through the real engine: grammar, ranking, languages, facets, depth, size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.search import query_for
from ckan.tests import factories, helpers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.migration.search import config, paging
from ckanext.migration.search.delivery import sending
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import profile
from ckanext.migration.search.query import dismax, syntax
from ckanext.migration.search.query.fields import Fields
from search_corpus import CASES, DOCUMENTS, ERROR, Case
from search_scratch import Scratch
from search_site import ALONE, Searching, dataset

pytestmark = ALONE


@pytest.fixture(scope="module")
def corpus() -> Iterator[Scratch]:
    made = Scratch("corpus")
    made.fill(DOCUMENTS)
    yield made
    made.drop()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_engine_finds_what_solr_finds(case: Case, corpus: Scratch) -> None:
    if case.expected == ERROR:
        with pytest.raises(QuerySyntaxError):
            corpus.solr(case.query, case.operator)  # type: ignore[arg-type]
        return
    assert "".join(corpus.solr(case.query, case.operator)) == case.expected  # type: ignore[arg-type]


# -- generated filters over generated documents ---------------------------------------------------

VALUES = {
    "tags": ["water", "air quality", 'a "b"', "c:d", "x*y", "ÉTÉ", "移民"],
    "groups": ["g1", "g2"],
    "theme": ["http://a.b/c", "ENVI", "10", "9"],
    "extras_region": ["north", "south"],
    "extras_frequency": ["monthly", "annual"],
    "vocab_geo": ["Paris 12e", "Lyon"],
    "metadata_modified": ["2020-01-01T00:00:00Z", "2021-06-15T12:30:00Z", "2024-02-29T23:59:59Z"],
}


def invent(number: int, dice: random.Random) -> dict[str, Any]:
    """A document with some of the values."""
    made: dict[str, Any] = {"id": f"{number:03d}"}
    for name, values in VALUES.items():
        if name in ("tags", "groups", "vocab_geo"):
            made[name] = dice.sample(values, dice.randint(0, 2))
        elif dice.random() < 0.7:
            made[name] = dice.choice(values)
    return made


INVENTED = [invent(number, random.Random(number)) for number in range(80)]  # noqa: S311 - to be the same every time
Filter = tuple[Any, ...]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(wanted: Filter) -> str:  # noqa: PLR0911 - one line a kind
    """The filter as a caller would write it for Solr."""
    match wanted:
        case ("is", name, value):
            return f"{name}:{quoted(value)}"
        case ("any of", name, values):
            return f"{name}:({' OR '.join(quoted(value) for value in values)})"
        case ("has", name):
            return f"{name}:[* TO *]"
        case ("between", low, high, opening, closing):
            return f"metadata_modified:{opening}{low} TO {high}{closing}"
        case ("all", parts):
            return "(" + " ".join(f"+{written(part)}" for part in parts) + ")"
        case ("one of", parts):
            return "(" + " OR ".join(written(part) for part in parts) + ")"
        case ("without", part, other):
            return f"(+{written(part)} -{written(other)})"
    raise AssertionError(wanted)


def holds(wanted: Filter, made: dict[str, Any]) -> bool:  # noqa: PLR0911 - one line a kind
    """The same, without any parser or engine."""

    def values(name: str) -> list[str]:
        value = made.get(name, [])
        return value if isinstance(value, list) else [value]

    match wanted:
        case ("is", name, value):
            return value in values(name)
        case ("any of", name, several):
            return bool(set(several) & set(values(name)))
        case ("has", name):
            return bool(values(name))
        case ("between", low, high, opening, closing):
            return any(
                (low == "*" or (value >= low if opening == "[" else value > low))
                and (high == "*" or (value <= high if closing == "]" else value < high))
                for value in values("metadata_modified")
            )
        case ("all", parts):
            return all(holds(part, made) for part in parts)
        case ("one of", parts):
            return any(holds(part, made) for part in parts)
        case ("without", part, other):
            return holds(part, made) and not holds(other, made)
    raise AssertionError(wanted)


def leaves() -> st.SearchStrategy[Filter]:
    names = st.sampled_from(sorted(VALUES))
    moments = st.sampled_from(["*", *VALUES["metadata_modified"]])
    return st.one_of(
        names.flatmap(lambda name: st.tuples(st.just("is"), st.just(name), st.sampled_from(VALUES[name]))),
        st.sampled_from(["tags", "groups", "theme", "vocab_geo"]).flatmap(
            lambda name: st.tuples(
                st.just("any of"),
                st.just(name),
                st.lists(st.sampled_from(VALUES[name]), min_size=2, max_size=3).map(tuple),
            )
        ),
        st.tuples(st.just("has"), names),
        st.tuples(st.just("between"), moments, moments, st.sampled_from("[{"), st.sampled_from("]}")),
    )


FILTERS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.tuples(st.just("all"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("one of"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("without"), inner, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def invented() -> Iterator[Scratch]:
    made = Scratch("invented")
    made.fill(INVENTED)
    yield made
    made.drop()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(wanted=FILTERS, operator=st.sampled_from(["AND", "OR"]))
def test_generated_filters_agree_with_a_plain_reading(
    wanted: Filter, operator: syntax.Operator, invented: Scratch
) -> None:
    expected = [made["id"] for made in INVENTED if holds(wanted, made)]
    assert invented.solr(written(wanted), operator) == expected


# -- through CKAN ------------------------------------------------------------------------------------


def test_a_word_of_the_title_counts_more_than_one_of_the_description(searching: Searching) -> None:
    dataset(name="in-notes", title="Something", notes="All about quokkas and quokkas")
    dataset(name="in-title", title="Quokkas", notes="Something")
    dataset(name="in-tags", title="Other", notes="Other", tags=[{"name": "quokkas"}])
    # the other two are not compared: what earlier tests deleted goes on counting in the engine's statistics
    found = searching.names(q="quokkas")
    assert found[0] == "in-title"
    assert sorted(found[1:]) == ["in-notes", "in-tags"]


def test_two_words_must_both_match_and_of_many_most(searching: Searching) -> None:
    dataset(name="both", title="alpha beta")
    dataset(name="one", title="alpha")
    dataset(name="five-of-six", title="alpha beta gamma delta epsilon")
    assert sorted(searching.names(q="alpha beta")) == ["both", "five-of-six"]
    assert searching.names(q="alpha beta gamma delta epsilon zeta") == ["five-of-six"]


def test_the_order_of_a_caller_is_kept(searching: Searching) -> None:
    for name in ("bb", "aa", "cc"):
        dataset(name=name, title=name.upper())
    assert searching.names(q="*:*", sort="title_string desc") == ["cc", "bb", "aa"]
    assert searching.names(q="*:*", sort="metadata_created asc") == ["bb", "aa", "cc"]


def test_autocomplete(searching: Searching) -> None:
    dataset(name="river-quality", title="Quality of rivers")
    dataset(name="hidden", title="Riverbeds", private=True, owner_org=factories.Organization()["id"])
    found = helpers.call_action("package_autocomplete", {"user": "", "ignore_auth": False}, q="rive")
    assert [each["name"] for each in found] == ["river-quality"]


def test_highlights_are_marked_and_safe(searching: Searching) -> None:
    made = dataset(name="aa", title="Rivers & <b>lakes</b>", notes="The rivers of <script>alert(1)</script>")
    found = searching.find(q="rivers")["highlighting"][made["id"]]
    assert found["title"] == ["<mark>Rivers</mark> &amp; &lt;b&gt;lakes&lt;&#x2F;b&gt;"]
    assert "<script>" not in found["notes"][0]
    assert "<mark>rivers</mark>" in found["notes"][0]
    assert searching.find(q="*:*")["highlighting"] == {}


def test_a_long_text_and_a_long_key_are_indexed_sr_13(searching: Searching) -> None:
    dataset(
        name="aa",
        title="Rivers",
        notes="word " * 30_000,
        extras=[{"key": "long", "value": "x" * 40_000}, {"key": "other", "value": "y"}],
    )
    assert searching.names(q="rivers") == ["aa"]
    assert searching.names(q="extras_other:y") == ["aa"]
    assert searching.rows() == []


def test_facets_with_more_terms_than_the_default(searching: Searching) -> None:
    for number in range(3):
        dataset(name=f"set-{number}", tags=[{"name": f"tag-{number}-{each}"} for each in range(25)])
    assert (
        len(searching.find(q="*:*", **{"facet.field": ["tags"], "facet.limit": -1})["facets"]["tags"]) == 75
    )
    assert (
        len(searching.find(q="*:*", **{"facet.field": ["tags"], "facet.limit": 10})["facets"]["tags"]) == 10
    )


def test_facets_count_under_the_filters(searching: Searching) -> None:
    dataset(name="aa", tags=[{"name": "red"}, {"name": "round"}])
    dataset(name="bb", tags=[{"name": "red"}])
    found = searching.find(q="*:*", fq="tags:round", **{"facet.field": ["tags", "extras_none"]})
    assert found["facets"] == {"tags": {"red": 1, "round": 1}, "extras_none": {}}


@pytest.mark.parametrize("query", ["permission_labels:public", "data_dict:rivers", "_source:x"])
def test_hidden_fields_find_nothing_sr_06(searching: Searching, query: str) -> None:
    dataset(name="aa", title="rivers")
    assert searching.names(q=query) == []


# -- the languages (threats SR-14) -------------------------------------------------------------------

TITLES = {
    "en": "Migrants in the Mediterranean",
    "fr": "Les réfugiés et l’aide humanitaire",
    "es": "Migración y niñez en América Central",
    "ar": "اللاجئون في السودان",
    "ru": "Беженцы и переселенцы",
    "zh": "国际移民统计",
}


@pytest.fixture(scope="module")
def languages() -> Iterator[Scratch]:
    made = Scratch("languages")
    changes = [
        sending.Change(tag, 1, {"id": tag, f"title_{tag}": title, "index_id": tag})
        for tag, title in TITLES.items()
    ]
    assert sending.fill(made.engine, made.name, changes) == {}
    made.engine.refresh(made.name)
    yield made
    made.drop()


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("migrant", "en"),
        ("the migrants", "en"),
        ("réfugié", "fr"),
        ("refugies", "fr"),
        ("aide", "fr"),
        ("migracion", "es"),
        ("ninez", "es"),
        ("سودان", "ar"),
        ("اللاجئون", "ar"),
        ("беженцев", "ru"),
        ("移民", "zh"),
        ("统计", "zh"),
    ],
)
def test_each_language_is_found_by_its_own_rules_sr_14(words: str, language: str, languages: Scratch) -> None:
    weights = dismax.Weights(profile.query_fields(), "100%")
    assert language in languages.ids(dismax.query(words, weights, Fields(profile.properties())))


# -- size ------------------------------------------------------------------------------------------------


def test_five_thousand_keys_leave_the_mapping_as_it_is_sr_13(corpus: Scratch) -> None:
    before = corpus.engine.field_count(corpus.name)
    many = Scratch("keys")
    try:
        many.fill(
            [{"id": "1", **{f"extras_k{n}": "v" for n in range(5000)}, **{f"k{n}": "v" for n in range(5000)}}]
        )
        assert many.solr("extras_k4999:v", "AND") == ["1"]
        assert many.solr("k4999:v", "AND") == ["1"]
        assert many.engine.field_count(many.name) == before
    finally:
        many.drop()


@pytest.mark.slow
def test_totals_and_pages_beyond_ten_thousand_sr_09(searching: Searching) -> None:
    alias = config.alias()
    site = tk.config["ckan.site_id"]
    count = 12_345
    shaped = [
        {"index_id": f"d{n}", "id": f"{n:05d}", "name": f"{n:05d}", "site_id": site, "state": "active",
         "entity_type": "package", "title_string": f"{n:05d}"}
        for n in range(count)
    ]  # fmt: skip
    for start in range(0, count, 2000):
        part = [sending.Change(each["index_id"], 1, each) for each in shaped[start : start + 2000]]
        sending.send(searching.engine, alias, part, refresh=False)
    searching.engine.refresh(alias)
    body = {
        "query": {"match_all": {}},
        "sort": [{"title_string": {"order": "asc"}}],
        "track_total_hits": True,
    }
    deep = paging.fetch(searching.engine, alias, body, 12_000, 100)["hits"]
    assert deep["total"]["value"] == count
    assert [hit["_source"]["id"] for hit in deep["hits"]] == [f"{n:05d}" for n in range(12_000, 12_100)]
    last = paging.fetch(searching.engine, alias, body, 12_340, 100)["hits"]["hits"]
    assert len(last) == 5
    assert paging.fetch(searching.engine, alias, body, 10_000_000, 10)["hits"]["hits"] == []
    ids = query_for("package").get_all_entity_ids(max_results=count)
    assert len(set(ids)) == count
