"""Runs from first to last: what comes, what stays, what goes, what a person is asked."""

from __future__ import annotations

import time
from datetime import timedelta

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories

import replay
from ckanext.migration.harvest import runner, runs
from ckanext.migration.harvest.model import HarvestRecord
from harvest_portal import AGREED, INVALID, by_remote_id, call, package, packages, records, show

# What a partner sends who runs a registry like this one: our fields, as they are.
OURS = {
    "title_translated": {"en": "Displacement tracking, round 1"},
    "notes_translated": {"en": "Counts of internally displaced persons by district, assessment round 1."},
    "identifier": "round-1",
    "migration_theme": ["internal-displacement"],
    "spatial_coverage": ["SDN"],
    "publisher": [{"name": "Displacement Tracking Unit"}],
    "contact": [{"name": "Data team", "email": "data@partner.example"}],
}


def written() -> dict[str, int]:
    """Count writes to CKAN's and the search's tables, as PostgreSQL itself counts them.

    A connection tells its counts when it is idle or ends, so the other ones of the pool are ended first.
    """
    model.Session.commit()
    model.Session.remove()
    model.meta.engine.dispose()
    others = sa.text(
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    for _turn in range(100):
        if not model.Session.scalar(others):
            break
        model.Session.commit()
        time.sleep(0.02)
    model.Session.execute(sa.text("select pg_stat_force_next_flush()"))
    model.Session.commit()
    tables = (
        "package",
        "resource",
        "package_extra",
        "package_tag",
        "member",
        "migration_search_outbox",
        "activity",
    )
    rows = model.Session.execute(
        sa.text(
            "select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables"
            " where relname = any(:names)"
        ),
        {"names": list(tables)},
    )
    found = dict(rows.all())
    model.Session.commit()
    return found


def age(days: int, runs_before: int) -> None:
    """Let what is missing be missing for longer."""
    rows = sa.update(HarvestRecord).where(HarvestRecord.missing_since.isnot(None))
    since = HarvestRecord.missing_since - timedelta(days=days)
    model.Session.execute(rows.values(missing_since=since, missing_runs=runs_before))
    model.Session.commit()


def test_first_run_keeps_everything_and_publishes_the_valid(partner):
    partner.register()
    partner.offer(package(1), package(2), package(3, **INVALID), most=2)

    run = partner.run()

    assert run["state"] == "finished"
    assert run["complete"]
    assert run["stable"]
    assert run["counters"]["listed"] == 3
    assert run["counters"]["added"] == 3
    assert run["counters"]["invalid"] == 1
    datasets = {dataset["url"][-1]: dataset for dataset in packages().values()}
    assert [datasets[key]["private"] for key in "123"] == [False, False, True]
    assert datasets["1"]["name"] == "displacement-tracking-round-1"
    assert datasets["1"]["owner_org"] == partner.organization
    [kept] = records(run["id"], "invalid")
    assert any(finding["severity"] == "violation" and finding["message"] for finding in kept["findings"])
    assert by_remote_id()["remote-003"].report["violations"] > 0


def test_a_value_of_the_wrong_form_is_kept_privately_and_published_when_mended(partner):
    partner.register()
    partner.offer(package(1, **OURS, temporal_coverage=[{"start": "since the war", "end": "2024"}]))
    run = partner.run()
    assert (run["counters"]["added"], run["counters"]["invalid"], run["counters"]["failed"]) == (1, 1, 0)
    [kept] = packages().values()
    assert kept["private"]
    assert kept["temporal_coverage"] == [{"start": "since the war", "end": "2024"}]
    [entry] = records(run["id"], "invalid")
    assert any(finding["field"] == "temporal_coverage" for finding in entry["findings"])

    partner.offer(package(1, **OURS, temporal_coverage=[{"start": "2023", "end": "2024"}]))
    assert partner.run()["counters"]["updated"] == 1
    [mended] = packages().values()
    assert not mended["private"]


def test_second_run_of_an_unchanged_source_writes_nothing(partner):
    partner.register()
    partner.offer(*(package(number) for number in range(1, 8)), package(8, **INVALID))
    partner.run()
    before, modified = written(), {name: one["metadata_modified"] for name, one in packages().items()}

    run = partner.run()

    assert run["counters"]["unchanged"] == 8
    assert run["counters"]["written"] == 0
    assert written() == before
    assert {name: one["metadata_modified"] for name, one in packages().items()} == modified


def test_the_content_decides_and_not_the_date(partner):
    partner.register()
    partner.offer(package(1))
    partner.run()
    before = written()
    partner.offer(package(1, metadata_modified="2027-01-01T00:00:00.000000"))

    assert partner.run()["counters"]["unchanged"] == 1
    assert written() == before


def test_a_change_is_applied_named_and_keeps_ids(partner):
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()
    [old] = [one for one in packages().values() if one["url"].endswith("/1")]
    partner.offer(package(1, title="Displacement tracking, first round"), package(2))

    run = partner.run()

    assert run["counters"]["updated"] == 1
    [new] = [one for one in packages().values() if one["id"] == old["id"]]
    assert new["title"] == "Displacement tracking, first round"
    assert new["name"] == old["name"]
    assert new["resources"][0]["id"] == old["resources"][0]["id"]
    [line] = call("run_diff", id=run["id"])["changed"]
    assert line["fields"] == ["title_translated"]


def test_what_a_person_edited_stays(partner):
    partner.register()
    partner.offer(package(1))
    partner.run()
    [dataset] = packages().values()
    better = {"en": "Displacement in Sudan, round 1"}
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": factories.Sysadmin()["name"]},
        {"id": dataset["id"], "title_translated": better},
    )
    partner.offer(
        package(1, notes="Counts of displaced persons by district, cause and age, with a new method note.")
    )

    run = partner.run()

    [dataset] = packages().values()
    assert dataset["title"] == better["en"]
    assert "new method note" in dataset["notes"]
    assert records(run["id"], "updated")[0]["kept"] == ["title_translated"]


