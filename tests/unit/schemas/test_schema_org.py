"""schema.org/Dataset, as dataset search engines read it."""

from __future__ import annotations

import json

from migration_schemas import Record, schema_org

WHERE = {
    "url": "https://r.example.org/dataset/x",
    "catalogue_url": "https://r.example.org/",
    "catalogue_name": "Registry",
}


def test_full_record_in_a_readers_language(full):
    found = schema_org.dataset(full, **WHERE, lang="fr")
    assert found["@type"] == "Dataset"
    assert found["name"] == full.fields["title_translated"]["fr"]
    assert 50 <= len(found["description"]) <= 5000
    assert found["license"] == "https://creativecommons.org/licenses/by/3.0/igo/"
    assert found["includedInDataCatalog"]["name"] == "Registry"
    assert {"@type": "Place", "name": "Yémen", "identifier": "YEM"} in found["spatialCoverage"]
    assert found["temporalCoverage"] == ["2025-01-01/2025-03-31", "2024/2024"]
    assert found["distribution"][1]["contentUrl"].endswith("codebook.pdf")
    assert "déplacement" in found["keywords"]
    assert "isAccessibleForFree" not in found
    json.dumps(found)


def test_only_what_is_known_is_stated(minimal):
    found = schema_org.dataset(minimal, **WHERE)
    assert found["isAccessibleForFree"] is True
    assert "license" not in found
    assert "temporalCoverage" not in found
    assert all(found.values())


def test_long_descriptions_are_cut():
    found = schema_org.dataset(Record({"notes_translated": {"en": "x" * 9000}}), **WHERE)
    assert len(found["description"]) == 5000
