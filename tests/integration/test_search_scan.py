"""A whole result is read with a cursor: each record once, whatever its number and whatever others do."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchError, clear_all

from ckanext.migration.logic import auth
from ckanext.migration.search import client, config, recheck
from ckanext.migration.search.delivery import outbox, sending
from registry_site import Site

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "migration migration_search scheming_datasets dcat"),
    pytest.mark.usefixtures("with_request_context"),
]


def scan(site: Site, user: str = "", **parameters: Any) -> dict[str, Any]:
    return site.call("migration_search_scan", user, **parameters)


def ids(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer["results"]]


def whole(site: Site, user: str = "", **parameters: Any) -> list[str]:
    answer = scan(site, user, **parameters)
    found = ids(answer)
    while answer["cursor"]:
        answer = scan(site, user, cursor=answer["cursor"], **parameters)
        found += ids(answer)
    return found


def test_sr_09_all_pages_together_are_the_result(empty_site: Site) -> None:
    made = [empty_site.create()["id"] for _ in range(4)]
    empty_site.create(spatial_coverage=["KEN"])
    asked = {"q": "displacement", "fq": 'country:"SDN"'}
    for rows in (1, 2, 4, 5):
        assert whole(empty_site, rows=rows, **asked) == sorted(made)
    searched = empty_site.call("package_search", "", rows=100, **asked)
    assert scan(empty_site, rows=2, **asked)["count"] == searched["count"] == 4
    by_id = {each["id"]: each for each in searched["results"]}
    assert scan(empty_site, rows=5, **asked)["results"] == [by_id[each] for each in sorted(made)]


def test_sr_09_each_record_once_while_others_edit(empty_site: Site) -> None:
    made = sorted(empty_site.create()["id"] for _ in range(6))
    first = scan(empty_site, rows=2)
    for edited in (made[0], made[5]):
        empty_site.call("package_patch", id=edited, modified="2026-07-03")
    empty_site.call("package_delete", id=made[1])
    second = scan(empty_site, rows=2, cursor=first["cursor"])
    empty_site.call("package_delete", id=made[4])
    third = scan(empty_site, rows=2, cursor=second["cursor"])
    assert [ids(first), ids(second), ids(third)] == [made[:2], made[2:4], made[5:]]
    assert third["cursor"] is None


def test_lk_02_each_page_shows_what_its_reader_may_see(empty_site: Site) -> None:
    public = [empty_site.create()["id"] for _ in range(3)]
    hidden = [empty_site.create(private=True)["id"] for _ in range(3)]
    everything = {"include_private": True, "rows": 1}
    for reader in ("", empty_site.stranger["name"]):
        assert sorted(whole(empty_site, reader, **everything)) == sorted(public)
        assert scan(empty_site, reader, **everything)["count"] == 3
    assert sorted(whole(empty_site, empty_site.editor["name"], **everything)) == sorted(public + hidden)


def test_lk_20_what_is_hidden_between_two_pages_is_not_on_the_second(
    empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sorted(empty_site.create()["id"] for _ in range(5))

    def judge(hits: Any, _labels: Any) -> recheck.Verdict:
        """Say that the index is behind for the second and the third, however often it is asked."""
        found = [hit["_source"]["id"] for hit in hits]
        return recheck.Verdict(tuple(each for each in found if each in made[1:3]), ())

    monkeypatch.setattr(recheck, "judge", judge)
    monkeypatch.setattr("ckanext.migration.search.connection._ROUNDS", 1)
    answer = scan(empty_site, rows=2)
    assert ids(answer) == made[:1]
    assert answer["cursor"] is not None, "the page is short, the result is not at its end"
    assert made[1] not in answer["cursor"]
    monkeypatch.undo()
    assert ids(scan(empty_site, rows=5, cursor=answer["cursor"])) == made[1:]


def test_a_cursor_of_another_search_or_hand_is_refused(empty_site: Site) -> None:
    for _ in range(2):
        empty_site.create()
    cursor = scan(empty_site, rows=1)["cursor"]
    wrong: list[dict[str, Any]] = [
        {"cursor": f"a{cursor}"},
        {"cursor": "x"},
        {"cursor": cursor.rsplit(".", 1)[0]},
        {"cursor": cursor, "q": "displacement"},
        {"cursor": cursor, "ext_place": "002"},
    ]
    for given in wrong:
        with pytest.raises(tk.ValidationError) as refused:
            scan(empty_site, rows=1, **given)
        assert set(refused.value.error_dict) == {"cursor"}
    assert len(ids(scan(empty_site, rows=1, cursor=cursor))) == 1


def test_a_parameter_that_contradicts_is_refused(empty_site: Site) -> None:
    wrong: list[dict[str, Any]] = [
        {"rows": 0},
        {"rows": 1001},
        {"rows": "x"},
        {"start": 5},
        {"sort": "id asc"},
    ]
    for given in wrong:
        with pytest.raises(tk.ValidationError) as refused:
            scan(empty_site, **given)
        assert set(refused.value.error_dict) == set(given)
    for other in ({"ext_scan": "x"}, {"ext_scan": "after:", "start": 3}):
        with pytest.raises(SearchError, match="ext_scan"):
            empty_site.call("package_search", "", **other)


def test_who_may_not_search_may_not_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_rest: Any) -> bool:
        raise tk.NotAuthorized(name)

    monkeypatch.setattr(auth.tk, "check_access", refuse)
    with pytest.raises(tk.NotAuthorized, match="package_search"):
        auth.migration_search_scan({}, {})


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Take records that are in the index only out of it again, with what waits for them."""
    yield
    clear_all()
    model.Session.rollback()
    assert model.meta.engine is not None
    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(outbox.OUTBOX))


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_left")
def test_sr_09_beyond_ten_thousand(empty_site: Site) -> None:
    run, count = uuid.uuid4().hex, 10_500  # the engine remembers the versions of documents that were deleted
    engine, alias = client.engine(config.address()), config.alias()
    package = json.dumps({"id": "x", "name": "x", "resources": []})
    records = [
        {"index_id": f"{run}-{n}", "id": f"{n:05d}", "name": f"{n:05d}", "site_id": tk.config["ckan.site_id"],
         "state": "active", "entity_type": "package", "dataset_type": "dataset", "capacity": "public",
         "validated_data_dict": package}
        for n in range(count)
    ]  # fmt: skip
    for start in range(0, count, 2000):
        part = [sending.Change(each["index_id"], 1, each) for each in records[start : start + 2000]]
        sending.send(engine, alias, part, refresh=False)
    engine.refresh(alias)
    after, found = "", []
    while after is not None:
        # as the action asks it; these records are in the index only, so their ids are told by the engine
        page = tk.get_action("package_search")(
            {"ignore_auth": True}, {"rows": 1000, "facet": "false", "ext_scan": f"after:{after}"}
        )
        after = page["scan"]
        found.append((len(page["results"]), after))
    assert page["count"] == count
    assert found == [*((1000, f"{n:05d}") for n in range(999, 10_000, 1000)), (500, None)]
