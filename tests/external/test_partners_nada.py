"""A recorded microdata library, served over HTTP, read and mapped: every study is accounted for."""

from __future__ import annotations

import json

import pytest

import replay
from partners import FIXTURES, harvest, present

pytestmark = present
UNHCR = FIXTURES / "ddi-nada/unhcr-microdata"
SEARCH = "/index.php/api/catalog/search"


def library(search, studies):
    def answering(path, query):
        if path == SEARCH:
            return replay.json_answer(search)
        name = path.removeprefix("/index.php/metadata/export/").removesuffix("/json")
        return replay.Answer(studies[name], "application/json") if name in studies else None

    return answering


def read(search, studies):
    with replay.serving(library(search, studies)) as portal:
        found = harvest(portal, "nada")
        found.requests = len(portal.asked)
    print(f"\nunhcr-microdata: {found.counts} requests={found.requests}")
    found.account()
    return found


@pytest.fixture
def search():
    return json.loads((UNHCR / "catalog-search.json").read_text())


@pytest.fixture
def studies():
    return {"187": (UNHCR / "metadata_187.json").read_bytes()}


def test_the_recorded_search_speaks_of_85_and_holds_two(search, studies):
    found = read(search, studies)
    assert found.listing.expected == 85
    assert not found.listing.complete
    assert set(found.records) == {"187"}
    named = {failure.remote_id: failure.error.code for failure in found.failures}
    assert named == {"187": "duplicate-identifier", "272": "duplicate-identifier"}
    assert found.failures[0].error.code == "unexpected-status"
    # The search twice (its second page brings nothing new), and two studies.
    assert found.requests == 4


def test_unhcrs_assessment_in_afghanistan_is_read_in_full(search, studies):
    search |= {"found": 1, "result": [row for row in search["result"] if row["id"] == "187"]}
    found = read(search, studies)
    assert found.listing.complete
    fields = found.records["187"].fields
    print(json.dumps(fields, ensure_ascii=False)[:2500])
    assert fields["identifier"] == "UNHCR-AFG-2017-SEA_KhostPaktika-1.1"
    assert fields["spatial_coverage"] == ["AFG"]
    assert fields["temporal_coverage"] == [{"start": "2017-05-11", "end": "2017-05-29"}]
    assert set(fields["population_group"]) >= {"refugees", "asylum-seekers"}
    assert fields["collection_method"] == ["household-survey"]
    assert fields["statistic_type"] == ["microdata"]
    assert fields["unit_of_analysis"] == ["household", "individual"]
    assert fields["contact"] == [{"email": "solutions@unhcr.org", "name": "UNHCR"}]
    # It declares confidentiality and no form of access: it is not shown as open (DD-02).
    assert fields["access_rights"] == "RESTRICTED"
    assert fields["url"] == "https://microdata.unhcr.org/index.php/catalog/187"
    assert fields["modified"] == "2019-12-05"
