"""Recorded files with HXL hashtags, served over HTTP: what their data prove."""

from __future__ import annotations

import gzip

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
FILES = FIXTURES / "csv-hxl"


def read(path):
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with replay.serving(lambda asked, query: replay.Answer(body, "text/csv")) as portal:
        found = harvest(portal, "hxl", f"{portal.url}/{path.name.removesuffix('.gz')}")
    print(f"\n{path.name}: {found.counts}")
    found.account()
    (record,) = found.records.values()
    print(record.fields)
    return record


@pytest.mark.parametrize(
    "path", sorted(FILES.glob("worldbank-quickchart/*.csv")) or [FILES], ids=lambda path: path.name
)
def test_world_bank_files_of_one_country(path):
    record = read(path)
    assert record.fields["spatial_coverage"] == ["AFG"]
    assert "reference-area" not in record.fields.get("disaggregation", [])


def test_dtm_places_below_the_country_are_borne_out():
    record = read(FILES / "iom-dtm/global-iom-dtm-from-api-admin-0-to-2.csv.gz")
    assert "reference-area" in record.fields["disaggregation"]
    assert record.fields["admin_level"] == 2
    assert record.fields["number_of_records"] > 10_000
    assert set(record.fields["spatial_coverage"]) == {"AFG", "HTI", "TCD"}


def test_a_file_without_hashtags_is_refused():
    with pytest.raises(SourceRefused, match="hashtags"):
        read(FILES / "unhcr-population/HDX_Solutions.csv")