def test_what_ckan_fills_in_by_itself_is_nobodys_edit(partner):
    """CKAN guesses media types and the portal names the publisher; the partner's next word still counts."""
    partner.register()
    nameless = {"dataset_source": "", "organization": None}
    for turn, changes in enumerate([nameless, nameless, {}], start=1):
        files = [
            {"id": "f", "name": f"File {turn}", "url": f"https://partner.example/{turn}.csv", "format": "CSV"}
        ]
        partner.offer(package(1, resources=files, title=f"Displacement tracking, edition {turn}", **changes))
        run = partner.run()
        [row] = records(run["id"])
        assert row["kept"] == []

    [dataset] = packages().values()
    assert dataset["publisher"][0]["name"] == "Displacement Tracking Unit"
    assert [resource["url"] for resource in dataset["resources"]] == ["https://partner.example/3.csv"]


def test_a_dataset_deleted_here_stays_deleted(partner):
    partner.register()
    partner.offer(package(1))
    partner.run()
    [dataset] = packages().values()
    tk.get_action("package_delete")(
        {"ignore_auth": True, "user": factories.Sysadmin()["name"]}, {"id": dataset["id"]}
    )
    partner.offer(package(1, title="Another title"))

    run = partner.run()

    assert run["counters"]["withdrawn"] == 1
    assert model.Package.get(dataset["id"]).state == "deleted"


def test_a_record_mended_by_its_partner_becomes_public_by_itself(partner):
    partner.register()
    partner.offer(package(1, **INVALID))
    partner.run()
    partner.offer(package(1))

    run = partner.run()

    assert run["counters"]["updated"] == 1
    assert [one["private"] for one in packages().values()] == [False]


def test_without_agreement_a_record_waits_for_a_person(partner):
    partner.register(options={key: value for key, value in AGREED.items() if key != "default_sensitivity"})
    partner.offer(package(1))
    run = partner.run()

    [dataset] = packages().values()
    assert dataset["private"]
    assert dataset["sensitivity_level"] == "moderate"
    assert not records(run["id"])[0]["confirmed"]
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": factories.Sysadmin()["name"]},
        {"id": dataset["id"], "private": False, "sensitivity_level": "low"},
    )
    partner.offer(package(1, title="Displacement tracking, first round"))
    partner.run()

    [dataset] = packages().values()
    assert not dataset["private"]
    assert dataset["sensitivity_level"] == "low"
    assert dataset["title"] == "Displacement tracking, first round"


