"""From Solr's parameters to a request (threats SR-06 to SR-10, LK-03)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ckanext.migration.search.errors import QuerySyntaxError, SortError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import request

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PROPERTIES = mapping.properties({"due_at": {"type": "date"}, "update_schedule": {"type": "keyword"}})
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
def test_callers_cannot_ask_for_hidden_fields(text: str) -> None:
    found = json.dumps(read(q=text, fq=["+state:active", LABELS]).query)
    assert "match_none" in found
    assert "permission_labels" not in found


@pytest.mark.parametrize("text", ["_index:x", "_source:x", "_id:x", "_exists_:secret"])
def test_names_of_the_engine_are_only_keys(text: str) -> None:
    assert f"x.{text.split(':', maxsplit=1)[0]}" in json.dumps(read(q=text).query)


def test_a_filter_cannot_open_another() -> None:
    with pytest.raises(QuerySyntaxError):
        read(q="*:*", fq=["+capacity:public x) OR (*:*", LABELS])


def test_only_active_datasets_unless_the_state_is_a_real_clause() -> None:
    active = {"term": {"state": {"value": "active"}}}
    assert active in read(q="*:*", fq=['tags:"+state:"', LABELS]).filters
    assert active not in read(q="*:*", fq=["+state:(active OR draft)", LABELS]).filters


def test_calls_of_ckan_itself_are_taken_literally() -> None:
    found = request.read({"q": 'name:"a" OR id:"a"', "fq": '+site_id:"s"'}, PROPERTIES, NOW)
    assert found.labels is None
    assert len(found.filters) == 1


def test_sort_needs_a_direction() -> None:
    with pytest.raises(SortError, match="Can't determine a Sort Order"):
        read(q="*:*", sort="title")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("score desc", "_score"),
        ("title asc", "title_string"),
        ("title_string asc", "title_string"),
        ("metadata_modified desc", "metadata_modified"),
        ("view_recent desc", "x.view_recent"),
        ("_script desc", "x._script"),
        ("extras_size asc", "x.extras_size"),
        ("start_date asc", "dates.at"),
        ("author asc", "author.raw"),
    ],
)
def test_sort_fields(text: str, path: str) -> None:
    assert path in read(q="*:*", sort=text).sort[0]


@pytest.mark.parametrize("text", ["notes asc", "permission_labels asc", "data_dict asc", "update_state asc"])
def test_what_cannot_be_sorted_sorts_nothing(text: str) -> None:
    assert read(q="*:*", sort=text).sort == ()


def test_facets_count_what_all_filters_leave() -> None:
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


@pytest.mark.parametrize("name", ["permission_labels", "data_dict"])
def test_hidden_fields_have_no_facet(name: str) -> None:
    assert read(q="*:*", facet__field=[name]).aggregations == {}


def test_facet_switched_off() -> None:
    assert read(q="*:*", facet="false", facet__field=["tags"]).facets == ()


def test_too_many_facets_are_refused() -> None:
    with pytest.raises(QuerySyntaxError):
        read(q="*:*", facet__field=[f"f{number}" for number in range(500)])


def test_update_state_is_a_facet_and_a_filter() -> None:
    found = read(q="*:*", fq=['update_state:"overdue"', LABELS], facet__field=["update_state"])
    assert set(found.aggregations["f0"]["filters"]["filters"]) == {
        "current", "due", "overdue", "delinquent", "not-applicable", "unknown",
    }  # fmt: skip
    assert {"range": {"overdue_at": {"lte": "2026-11-24"}}} in found.filters[0]["bool"]["filter"]


@pytest.mark.parametrize("name", ["bf", "boost"])
def test_solr_functions_are_refused_not_ignored(name: str) -> None:
    with pytest.raises(QuerySyntaxError, match="not supported"):
        read(q="x", **{name: "recip(rord(date),1,1000,1000)"})


@pytest.mark.parametrize(("start", "rows"), [("x", 1), (0, "1e3")])
def test_start_and_rows_are_whole_numbers(start: object, rows: object) -> None:
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
