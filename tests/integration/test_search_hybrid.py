"""Search by meaning beside the words: vectors are made by the worker, and hidden records stay hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.lib import search as ckan_search
from ckan.tests import factories

from ckanext.migration.search import config, doctor, hybrid
from ckanext.migration.search.errors import SettingInvalid
from ckanext.migration.search.upkeep import comparison, rebuild
from ckanext.migration.search.vectors import embedding, keeping
from search_site import ALONE, Searching, change, dataset
from small_embedder import SmallEmbedder

pytestmark = ALONE


def build(searching: Searching) -> None:
    model.Session.rollback()
    rebuild.run(searching.database, searching.engine, config.alias(), datetime.now(UTC))


@pytest.fixture
def meaning(searching: Searching, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallEmbedder]:
    """Switch the small embedder on, with an index that has room for its vectors."""
    made = SmallEmbedder()
    with searching.database.begin() as connection:
        connection.execute(keeping.TABLE.delete())
    embedding._queries.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(config, "embeddings", lambda: "small")
        patch.setattr(embedding, "_load", lambda _name: made)
        patch.setattr(hybrid, "_held", hybrid._Held())
        build(searching)
        yield made
    build(searching)


def lacking(searching: Searching) -> int:
    searching.engine.refresh(config.alias())
    return searching.engine.count(config.alias(), keeping.without_vector())


def related(found: dict[str, Any]) -> list[str]:
    return [each["name"] for each in found.get("related", [])]


def examined(searching: Searching) -> list[str]:
    patient = doctor.Patient(searching.database, searching.engine, config.alias(), config.address())
    return [each.found for each in doctor.examine(patient) if each.subject == "vectors"]


def test_a_save_waits_for_no_vector_and_indexing_again_loses_none(
    searching: Searching, meaning: SmallEmbedder, cli: Any
) -> None:
    dataset(name="deep", title="Ocean depths", notes="Soundings")
    assert meaning.records == []
    assert lacking(searching) == 1
    assert examined(searching) == ["1 datasets have none"]
    searching.drain()
    assert len(meaning.records) == 1
    assert lacking(searching) == 0
    assert examined(searching) == ["of small/1"]
    ckan_search.rebuild()
    ckan_search.commit()
    build(searching)
    change("deep", author="Somebody")
    searching.drain()
    assert lacking(searching) == 0
    assert len(meaning.records) == 1  # of the same text there is a vector already
    assert comparison.compare(searching.engine, config.alias(), deep=True).ids == ()

    meaning.broken = True
    change("deep", title="Sea depths")
    searching.drain()
    assert searching.names(q="depths") == ["deep"]
    assert lacking(searching) == 1
    meaning.broken = False
    answer = cli.invoke(ckan, ["migration", "search", "embed"])
    assert answer.exit_code == 0, answer.output
    assert "1 datasets had no vector, 0 have none now" in answer.output
    assert "vector" not in str(searching.find(q="depths", fl="*")["results"])


def test_related_records_are_told_beside_the_result_and_counted_nowhere(
    searching: Searching, meaning: SmallEmbedder
) -> None:
    dataset(name="deep", title="Ocean depths", tags=[{"name": "water"}])
    dataset(name="waves", title="Sea waves")
    dataset(name="budget", title="Public funds")
    searching.drain()
    found = searching.find(q="sea sea", **{"facet.field": ["tags"]})
    assert [each["name"] for each in found["results"]] == ["waves"]
    assert found["count"] == 1
    assert found["search_facets"]["tags"]["items"] == []
    assert related(found) == ["deep"]
    assert found["related"][0]["title"] == "Ocean depths"
    assert related(searching.find(q="sea sea", fq="tags:water")) == ["deep"]
    assert related(searching.find(q="sea sea", fq="-tags:water")) == []
    assert related(searching.find(q="sea sea", extras={"ext_any_of": {"tags": ["land"]}})) == []
    for other in (
        {"q": "title:sea"},
        {"q": "sea"},
        {"q": '"sea sea"'},
        {"q": "sea sea", "sort": "title asc"},
        {"q": "sea sea", "start": 5},
    ):
        assert "related" not in searching.find(**other)


def test_the_nearest_are_chosen_among_what_the_reader_may_see_lk_09(
    searching: Searching, meaning: SmallEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six hidden records are nearer than the one public record, and only three are asked for."""
    monkeypatch.setattr(hybrid, "WINDOW", 3)
    monkeypatch.setattr(hybrid, "_CANDIDATES", 3)
    member = factories.User()
    agency = factories.Organization(users=[{"name": member["name"], "capacity": "editor"}])
    for number in range(6):
        dataset(name=f"canary-{number}", title="Ocean ocean marine", private=True, owner_org=agency["id"])
    dataset(name="public", title="Marine funds and schools", owner_org=agency["id"])
    searching.drain()
    meaning.related = 0.5
    everybody = searching.find(q="sea sea", rows=2)
    assert related(everybody) == ["public"]
    assert "canary" not in str(everybody)
    inside = searching.find(member["name"], q="sea sea", rows=2, include_private=True)
    assert related(inside)[0].startswith("canary")

    # The index does not know yet that the last one became private (LK-20).
    with searching.away():
        change("public", private=True)
    assert "related" not in searching.find(q="sea sea", rows=2)


def test_meaning_shares_in_the_order_and_an_exact_title_stays_first(
    searching: Searching, meaning: SmallEmbedder
) -> None:
    dataset(name="exact", title="Survey", notes="A survey")
    dataset(name="far", title="Survey survey of roads")
    dataset(name="near", title="Long report", notes="A survey of the sea, the ocean and marine life " * 3)
    searching.drain()
    assert set(searching.names(q="survey sea")) == {"near"}
    assert searching.names(q="survey")[0] == "exact"
    assert searching.find(q="survey")["count"] == 3


def test_without_the_embedder_or_its_vectors_the_words_go_on(
    searching: Searching, meaning: SmallEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(name="deep", title="Ocean depths")
    searching.drain()
    meaning.broken = True
    assert searching.names(q="ocean ocean") == ["deep"]
    meaning.broken = False
    # Another embedder, of another length: the index of the first takes the record without its vector.
    other = SmallEmbedder()
    other.name, other.dimensions = "other/1", 7
    with monkeypatch.context() as patch:
        patch.setattr(config, "embeddings", lambda: "other")
        patch.setattr(embedding, "_load", lambda _name: other)
        patch.setattr(hybrid, "_held", hybrid._Held())
        assert dataset(name="waves", title="Ocean waves")["name"] == "waves"
        searching.drain()
        assert searching.rows() == []
        assert set(searching.names(q="ocean")) == {"deep", "waves"}
        assert "built without this embedder" in examined(searching)[0]


def test_an_embedder_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "embeddings", lambda: "nobody-has-this")
    with pytest.raises(SettingInvalid, match="There is no embedder nobody-has-this"):
        embedding.current()
    assert embedding.usable() is None
