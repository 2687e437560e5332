"""The command that measures judged queries, on a catalogue of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ckan.cli.cli import ckan
from ckan.tests import factories

from search_site import ALONE, Searching, dataset

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
