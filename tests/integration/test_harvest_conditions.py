"""A partner who says that its list is unchanged is not read again, and nothing is lost or removed by that."""

from __future__ import annotations

import copy

from rdflib import Graph

import replay
from harvest_portal import by_remote_id, packages, records
from migration_schemas import rdf
from migration_schemas import record as records_of
from registry_site import COMPLETE


def catalogue(etag: str, *titles: str) -> replay.Answering:
    """Serve a catalogue in one document, with a mark for its version."""
    graph = Graph()
    for number, title in enumerate(titles):
        address = f"https://partner.example/{number}"
        package = copy.deepcopy(COMPLETE) | {"identifier": address, "title_translated": {"en": title}}
        package["publisher"] = [{"name": "Partner"}]
        graph += rdf.write(records_of.from_package(package), subject=address)
    answer = replay.Answer(graph.serialize(format="turtle").encode(), "text/turtle", headers={"ETag": etag})
    return lambda _path, _query: answer


def read_in_full(partner) -> int:
    """Count how often the portal sent its list."""
    return partner.portal.statuses.count(200)


def test_an_unchanged_list_is_taken_over_and_a_changed_one_read(partner):
    partner.register(protocol="dcat")
    partner.portal.answering = catalogue('"1"', "Displacement in Sudan", "Returns to Sudan")
    first = partner.run()
    before = packages()
    assert first["counters"]["added"] == 2

    again = partner.run()
    assert (again["state"], again["complete"]) == ("finished", True)
    assert (again["counters"]["listed"], again["counters"]["unchanged"]) == (2, 2)
    assert {row["remote_id"] for row in records(again["id"])} == set(by_remote_id())
    assert packages() == before

    assert read_in_full(partner) == 1

    partner.portal.answering = catalogue('"2"', "Displacement in Sudan, corrected", "Returns to Sudan")
    changed = partner.run()
    assert (changed["counters"]["updated"], changed["counters"]["unchanged"]) == (1, 1)

    partner.portal.answering = catalogue('"3"', "Displacement in Sudan, corrected")
    shrunk = partner.run()
    assert shrunk["counters"]["missing"] == 1
    # it is still missing when the partner says that the shorter list is unchanged
    partner.run()
    gone = by_remote_id()["https://partner.example/1"]
    assert (gone.state, gone.missing_runs) == ("missing", 2)
    assert read_in_full(partner) == 3