def test_a_missing_record_goes_after_its_grace_and_comes_back_as_it_was(partner):
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()
    [gone] = [one for one in packages().values() if one["url"].endswith("/2")]
    partner.offer(package(1))

    first = partner.run()
    assert first["state"] == "finished"
    assert first["counters"]["missing"] == 1
    assert not packages()[gone["name"]]["private"]
    assert by_remote_id()["remote-002"].missing_since is not None

    age(days=8, runs_before=1)
    assert partner.run()["counters"]["archived"] == 0
    last = partner.run()
    assert last["counters"]["archived"] == 1
    assert packages()[gone["name"]]["private"]
    assert partner.run()["counters"]["archived"] == 0

    partner.offer(package(1), package(2))
    back = partner.run()
    assert back["counters"]["restored"] == 1
    again = packages()[gone["name"]]
    assert (again["id"], again["private"]) == (gone["id"], False)
    assert by_remote_id()["remote-002"].missing_since is None


def test_a_record_back_within_its_grace_is_not_written(partner):
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()
    partner.offer(package(1))
    partner.run()
    before = written()
    partner.offer(package(1), package(2))

    run = partner.run()

    assert run["counters"]["restored"] == 1
    assert written() == before
    assert by_remote_id()["remote-002"].state == "current"


def whole() -> list[dict]:
    """Ten records."""
    return [package(number) for number in range(1, 11)]


def lying(total: int, *listed: dict) -> replay.Answering:
    """Answer with a total that the list does not keep."""
    return lambda path, query: replay.action(
        {"count": total, "results": list(listed)[int(query.get("start", 0)) :]}
    )


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        pytest.param(replay.ckan([]), "listing-empty", id="DL-01 empty"),
        pytest.param(lying(10, *whole()[:9]), "listing-incomplete", id="DL-02 incomplete"),
        pytest.param(replay.ckan(whole()[:4]), "listing-shrunken", id="DL-03 shrunken"),
    ],
)
def test_a_doubtful_list_removes_nothing_and_asks(partner, answering, reason):
    partner.register()
    partner.offer(*whole())
    partner.run()
    before = written()
    partner.portal.answering = answering

    run = partner.run()

    assert run["state"] == "needs-approval"
    assert reason in run["guard"]["reasons"]
    assert run["counters"]["missing"] == run["counters"]["archived"] == 0
    assert written() == before
    assert all(row.missing_since is None for row in by_remote_id().values())


def test_an_approval_lets_go_once(partner):
    partner.register()
    partner.offer(*whole())
    partner.run()
    partner.offer(*whole()[:4])
    held = partner.run()

    approved = call("run_approve", id=held["id"], wake=False)
    assert approved["state"] == "queued"
    assert runner.execute(held["id"]) == "finished"
    assert show(held["id"])["counters"]["archived"] == 6
    assert sum(one["private"] for one in packages().values()) == 6

    again = call("run_approve", id=held["id"], wake=False)
    assert again["state"] == "finished"
    assert runner.execute(held["id"]) is None


def test_an_approval_after_a_newer_run_is_refused(partner):
    partner.register()
    partner.offer(*whole())
    partner.run()
    partner.offer(*whole()[:4])
    held = partner.run()
    partner.offer(*whole())
    partner.run()

    with pytest.raises(tk.ValidationError, match="newer run"):
        call("run_approve", id=held["id"], wake=False)
    assert not any(one["private"] for one in packages().values())


