"""From Solr's parameters to a request (threats SR-06 to SR-10, LK-03)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError, SortError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import facets, request
from ckanext.migration.search.query.fields import Fields

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OWN: dict[str, Any] = {"due_at": {"type": "date"}, "update_schedule": {"type": "keyword"}}
PROPERTIES = mapping.properties({**OWN, "extras_own": mapping.EXTRA})
RUN = {"q.op": "AND", "df": "text", "rows": 11}
LABELS = '+permission_labels:("public" OR "member-a")'


def read(**params: Any) -> request.Request:
    return request.read(
        {**RUN, **{key.replace("__", "."): value for key, value in params.items()}}, PROPERTIES, NOW
    )


def test_permission_labels_are_a_filter_of_their_own() -> None:
    found = read(q="x", fq=["tags:a OR capacity:private", '+site_id:"s"', LABELS])
    assert found.labels == ("public", "member-a")
    filters = found.engine_query()["bool"]["filter"]
    assert {"terms": {"permission_labels": ["member-a", "public"]}} in filters
    assert len(filters) == 4


def test_thousands_of_labels_are_one_clause() -> None:
    labels = " OR ".join(f'"collaborator-{number}"' for number in range(5000))
    found = read(q="*:*", fq=[f"+permission_labels:({labels})"])
    assert found.labels is not None
    assert len(found.labels) == 5000


@pytest.mark.parametrize(
    "text", ["+permission_labels:(public)", '+permission_labels:("a" OR *:*)', "+permission_labels:*"]
)
def test_a_permission_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        read(q="*:*", fq=["+state:active", text])


def test_no_label_no_dataset() -> None:
    found = read(q="*:*", fq=["+permission_labels:()"])
    assert {"terms": {"permission_labels": []}} in found.engine_query()["bool"]["filter"]


@pytest.mark.parametrize(
    "text",
    ["permission_labels:public", "data_dict:x", "validated_data_dict:x", "-permission_labels:x"],
)
def test_callers_cannot_ask_for_hidden_fields_sr_06(text: str) -> None:
    found = json.dumps(read(q=text, fq=["+state:active", LABELS]).query)
    assert "match_none" in found
    assert "permission_labels" not in found


@pytest.mark.parametrize("text", ["_index:x", "_source:x", "_id:x", "_exists_:secret"])
def test_names_of_the_engine_are_only_keys_sr_06(text: str) -> None:
    assert f"x.{text.split(':', maxsplit=1)[0]}" in json.dumps(read(q=text).query)


def test_a_filter_cannot_open_another_sr_07() -> None:
    with pytest.raises(QuerySyntaxError):
        read(q="*:*", fq=["+capacity:public x) OR (*:*", LABELS])


def test_only_active_datasets_unless_the_state_is_a_real_clause_sr_07() -> None:
    active = {"term": {"state": {"value": "active"}}}
    assert active in read(q="*:*", fq=['tags:"+state:"', LABELS]).filters
    assert active not in read(q="*:*", fq=["+state:(active OR draft)", LABELS]).filters


def test_calls_of_ckan_itself_are_taken_literally() -> None:
    found = request.read({"q": 'name:"a" OR id:"a"', "fq": '+site_id:"s"'}, PROPERTIES, NOW)
    assert found.labels is None
    assert len(found.filters) == 1


@pytest.mark.parametrize("text", ["title", "price desc, _score", "title sideways", "title desc asc"])
def test_sort_needs_a_direction_sr_08(text: str) -> None:
    with pytest.raises(SortError, match="Can't determine a Sort Order"):
        read(q="*:*", sort=text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("score desc", "_score"),
        ("title asc", "title_string"),
        ("title_string asc", "title_string"),
        ("metadata_modified desc", "metadata_modified"),
        ("view_recent desc", "x.view_recent"),
        ("extras_size asc", "x.extras_size"),
        ("extras_own asc", "x.extras_own"),
        ("start_date asc", "dates.at"),
        ("author asc", "author.raw"),
    ],
)
def test_sort_fields(text: str, path: str) -> None:
    assert path in read(q="*:*", sort=text).sort[0]


@pytest.mark.parametrize(
    "text",
    [
        *("_score desc", "_script desc", "_id asc", "_doc asc"),
        *(
            "notes asc",
            "text desc",
            "permission_labels asc",
            "data_dict asc",
            "update_state asc",
        ),
        "metadata_modified desc, notes asc",
    ],
)
def test_an_order_in_which_nothing_can_be_is_refused_sr_08(text: str) -> None:
    with pytest.raises(QueryNotAllowedError) as caught:
        read(q="*:*", sort=text)
    told = caught.value.message
    assert "score, " in told
    assert "title_string" in told
    assert "metadata_modified" in told
    possible = told.partition("Possible are")[2]
    assert not {"permission_labels", "data_dict", "notes", "site_id"} & set(re.findall(r"\w+", possible))


def test_every_order_that_is_named_is_possible_sr_08() -> None:
    names = Fields(PROPERTIES).sortable()
    assert all(read(q="*:*", sort=f"{name} desc").sort for name in names)


class TestWhoWrites:
    """``q`` is what a reader writes, ``fq`` what programs write (threats SR-03)."""

    @pytest.mark.parametrize(
        "text",
        [
            " ".join(f"tags:t{number}" for number in range(65)),
            "tags:" + "x" * 1020,
            "(" * 11 + "a:b" + ")" * 11,
        ],
    )
    def test_readers_have_tighter_limits_than_programs_sr_03(self, text: str) -> None:
        assert read(q="*:*", fq=[text, LABELS]).filters
        with pytest.raises(QueryNotAllowedError):
            read(q=text, fq=[LABELS])
        with pytest.raises(QueryNotAllowedError):
            read(q=text, fq=[LABELS], defType="edismax", qf="text")

    def test_ckan_itself_has_none(self) -> None:
        text = " OR ".join(f'id:"{number}"' for number in range(600))
        assert request.read({"q": text}, PROPERTIES, NOW).query


def test_facets_count_what_all_filters_leave_lk_03() -> None:
    found = read(
        q="*:*", facet__field=["tags", "extras_x", "theme", "author", "notes", "vocab_geo"], facet__limit=-1
    )
    paths = {name: part["terms"]["field"] for name, part in found.aggregations.items()}
    assert paths == {
        "f0": "tags",
        "f1": "x.extras_x",
        "f2": "x.theme",
        "f3": "author.raw",
        "f5": "vocab.vocab_geo",
    }
    assert "post_filter" not in json.dumps(found.engine_query())


def test_terms_without_a_visible_dataset_are_never_listed() -> None:
    found = read(q="*:*", facet__field=["tags"], facet__mincount=0)
    assert found.aggregations["f0"]["terms"]["min_doc_count"] == 1


@pytest.mark.parametrize(
    ("asked", "size", "least"),
    [
        ({}, 100, 1),
        ({"facet.limit": 1}, 1, 1),
        ({"facet.limit": "7", "facet.mincount": "3"}, 7, 3),
        ({"facet.limit": -1}, facets.ALL_TERMS // 2, 1),
        ({"facet.limit": 10**9}, facets.ALL_TERMS // 2, 1),
    ],
)
def test_limits_of_facets(asked: dict[str, Any], size: int, least: int) -> None:
    found = facets.aggregations(("update_state", "metadata_modified"), Fields(PROPERTIES), asked, NOW)
    assert set(found) == {"f0", "f1"}  # the first has no terms, and the next is not forgotten for that
    assert found["f1"] == {"terms": {"field": "metadata_modified", "size": size, "min_doc_count": least}}


def test_a_limit_of_zero_lists_nothing() -> None:
    known = Fields(PROPERTIES)
    assert facets.aggregations(("tags", "views_total"), known, {"facet.limit": 0}, NOW) == {}
    assert set(facets.aggregations(("tags", "views_total"), known, {}, NOW)) == {"f0", "f1"}
    assert facets.aggregations(("start_date",), known, {}, NOW) == {}  # in pairs, which cannot be counted
    for name in ("facet.limit", "facet.mincount"):
        with pytest.raises(QuerySyntaxError):
            facets.aggregations(("tags",), known, {name: "many"}, NOW)


def test_buckets_become_flat_lists() -> None:
    answer = {
        "f0": {"buckets": [{"key": "a", "doc_count": 2}, {"key": 7, "doc_count": 1}]},
        "f1": {"buckets": [{"key": 1577836800000, "key_as_string": "2020", "doc_count": 3}]},
        "f2": {"buckets": {"overdue": {"doc_count": 0}, "fresh": {"doc_count": 4}}},
    }
    assert facets.lists(("tags", "issued", "update_state", "nothing"), answer) == {
        "tags": ["a", 2, "7", 1],
        "issued": ["2020", 3],
        "update_state": ["fresh", 4],
        "nothing": [],
    }


@pytest.mark.parametrize("name", ["permission_labels", "data_dict"])
def test_hidden_fields_have_no_facet(name: str) -> None:
    assert read(q="*:*", facet__field=[name]).aggregations == {}


def test_facet_switched_off() -> None:
    assert read(q="*:*", facet="false", facet__field=["tags"]).facets == ()


def test_too_many_facets_are_refused_sr_10() -> None:
    names = [f"f{number}" for number in range(500)]
    assert len(read(q="*:*", facet__field=names[:30]).aggregations) == 30
    with pytest.raises(QueryNotAllowedError, match="30 facets"):
        read(q="*:*", facet__field=names[:31])


@pytest.mark.parametrize("limit", [-1, 10**9])
def test_facets_share_what_an_engine_can_answer_sr_10(limit: int) -> None:
    names = [f"f{number}" for number in range(20)]
    sizes = [
        each["terms"]["size"]
        for each in read(q="*:*", facet__field=names, facet__limit=limit).aggregations.values()
    ]
    assert len(sizes) == 20
    assert sizes[0] >= 200
    assert sum(sizes) <= 65_000
    one = read(q="*:*", facet__field=["tags"], facet__limit=limit).aggregations["f0"]
    assert one["terms"]["size"] == 65_000


def test_update_state_is_a_facet_and_a_filter() -> None:
    found = read(q="*:*", fq=['update_state:"overdue"', LABELS], facet__field=["update_state"])
    assert set(found.aggregations["f0"]["filters"]["filters"]) == {
        "fresh", "due", "overdue", "delinquent", "not-applicable", "unknown",
    }  # fmt: skip
    assert {"range": {"overdue_at": {"lte": "2026-11-24"}}} in found.filters[0]["bool"]["filter"]


@pytest.mark.parametrize("name", ["bf", "boost"])
def test_solr_functions_are_refused_not_ignored(name: str) -> None:
    with pytest.raises(QuerySyntaxError, match="not supported"):
        read(q="x", **{name: "recip(rord(date),1,1000,1000)"})


@pytest.mark.parametrize(("start", "rows"), [("x", 1), (0, "1e3")])
def test_start_and_rows_are_whole_numbers_sr_09(start: object, rows: object) -> None:
    with pytest.raises(QuerySyntaxError):
        read(q="*:*", start=start, rows=rows)


def test_the_six_languages_join_ckans_query_fields() -> None:
    found = request.read(
        {**RUN, "q": "x", "defType": "dismax", "qf": request.CKAN_FIELDS}, PROPERTIES, NOW, "notes^3"
    )
    assert "notes^3" in found.query["bool"]["should"][0]["multi_match"]["fields"]


def test_edismax_reads_as_words_what_is_no_query() -> None:
    assert "multi_match" in json.dumps(read(q="a: b:c", defType="edismax", qf="text").query)
    assert read(q="title:x", defType="edismax", qf="text").query == {
        "match": {"title": {"query": "x", "operator": "and"}}
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{!term f=tags}a b:c", {"term": {"tags": {"value": "a b:c"}}}),
        ("{!terms f=tags}a,b", {"terms": {"tags": ["a", "b"]}}),
        ("{!prefix f=name}wat", {"prefix": {"name": {"value": "wat"}}}),
        ("{!lucene df=name}water", {"term": {"name": {"value": "water"}}}),
        ("{!bool must=name:a must_not=name:b}", {"bool": {
            "must": [{"term": {"name": {"value": "a"}}}], "must_not": [{"term": {"name": {"value": "b"}}}]}}),
    ],
)  # fmt: skip
def test_local_parameters(text: str, expected: dict[str, Any]) -> None:
    assert read(q=text).query == expected


@pytest.mark.parametrize("text", ["{!knn f=v topK=10}[1]", "{!frange l=0}x", "{!field f=", "{! }x{!"])
def test_other_parsers_are_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        read(q=text)
