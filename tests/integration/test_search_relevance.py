"""The command that measures judged queries, on a catalogue of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan.cli.cli import ckan
from ckan.tests import factories, helpers

from ckanext.migration.search import auth, config
from ckanext.migration.search.errors import SettingInvalid
from ckanext.migration.search.relevance import measurements
from search_site import ALONE, Searching, change, dataset

pytestmark = ALONE

JUDGED = """
queries:
  - {q: rivers, lang: en, group: researcher, grades: {rivers-of-africa: 3, hidden-rivers: 3}}
  - {q: lakes, lang: fr, group: policy, grades: {lakes-of-africa: 3}}
  - {q: glaciers, lang: fr, group: policy, grades: {rivers-of-africa: 1}}
  - {q: seas, lang: fr, group: policy, grades: {never-made: 3}}
"""


def measured(cli: Any, file: Path, *words: str) -> Any:
    return cli.invoke(ckan, ["migration", "search", "relevance", str(file), *words])


def test_judged_queries_are_asked_as_an_anonymous_reader_asks(
    searching: Searching, cli: Any, tmp_path: Path
) -> None:
    file = tmp_path / "judged.yaml"
    file.write_text(JUDGED, "utf-8")
    dataset(name="rivers-of-africa", title="Rivers of Africa")
    dataset(name="lakes-of-africa", title="Lakes of Africa")
    dataset(name="hidden-rivers", title="Rivers", private=True, owner_org=factories.Organization()["id"])
    answer = measured(cli, file, "--json")
    found = json.loads(answer.stdout.strip().splitlines()[-1])
    assert answer.exit_code == 1
    assert found["skipped"] == ["seas"]
    scores = {score["q"]: score["ndcg"] for score in found["scores"]}
    assert scores == {"rivers": 1.0, "lakes": 1.0, "glaciers": 0.0}
    assert found["empty"] == 1 / 3

    people = measured(cli, file, "--least", "0.6")
    assert people.exit_code == 1  # a third finds nothing
    assert "nDCG@10 0.667; without a hit 33.3%" in people.output
    assert "33.3% of the queries find nothing, at most 2.0% may" in people.output
    assert "0.000  fr  glaciers  (0 found)" in people.output


def test_other_catalogues_and_wrong_files_are_told(searching: Searching, cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "judged.yaml"
    file.write_text(JUDGED, "utf-8")
    answer = measured(cli, file)
    assert answer.exit_code == 1
    assert "none of the judged datasets" in answer.output
    file.write_text("queries: 1", "utf-8")
    wrong = measured(cli, file)
    assert wrong.exit_code == 1
    assert "not a readable file of judged queries" in wrong.output


def rebuilt(cli: Any, *words: str) -> Any:
    return cli.invoke(ckan, ["migration", "search", "rebuild", *words])


@pytest.fixture
def judged(searching: Searching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two datasets, two queries about them, and the setting that makes a rebuild ask these."""
    with searching.database.begin() as connection:
        connection.execute(sa.delete(measurements.TABLE))
    file = tmp_path / "judged.yaml"
    file.write_text(
        "queries:\n"
        "  - {q: rivers, lang: en, group: researcher, grades: {rivers-of-africa: 3}}\n"
        "  - {q: lakes, lang: fr, group: policy, grades: {lakes-of-africa: 3}}\n",
        "utf-8",
    )
    dataset(name="rivers-of-africa", title="Rivers of Africa")
    dataset(name="lakes-of-africa", title="Lakes of Africa")
    # commands read CKAN's configuration anew
    monkeypatch.setattr(config, "judgements", lambda: file)
    return file


def shown(user: str = "") -> dict[str, Any]:
    return helpers.call_action("migration_search_relevance_show", {"user": user, "ignore_auth": False})


