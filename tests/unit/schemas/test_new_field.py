"""A further field needs entries in files, and no program code (R-C-c).

Form, validators and API are scheming's, which reads the same list; here is what is ours: RDF in both
directions, shapes, index and facet.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import migration_schemas
import migration_vocabularies

FIELD = """
- field_name: x_test
  preset: migration_concepts
  group: content
  level: recommended
  label: {en: Trial, fr: Essai}
  vocabulary: x-test
  rdf_property: mig:xTest
  search_facet: true
"""
LIST = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<cv/x-test> a skos:ConceptScheme ; owl:versionInfo "1.0.0" ; skos:prefLabel "Trial"@en, "Essai"@fr .
<cv/x-test/a> a skos:Concept ; skos:inScheme <cv/x-test> ; dct:identifier "a" ; skos:prefLabel "First"@en .
<cv/x-test/b> a skos:Concept ; skos:inScheme <cv/x-test> ; dct:identifier "b" ; skos:prefLabel "Second"@en .
"""
ASK = """
import json
from migration_schemas import Record, indexing, load, rdf, validate_record
subject = "https://registry.example.org/1"
record = Record({"title_translated": {"en": "Arrivals by sea"}, "x_test": ["a", "b"]})
wrong = Record({"title_translated": {"en": "Arrivals by sea"}, "x_test": ["c"]})
print(json.dumps({
    "back": rdf.read(rdf.write(record, subject=subject), subject).fields["x_test"],
    "rules": sorted(f.rule for f in validate_record(wrong).findings if f.field == "x_test"),
    "missing": [f.severity for f in validate_record(Record({})).findings if f.field == "x_test"],
    "document": indexing.document(record)["x_test"],
    "mapped": "x_test" in indexing.properties(),
    "facet": "x_test" in [field.name for field in load().facets],
}))
"""


def ran(folder: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_r_c_c_a_field_made_of_files_alone_works_everywhere(tmp_path: Path) -> None:
    schemas = Path(str(migration_schemas.__file__)).parent
    vocabularies = Path(str(migration_vocabularies.__file__)).parent
    for package in (schemas, vocabularies):
        shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    listed = tmp_path / "migration_schemas" / "dataset.yaml"
    text = listed.read_text(encoding="utf-8")
    listed.write_text(text.replace("\nresource_fields:", f"{FIELD}\nresource_fields:", 1), encoding="utf-8")
    (tmp_path / "migration_vocabularies" / "skos" / "x-test.ttl").write_text(LIST, encoding="utf-8")
    ran(tmp_path, "-m", "migration_schemas.derive")
    told: dict[str, Any] = json.loads(ran(tmp_path, "-c", ASK))
    assert sorted(told.pop("back")) == ["a", "b"]
    assert told == {
        "rules": ["x_test-value"],
        "missing": ["warning"],
        "document": ["a", "b"],
        "mapped": True,
        "facet": True,
    }
