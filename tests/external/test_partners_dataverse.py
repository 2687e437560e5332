"""Recorded datasets of Dataverse in native JSON, served behind its search API: nothing is lost silently."""

from __future__ import annotations

import json

import replay
from partners import FIXTURES, harvest, present

pytestmark = present
# Requests to create a dataset, or parts of one, which no search lists.
PLACES = ("croissant/dataverse/*/in/datasetJson.json", "ddi-nada/dataverse-ddi/dataset-*.json")


def exported():
    found = {}
    for path in sorted(one for pattern in PLACES for one in FIXTURES.glob(pattern)):
        dataset = json.loads(path.read_bytes())
        found[f"doi:10.5072/{len(found)}"] = (path.relative_to(FIXTURES), dataset)
    return found


def test_every_dataset_is_mapped_or_named():
    stored = exported()

    def answering(path, query):
        if path == "/api/search":
            start = int(query["start"])
            names = list(stored)[start : start + int(query["per_page"])]
            items = [{"type": "dataset", "global_id": name} for name in names]
            return replay.json_answer({"status": "OK", "data": {"total_count": len(stored), "items": items}})
        return replay.json_answer(stored[query["persistentId"]][1])

    with replay.serving(answering) as portal:
        found = harvest(portal, "dataverse", portal.url, {"rows": 4})
    print(f"\ndataverse: {found.counts}")
    found.account()
    assert found.listing.listed == len(stored) > 8
    for name, (path, dataset) in stored.items():
        if "metadataBlocks" not in dataset.get("datasetVersion", {}):
            assert name not in found.records
            continue
        record = found.records[name]
        print(path, record.title(), len(record.resources), record.fields.get("access_rights"))
        assert record.title()
        restricted = [one for one in dataset["datasetVersion"].get("files", []) if one.get("restricted")]
        assert (record.fields.get("access_rights") == "RESTRICTED") == bool(restricted)
