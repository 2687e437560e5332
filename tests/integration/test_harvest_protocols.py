"""Every protocol through the whole engine: its recording is harvested into datasets, and read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import replay
from harvest_portal import AGREED, packages

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
PROTOCOLS = sorted(path.name for path in RECORDINGS.iterdir() if (path / "index.json").is_file())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_recorded_partner_becomes_datasets_and_a_second_reading_changes_nothing(partner, protocol):
    # Pages that name each other name the host that they were recorded at.
    recorded, home = "http://portal.example", partner.portal.url
    index = json.loads((RECORDINGS / protocol / "index.json").read_text().replace(recorded, home))
    partner.portal.answering = replay.pages(
        {
            row["path"]: replay.Answer(
                (RECORDINGS / protocol / row["file"]).read_bytes().replace(recorded.encode(), home.encode()),
                row["media_type"],
                headers=row.get("headers", {}),
            )
            for row in index["replies"]
        }
    )
    partner.register(protocol=protocol, url=index["start"], options={**AGREED, **index["options"]})

    first = partner.run()
    assert first["state"] == "finished", first["problems"]
    assert first["complete"], first["problems"]
    assert first["counters"]["listed"] == first["counters"]["added"] == index["records"]
    assert first["counters"].get("failed", 0) == 0
    found = packages()
    assert len(found) == index["records"]
    for dataset in found.values():
        assert "Anyland" in dataset["title"]
        assert dataset["migration_theme"]
        assert dataset["spatial_coverage"]

    second = partner.run()
    assert second["complete"]
    assert second["counters"]["unchanged"] == index["records"]
    assert packages() == found