def test_sudden_growth_is_held_until_approved(partner, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.migration.harvest.growth_minimum", 3)
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()
    partner.offer(*whole())

    run = partner.run()
    assert run["state"] == "needs-approval"
    assert run["guard"]["reasons"] == ["listing-grown"]
    assert len(packages()) == 2

    call("run_approve", id=run["id"], wake=False)
    assert runner.execute(run["id"]) == "finished"
    assert len(packages()) == 10


def test_missing_after_other_settings_asks(partner):
    partner.register()
    partner.offer(*whole())
    partner.run()
    call("source_update", id="partner", options={"default_sensitivity": "low", "tags": ["stock"]})
    partner.offer(*whole()[:9])

    run = partner.run()

    assert run["state"] == "needs-approval"
    assert "settings-changed" in run["guard"]["reasons"]


def test_a_portal_out_of_reach_is_a_failed_run_in_words(partner):
    partner.register(url="http://127.0.0.1:9")

    run = partner.run()

    assert run["state"] == "failed"
    assert run["error"]["message"]
    assert run["error"]["remedy"]
    assert "Traceback" not in str(run)


def test_one_bad_record_costs_only_itself(partner):
    partner.register()
    broken = package(2, extras="not a list", resources="none", title=["x"])
    partner.offer(package(1), broken, package(3), {"name": "", "title": "nameless"})

    run = partner.run()

    assert len(packages()) >= 2
    assert run["counters"]["listed"] == 4
    assert run["complete"] is False
    failures = records(run["id"], "failed")
    assert failures
    assert all(row["stage"] and row["error"]["message"] for row in failures)


def test_two_starters_get_one_run(partner):
    partner.register()
    partner.offer(package(1))
    first = call("run_create", source="partner", wake=False)

    with pytest.raises(tk.ValidationError, match="Run 1 of partner is queued"):
        call("run_create", source="partner", wake=False)
    assert runs.claim(first["id"]) is not None
    assert runs.claim(first["id"]) is None


def test_a_fenced_worker_cannot_write(partner):
    partner.register()
    run = call("run_create", source="partner", wake=False)
    old = runs.claim(run["id"])
    model.Session.execute(sa.text("update migration_harvest_run set lease_until = now() - interval '1 hour'"))
    model.Session.commit()
    new = runs.claim(run["id"])

    assert new.epoch == old.epoch + 1
    with pytest.raises(runs.RunLost), runs.transaction(old):
        pass
    with runs.transaction(new) as row:
        assert row.epoch == new.epoch


def test_a_stopped_run_goes_on_where_it_stood(partner):
    partner.register()
    partner.offer(package(1))
    run = call("run_create", source="partner", wake=False)
    call("run_stop", id=run["id"])

    assert runner.execute(run["id"]) is None
    assert show(run["id"])["stopped"]
    resumed = call("run_create", source="partner", wake=False)
    assert resumed["id"] == run["id"]
    assert runner.execute(run["id"]) == "finished"


def test_going_back_to_an_earlier_run(partner):
    partner.register()
    partner.offer(package(1), package(2))
    goal = partner.run()
    before = {name: (one["title"], one["private"]) for name, one in packages().items()}
    partner.offer(package(1, title="Displacement tracking, changed"), package(2), package(3))
    later = partner.run()

    run = call("run_rollback", id=goal["id"], wake=False)
    assert runner.execute(run["id"]) == "finished"

    now = {name: (one["title"], one["private"]) for name, one in packages().items()}
    assert {name: now[name] for name in before} == before
    assert [name for name, (_title, private) in now.items() if private] == ["displacement-tracking-round-3"]
    assert show(later["id"])["state"] == "rolled-back"
    assert show(run["id"])["counters"]["updated"] == 1
    assert call("source_show", id="partner")["state"] == "paused"

    partner.offer(package(1, title="Displacement tracking, changed"), package(2), package(3))
    again = partner.run()
    assert again["counters"]["updated"] == 1
    assert again["counters"]["restored"] == 1


def test_difference_between_two_runs(partner):
    partner.register()
    partner.offer(package(1), package(2))
    first = partner.run()
    partner.offer(package(1, title="Displacement tracking, changed"), package(2), package(3))
    second = partner.run()

    changes = call("run_diff", id=second["id"], against=first["id"])

    assert [line["remote_id"] for line in changes["added"]] == ["remote-003"]
    assert [(line["remote_id"], line["fields"]) for line in changes["changed"]] == [
        ("remote-001", ["title_translated"])
    ]
    assert not changes["removed"]
