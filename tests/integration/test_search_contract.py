"""What callers are promised whatever they send: limits, odd texts, numbers, order, errors, forks.

Threats SR-01 to SR-10; what CKAN's own tests do not notice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from ckan.cli.cli import ckan
from ckan.lib.search import SearchError, query_for
from ckan.lib.search.common import SearchQueryError

from ckanext.migration.search import client, config
from ckanext.migration.search.index import mapping, profile
from ckanext.migration.search.query import request
from search_scratch import MOMENT, Scratch
from search_site import ALONE, Searching, dataset

pytestmark = ALONE
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"q": "title:*ation"}, "letters before its wildcard"),
    ({"q": "title:ab*"}, "3 letters before its wildcard"),
    ({"fq": "title:?bcd"}, "letters before its wildcard"),
    ({"q": "title:abc* title:bcd* title:cde* title:def*"}, "At most 3 words"),
    ({"q": " OR ".join(f"title:t{number}" for number in range(65))}, "more than 64 parts"),
    ({"q": " ".join(f"t{number}" for number in range(65))}, "more than 64 words"),
    ({"q": "(" * 11 + "title:x" + ")" * 11}, "nested too deeply"),
    ({"q": "x" * 1025}, "more than 1024 characters"),
    ({"q": "title:" + "x" * 1025}, "more than 1024 characters"),
    ({"fq": " OR ".join(f"tags:t{number}" for number in range(513))}, "more than 512 parts"),
    ({"sort": "_score desc"}, "score, "),
    ({"sort": "_script asc"}, "metadata_modified"),
    ({"sort": "notes asc"}, "title_string"),
    ({"sort": "permission_labels asc"}, "title_string"),
    ({"sort": "title"}, "sort"),
    ({"facet.field": json.dumps([f"f{number}" for number in range(31)])}, "30 facets"),
)


def api(app: Any, **parameters: Any) -> tuple[int, dict[str, Any]]:
    reply = app.post("/api/3/action/package_search", json=parameters)
    return reply.status_code, json.loads(reply.body)


def test_what_asks_for_too_much_is_refused_before_the_engine_is_asked_sr_02_sr_03_sr_08_sr_10(
    searching: Searching, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(name="aa", title="Rivers")
    asked: list[Any] = []
    search = client.Engine.search

    def counted(engine: client.Engine, *arguments: Any) -> Any:
        asked.append(arguments)
        return search(engine, *arguments)

    monkeypatch.setattr(client.Engine, "search", counted)
    for parameters, told in REFUSED:
        status, answer = api(app, **parameters)
        assert (status, answer["success"]) == (400, False), parameters
        assert told in answer["error"]["message"], parameters
        assert "permission_labels:(" not in str(answer)
    assert asked == []
    assert api(app, q="rivers")[1]["result"]["count"] == 1
    assert asked
    page = app.get("/dataset/?q=title:*ation")
    assert page.status_code == 400
    assert "letters before its wildcard" in page.body


ODD = (
    *('"unclosed', "AND", "(((", 'title:[* TO "', "title:", ":", "title:x)", "a AND", "/(a+)+b/", "/.*.*.*/"),
    *(
        "a~99999999999",
        "a^1e6",
        "a^-1",
        "title:a~5",
        "title:a^1e6",
        "water \U0001f4a7",
        "a\u200db",
        "\u202eabc",
    ),
    *(
        "a\x00b",
        "title:a\x00b",
        "\\",
        "title:\\",
        "-",
        "+",
        "NOT",
        "&&",
        "||",
        "!",
        "İ ß ĳ",
        "\ud7ff",
        "' or 1=1",
    ),
)


def test_odd_texts_are_searched_as_words_sr_01_sr_04_sr_05(searching: Searching, app: Any) -> None:
    dataset(name="aa", title="Rivers")
    for text in ODD:
        status, answer = api(app, q=text)
        assert status == 200, (text, answer)
        assert answer["result"]["count"] in (0, 1)
        assert app.get("/dataset/", query_string={"q": text}).status_code == 200, text
    for text in ("{!lucene}x", "{!frange l=0}x", "--x"):
        status, answer = api(app, q=text)
        assert status in (400, 409), text
        assert not answer["success"]


def test_numbers_out_of_reach_sr_09(searching: Searching, app: Any) -> None:
    for number in range(3):
        dataset(name=f"aa-{number}", title="Rivers")
    for start in (3, 9_999, 10_000, 10_000_000):
        status, answer = api(app, q="rivers", start=start)
        assert (status, answer["result"]["count"], answer["result"]["results"]) == (200, 3, [])
    status, answer = api(app, q="rivers", rows=1_000_000_000)
    assert (status, len(answer["result"]["results"])) == (200, 3)
    for parameters in ({"rows": -1}, {"rows": "1e3"}, {"start": -1}, {"start": "x"}, {"rows": "many"}):
        status, answer = api(app, q="rivers", **parameters)
        assert (status, answer["error"]["__type"]) == (409, "Validation Error"), parameters


def test_a_reader_with_five_thousand_labels_finds_what_one_of_them_opens(searching: Searching) -> None:
    dataset(name="aa", title="Rivers")
    searching.drain()
    labels = [f"collaborator-{number}" for number in range(5000)]
    query = {"q": "rivers", "fl": "name"}
    assert query_for("package").run({**query}, permission_labels=labels)["count"] == 0
    assert query_for("package").run({**query}, permission_labels=[*labels, "public"])["count"] == 1
    assert query_for("package").run({**query}, permission_labels=[])["count"] == 0


# -- each row of the contract's table of errors ----------------------------------------------------------


def test_each_failure_is_what_ckan_expects_of_it(searching: Searching, app: Any, cli: Any) -> None:
    dataset(name="aa", title="Rivers")
    with pytest.raises(SearchQueryError, match="sort"):
        searching.find(sort="title")
    with pytest.raises(SearchError) as syntax:
        searching.find(fq="title:(open")
    assert not isinstance(syntax.value, SearchQueryError)
    assert api(app, fq="title:(open")[0] == 409
    with pytest.raises(SearchError):
        query_for("package").get_index("nobody")
    assert cli.invoke(ckan, ["search-index", "show", "nobody"]).exit_code != 0
    with searching.away():
        assert api(app, q="rivers")[0] in (500, 503)
        assert app.get("/dataset/?q=rivers").status_code in (500, 503)


# -- order ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boosted() -> Iterator[Scratch]:
    """One word in each place, in a new index: nothing that was deleted counts in its statistics."""
    made = Scratch("boosts")
    padding = "plain words of about the same length"
    made.fill(
        [
            {"id": "description", "title": padding, "notes": f"quokkas {padding}"},
            {"id": "tag", "title": padding, "notes": padding, "tags": ["quokkas"]},
            {"id": "title", "title": f"quokkas {padding}", "notes": padding},
            {"id": "name", "name": "quokkas", "title": padding, "notes": padding},
            {"id": "nothing", "title": padding, "notes": padding},
        ]
    )
    yield made
    made.drop()


def ranked(index: Scratch, text: str, **more: str) -> list[str]:
    asked = {"q": text, "defType": "dismax", "q.op": "AND", "mm": "2<-1 5<80%", "tie": "0.1", **more}
    wanted = request.read(
        {"qf": request.CKAN_FIELDS, **asked},
        mapping.properties(profile.own_properties()),
        MOMENT,
    )
    body = {"query": wanted.query, "size": 10, "_source": ["id"], "sort": ["_score", {"id": "asc"}]}
    return [hit["_source"]["id"] for hit in index.engine.search(index.name, body)["hits"]["hits"]]


def test_boosts_decide_the_order(boosted: Scratch) -> None:
    found = ranked(boosted, "quokkas")
    assert set(found[:2]) == {"name", "title"}
    assert found[2:] == ["tag", "description"]
    assert ranked(boosted, "quokkas", qf="notes^9 title")[0] == "description"
    assert ranked(boosted, "quokkas", qf="tags^9 title name")[0] == "tag"


@pytest.mark.parametrize(
    ("minimum", "found"),
    [
        ("1", {"description", "tag", "title", "name", "nothing"}),
        ("100%", set()),
        ("2", {"description", "tag", "title", "name"}),
        ("2<-1 5<80%", {"description", "tag", "title", "name"}),
    ],
)
def test_the_minimum_match_rule_is_kept(boosted: Scratch, minimum: str, found: set[str]) -> None:
    assert set(ranked(boosted, "quokkas plain zebra", qf="title notes tags name", mm=minimum)) == found


# -- forks ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("with_plugins")
def test_a_process_that_forks_searches_on_in_both() -> None:
    before = client.engine(config.address()).version()
    child = os.fork()
    if child == 0:
        os._exit(0 if client.engine(config.address()).version() == before else 1)
    assert client.engine(config.address()).version() == before
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