def test_a_rebuild_promotes_an_index_only_inside_the_limits(
    searching: Searching, cli: Any, judged: Path
) -> None:
    assert shown()["measured_at"] is None
    good = rebuilt(cli)
    assert good.exit_code == 0, good.output
    assert "new: nDCG@10 1.000, without a hit 0.0%" in good.output
    first = searching.engine.behind(config.alias())
    measured = shown()
    assert measured["ndcg_at_10"] == 1.0
    assert measured["languages"] == {"en": 1.0, "fr": 1.0}

    # The file now expects something else of one query; the old index was measured with it as well.
    judged.write_text(judged.read_text("utf-8").replace("q: lakes", "q: glaciers"), "utf-8")
    bad = rebuilt(cli)
    assert bad.exit_code == 1
    assert "The old index stays" in bad.output
    assert "--promote-anyway" in bad.output
    assert searching.engine.behind(config.alias()) == first
    assert searching.engine.matching(f"{config.alias()}-v*") == first
    assert shown()["ndcg_at_10"] == 0.5  # of the old index, that people search
    assert searching.find(q="rivers")["count"] == 1

    forced = rebuilt(cli, "--promote-anyway")
    assert forced.exit_code == 0, forced.output
    assert "outside the limits: nDCG@10 is 0.500" in forced.output
    assert searching.engine.behind(config.alias()) != first


def test_the_new_index_is_asked_and_not_the_one_that_serves(
    searching: Searching, cli: Any, judged: Path
) -> None:
    """The old index has lost a document: only the new one can answer the query."""
    searching.engine.delete_by_query(config.alias(), {"term": {"name": "lakes-of-africa"}}, refresh=True)
    answer = rebuilt(cli)
    assert answer.exit_code == 0, answer.output
    assert "before: nDCG@10 0.500, without a hit 50.0%" in answer.output
    assert "new: nDCG@10 1.000" in answer.output


def test_a_judged_dataset_that_is_hidden_is_neither_asked_for_nor_told(
    searching: Searching, cli: Any, judged: Path
) -> None:
    """LK-01: the figures are public, so nothing about a hidden record may be in them."""
    change("lakes-of-africa", private=True, owner_org=factories.Organization()["id"])
    answer = measured(cli, judged, "--publish", "--json")
    assert answer.exit_code == 0, answer.output
    assert shown()["queries"] == 1
    assert "lakes" not in json.dumps(shown())


def test_a_file_that_cannot_be_read_stops_a_rebuild_before_it_begins(
    searching: Searching, cli: Any, judged: Path
) -> None:
    old = searching.engine.behind(config.alias())
    judged.unlink()
    missing = rebuilt(cli)
    assert missing.exit_code == 1
    assert "judged.yaml is not a readable file of judged queries" in missing.output
    assert searching.engine.behind(config.alias()) == old


@pytest.mark.parametrize("value", ["85", "-0.1", "many", "nan"])
def test_limits_are_shares(searching: Searching, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setitem(tk.config, "ckanext.migration.search.least_ndcg", value)
    with pytest.raises(SettingInvalid, match="least_ndcg is not a number from 0 to 1"):
        config.least_ndcg()
    monkeypatch.setitem(tk.config, "ckanext.migration.search.least_ndcg", "0.7")
    assert config.least_ndcg() == 0.7


def test_whoever_may_not_search_is_not_told_the_figures(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = tk.check_access

    def closed(action: str, *given: Any) -> Any:
        if action == "package_search":
            raise tk.NotAuthorized
        return original(action, *given)

    monkeypatch.setattr(auth.tk, "check_access", closed)
    with pytest.raises(tk.NotAuthorized):
        shown()


def test_the_page_says_what_was_measured_or_that_nothing_was(
    searching: Searching, cli: Any, judged: Path, app: Any
) -> None:
    page = app.get("/about/search")
    assert "Nothing was measured on this portal yet" in page.body
    measured(cli, judged, "--publish")
    page = app.get("/about/search").body
    assert "Order of the results (nDCG@10)" in page
    assert "1.00" in page
    assert "rivers" not in page
