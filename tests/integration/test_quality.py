"""Scores that are kept, what they say together, and links that are tried (R-X1-a, R-K-g)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.tests import factories
from rdflib import Graph, URIRef
from rdflib.namespace import FOAF

from ckanext.migration.quality import ledger
from ckanext.migration.quality.model import HISTORY, SCORE
from migration_schemas import profile_version, quality
from registry_site import Site


def stored(package_id: str) -> Any:
    model.Session.rollback()
    with model.meta.engine.connect() as connection:
        return (
            connection.execute(sa.select(SCORE).where(SCORE.c.package_id == package_id))
            .mappings()
            .one_or_none()
        )


def test_a_save_keeps_the_score_with_the_version_of_the_profile(site: Site) -> None:
    made = site.create()
    shown = site.call("migration_quality_show", id=made["id"])
    kept = stored(made["id"])
    assert kept["profile_version"] == profile_version() == shown["profile_version"]
    assert kept["conformance"] == site.call("migration_dataset_validate", id=made["id"]).get(
        "conformance", kept["conformance"]
    )
    own = shown["migdcat"]
    assert (kept["earned"], kept["possible"], kept["percent"]) == (
        own["earned"],
        own["possible"],
        own["percent"],
    )
    assert kept["mqa"] == shown["mqa"]["earned"]
    assert {each["name"]: each["gain"] for each in own["repairs"]} == kept["repairs"]
    assert [row["percent"] for row in shown["history"]] == [own["percent"]]


def test_r_x1_a_the_repair_that_is_named_brings_the_points_that_are_stated(site: Site) -> None:
    made = site.create(without=("frequency", "temporal_coverage"))
    before = site.call("migration_quality_show", id=made["id"])["migdcat"]
    gain = {each["name"]: each["gain"] for each in before["repairs"]}
    assert before["repairs"][0]["gain"] == max(gain.values())
    site.call("package_patch", id=made["id"], temporal_coverage=[{"start": "2023", "end": "2024"}])
    after = site.call("migration_quality_show", id=made["id"])["migdcat"]
    assert after["earned"] == before["earned"] + gain["period"]
    assert after["possible"] == before["possible"]
    assert sum(each["earned"] for each in after["dimensions"]) == pytest.approx(after["earned"])
    assert stored(made["id"])["earned"] == after["earned"]


def test_history_has_a_row_a_day_and_only_where_something_changed(site: Site) -> None:
    made = site.create()
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(HISTORY).values(day=sa.text("day - 3")).where(HISTORY.c.package_id == made["id"])
        )
    site.call("package_patch", id=made["id"], notes_translated={"en": "The same in other words. " * 3})
    assert len(site.call("migration_quality_show", id=made["id"])["history"]) == 1
    site.call("package_patch", id=made["id"], frequency="")
    found = site.call("migration_quality_show", id=made["id"])["history"]
    assert [row["percent"] for row in found] == sorted((row["percent"] for row in found), reverse=True)
    assert len(found) == 2


def test_a_dataset_that_somebody_may_not_read_has_no_score_for_her(site: Site) -> None:
    made = site.create(private=True)
    for user in ("", site.stranger["name"]):
        with pytest.raises(tk.NotAuthorized):
            site.call("migration_quality_show", user, id=made["id"])
    assert site.call("migration_quality_show", id=made["id"])["migdcat"]["earned"] > 0
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_quality_show", id="no-such-dataset")


def test_the_scorecard_is_the_mean_of_the_public_records_and_tells_nothing_of_others(site: Site) -> None:
    shown = [site.create(), site.create(without=("frequency", "issued", "temporal_coverage"))]
    site.create(private=True, without=("frequency",))
    draft = site.create(state="draft", without=("frequency",))
    gone = site.create()
    site.call("package_delete", id=gone["id"])
    scores = [site.call("migration_quality_show", id=each["id"])["migdcat"] for each in shown]
    for user in ("", site.editor["name"]):
        card = site.call("migration_quality_scorecard", user, organization=site.agency_name)
        assert card["count"] == 2
        assert card["percent"] == round(sum(each["percent"] for each in scores) / 2, 1)
        assert [each["id"] for each in card["records"]] == [shown[1]["id"], shown[0]["id"]]
        assert sum(card["bands"].values()) == sum(card["conformance"].values()) == 2
    assert draft["id"] not in str(card)
    wanted: dict[str, float] = {}
    for score in scores:
        for each in score["repairs"]:
            wanted[each["name"]] = round(wanted.get(each["name"], 0) + each["gain"], 1)
    assert {each["name"]: each["points"] for each in card["repairs"]} == wanted
    assert card["repairs"][0]["points"] == max(wanted.values())
    registry = site.call("migration_quality_scorecard", "", limit=0)
    mine = next(each for each in registry["agencies"] if each["id"] == site.agency)
    assert (mine["records"], mine["percent"]) == (2, card["percent"])
    assert registry["records"] == []


def test_an_agency_without_public_datasets_has_an_empty_scorecard(site: Site) -> None:
    card = site.call("migration_quality_scorecard", "", organization=site.agency)
    assert (card["count"], card["percent"], card["records"], card["repairs"]) == (0, None, [], [])
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_quality_scorecard", "", organization="nobody")
    with pytest.raises(tk.ValidationError):
        site.call("migration_quality_scorecard", "", limit="many")
    group = factories.Group()
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_quality_scorecard", "", organization=group["id"])


def test_pages_say_what_the_actions_say(site: Site, app: Any) -> None:
    made = site.create()
    own = site.call("migration_quality_show", id=made["id"])["migdcat"]
    page = app.get(f"/dataset/{made['name']}/quality").body
    assert f"{own['percent']} %" in page
    assert own["metrics"][0]["label"] in page
    assert "+15" in page
    for path in (f"/organization/{site.agency_name}/quality", "/about/quality"):
        assert app.get(path, status=200).body.count("mig-bars")
    assert made["title"] in app.get(f"/organization/{site.agency_name}/quality").body
    app.get("/organization/nobody/quality", status=404)
    for suffix in ("json", "ttl", "jsonld"):
        served = app.get(f"/dataset/{made['name']}/score.{suffix}", status=200)
        assert str(own["earned"]).removesuffix(".0") in served.body
    graph = Graph().parse(data=app.get(f"/dataset/{made['name']}/score.ttl").body, format="turtle")
    assert (None, FOAF.primaryTopic, URIRef(f"{tk.config['ckan.site_url']}/dataset/{made['id']}")) in graph
    app.get(f"/dataset/{made['name']}/score.xml", status=404)
    french = app.get(f"/fr/dataset/{made['name']}/quality").body
    assert "Score de la description" in french


def test_scores_are_computed_anew_for_another_version_of_the_profile(site: Site, cli: Any) -> None:
    made, other = site.create(), site.create()
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.update(SCORE).values(profile_version="0.0", earned=1).where(SCORE.c.package_id == made["id"])
        )
        connection.execute(sa.delete(SCORE).where(SCORE.c.package_id == other["id"]))
    found = cli.invoke(ckan, ["migration", "quality", "compute"])
    assert found.exit_code == 0, found.output
    assert stored(made["id"])["profile_version"] == profile_version()
    assert stored(made["id"])["earned"] > 1
    assert stored(other["id"]) is not None


def test_what_is_no_longer_there_is_forgotten(site: Site) -> None:
    """A purge takes the scores with it; what was removed past CKAN goes with the next computing."""
    made, kept = site.create(), site.create()
    gone = f"gone-{made['id']}"
    with model.meta.engine.begin() as connection:
        ledger.keep(connection, {**made, "id": gone})
    site.call("dataset_purge", factories.Sysadmin()["name"], id=made["id"])
    assert stored(made["id"]) is None
    assert stored(gone)

    with model.meta.engine.begin() as connection:
        assert ledger.forget(connection) >= 2
    assert stored(gone) is None
    assert stored(kept["id"])


def test_the_row_is_not_kept_when_the_save_fails(site: Site) -> None:
    with pytest.raises(tk.ValidationError):
        site.create(name="a-name-that-is-kept", sensitivity_level="no-such-level")
    assert quality.MIGDCAT.most == 500
    assert model.Package.get("a-name-that-is-kept") is None
