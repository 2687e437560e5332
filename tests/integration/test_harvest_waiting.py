"""What a run waits for: a partner who asks to come back later, another reader of the same host, a person."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model

import replay
from ckanext.migration.harvest import jobs, runner, runs
from ckanext.migration.harvest.model import HarvestRun
from harvest_portal import call, package, packages, show

WORSE = {"title": "Dataset", "notes": "See the file.", "methodology": []}


def busy_after_the_first_page(rows):
    """Build a portal that gives one page and then asks to come back in an hour."""
    whole = replay.ckan(rows, most=2)

    def answering(path, query):
        if int(query.get("start", 0)) > 0:
            return replay.Answer(b"busy", "text/plain", 429, {"Retry-After": "3600"})
        return whole(path, query)

    return answering


def test_fi_29_a_partner_who_asks_to_come_back_later_is_asked_later_and_read_to_the_end(partner):
    partner.register()
    rows = [package(number) for number in range(1, 6)]
    partner.portal.answering = busy_after_the_first_page(rows)

    run = partner.run()

    assert (run["state"], run["stopped"], run["progress"]["pages"]) == ("queued", False, 1)
    assert 3000 < runs.next_due() <= 3600
    assert jobs.sweep() == []
    assert packages() == {}
    asked = len(partner.portal.asked)

    partner.offer(*rows, most=2)
    model.Session.execute(sa.update(HarvestRun).values(not_before=sa.func.now()))
    model.Session.commit()
    assert jobs.sweep() == [run["id"]]
    after = show(run["id"])
    assert (after["state"], after["complete"], after["counters"]["added"]) == ("finished", True, 5)
    assert len(partner.portal.asked) == asked + 2, "the page that was read already was asked for again"


def test_fi_29_a_partner_is_not_waited_for_without_end(partner, monkeypatch):
    partner.register()
    monkeypatch.setattr("ckanext.migration.harvest.config.postponements", lambda: 1)
    partner.portal.answering = busy_after_the_first_page([package(number) for number in range(1, 6)])
    run = partner.run()
    model.Session.execute(sa.update(HarvestRun).values(not_before=sa.func.now()))
    model.Session.commit()

    runner.execute(run["id"])

    after = show(run["id"])
    assert (after["state"], after["complete"], after["counters"]["added"]) == ("finished", False, 2)


def test_two_sources_of_one_host_are_read_one_after_the_other(partner):
    partner.register("first")
    partner.register("second")
    partner.offer(package(1))
    first = call("run_create", source="first", wake=False)
    second = call("run_create", source="second", wake=False)

    held = runs.claim(first["id"])
    assert held is not None
    assert runs.claim(second["id"]) is None
    assert second["id"] not in runs.waiting()

    model.Session.query(HarvestRun).filter_by(id=first["id"]).update({"phase": "apply"})
    model.Session.commit()
    assert runs.waiting() == [second["id"]]
    assert runs.claim(second["id"]) is not None


def test_fi_36_descriptions_that_became_worse_all_at_once_wait_for_a_person(partner):
    partner.register()
    partner.offer(*(package(number) for number in range(1, 7)))
    partner.run()
    before = packages()

    partner.offer(*(package(number, **WORSE) for number in range(1, 7)), package(7))
    run = partner.run()

    assert run["state"] == "needs-approval"
    assert run["guard"]["reasons"] == ["titles-worse", "grades-worse"]
    after = packages()
    assert {name: after[name]["title"] for name in before} == {name: before[name]["title"] for name in before}
    assert len(after) == 7, "a new record is added all the same"

    call("run_approve", id=run["id"], wake=False)
    runner.execute(run["id"])
    assert show(run["id"])["state"] == "finished"
    assert [one["title"] for one in packages().values()].count("Dataset") == 6


def test_another_publisher_waits_for_a_person(partner):
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()

    partner.offer(
        package(1, organization={"title": "Somebody else"}, dataset_source="Somebody else"), package(2)
    )
    run = partner.run()

    assert run["guard"]["reasons"] == ["publisher-changed"]
    assert run["state"] == "needs-approval"
