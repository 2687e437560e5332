"""Recorded SDMX registries, served over HTTP, read and mapped: every dataflow is accounted for."""

# ruff: noqa: E501 - tables of recorded files

from __future__ import annotations

import gzip
import json

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
SDMX = FIXTURES / "sdmx"


def body(name):
    content = (SDMX / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


def registry(listed, flows):
    """Answer with a list of dataflows, and with a structure for those that are recorded."""

    def answering(path, query):
        if path.endswith("/latest"):
            return replay.Answer(listed, "application/xml")
        name = path.split("/")[-2]
        return replay.Answer(flows[name], "text/plain") if name in flows else None

    return answering


def read(answering, **options):
    with replay.serving(answering) as portal:
        found = harvest(portal, "sdmx", f"{portal.url}/rest", options)
    found.account()
    return found


def show(name, found):
    print(f"\n{name}: {found.counts}")
    for record in list(found.records.values())[:2]:
        print(json.dumps(record.fields, ensure_ascii=False)[:1200])


INSEE = {
    "CNA-2010-CONSO-SI-A17": "insee/CNA-2010-CONSO-SI-A17-structure.xml.gz",
    "IPI-2010-A21": "insee/IPI-2010-A21-structure.xml.gz",
}


def test_insee_663_dataflows_with_two_structures_recorded():
    flows = {name: body(path) for name, path in INSEE.items()}
    found = read(registry(body("insee/dataflow.xml.gz"), flows))
    show("insee", found)
    assert found.listing.listed == found.listing.expected == 663
    assert len(found.records) == 2
    # The other structures were not recorded; each is named, and none of them is taken for removed.
    assert {failure.error.code for failure in found.failures} == {"unexpected-status"}
    assert found.listing.complete
    for record in found.records.values():
        assert set(record.fields["title_translated"]) == {"en", "fr"}
        assert record.resources[0]["format"] == "SDMX"


ALONE = {
    "unicef/GLOBAL_DATAFLOW-structure.xml.gz": {"spatial_coverage": ["AFG"], "disaggregation": ["reference-area", "sex"]},
    "misc-agencies/IMF/1PI-structure.xml.gz": {"disaggregation": ["reference-area"]},
    "misc-agencies/IMF/ECOFIN_DSD-structure.xml.gz": {"disaggregation": ["reference-area"]},
    "misc-agencies/ESTAT/esms-structure.xml.gz": {"statistic_type": ["indicator"]},
    "insee/CNA-2010-CONSO-SI-A17-structure.xml.gz": {"statistic_type": ["indicator"]},
    "bis-fmr-json/cs.json.gz": {"statistic_type": ["indicator"]},
    "bis-fmr-json/details.json.gz": {"statistic_type": ["indicator"]},
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_every_recorded_message_with_dataflows_is_a_small_registry(name):
    content = body(name)
    found = read(lambda path, query: replay.Answer(content, "application/octet-stream"))
    show(name, found)
    assert found.listing.complete
    assert found.records
    assert not found.failures
    record = next(iter(found.records.values()))
    assert record.title("en")
    assert {key: record.fields.get(key) for key in ALONE[name]} == ALONE[name]


def test_messages_without_dataflows_are_empty_registries_not_errors():
    content = body("misc-agencies/SGR/common-structure.xml.gz")
    found = read(lambda path, query: replay.Answer(content, "application/xml"))
    assert (found.listing.listed, found.listing.expected) == (0, 0)


REFUSED = {
    "misc-agencies/ESTAT/footer.xml.gz": "413",
    "misc-agencies/ESTAT/footer2.xml.gz": "413",
    "misc-agencies/ESTAT/footer2.zip.gz": "something else",
    "misc-agencies/ESTAT/esms.xml.gz": "something else",
    "misc-agencies/WB/gh-78.xml.gz": "something else",
    "misc-agencies/OECD/data-PART2-all-all.json.gz": "something else",
    "bis-fmr-json/cs.fusion.json.gz": "something else",
    "bis-fmr-json/report.json.gz": "something else",
    "ilo/request.json": "something else",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_structure_message_is_refused_with_the_reason(name):
    content = body(name)
    with pytest.raises(SourceRefused) as refused:
        read(lambda path, query: replay.Answer(content, "application/xml"))
    print(f"\n{name}: {refused.value}")
    assert REFUSED[name] in refused.value.message
