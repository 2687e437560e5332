"""Recorded replies of DataCite's REST API, served over HTTP: every record is accounted for."""

from __future__ import annotations

import json

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
FOLDER = FIXTURES / "datacite"


def read(body, **options):
    with replay.serving(lambda path, query: replay.Answer(body, "application/json")) as portal:
        return harvest(portal, "datacite", portal.url, {"query": "x", **options})


def test_dois_of_a_search_cut_to_its_first_page():
    answer = json.loads((FOLDER / "ropensci-dc_dois/000.json").read_bytes())
    answer["links"].pop("next")
    found = read(json.dumps(answer).encode(), all_types=True)
    print(f"\nropensci-dc_dois: {found.counts}")
    found.account()
    assert len(found.records) == len(answer["data"])
    assert not found.listing.complete
    assert all(record.title() and record.fields["issued"] for record in found.records.values())


def test_a_list_of_repositories_has_names_but_is_no_list_of_records():
    found = read((FOLDER / "ropensci-dc_clients/000.json").read_bytes())
    print(f"\nropensci-dc_clients: {found.counts}")
    found.account()
    assert not found.listing.complete


@pytest.mark.parametrize("name", ["000.html", "001.json", "002.txt"])
def test_what_zenodo_answers_in_its_own_form_is_refused(name):
    with pytest.raises(SourceRefused):
        read((FOLDER / "zenodo-rest-search" / name).read_bytes())


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "xml").glob("*.json")) or [FOLDER], ids=lambda path: path.name
)
def test_single_records_in_json(path):
    body = (
        b'{"data": [{"id": "10.5072/one", "attributes": ' + path.read_bytes() + b'}], "meta": {"total": 1}}'
    )
    try:
        json.loads(body)
    except ValueError:
        with pytest.raises(SourceRefused):
            read(body, all_types=True)
        return
    found = read(body, all_types=True)
    print(f"\n{path.name}: {found.counts}")
    found.account()
