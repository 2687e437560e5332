"""The code lists: complete, consistent, in the languages that were promised."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from rdflib import URIRef

import migration_vocabularies as mv
from migration_vocabularies import iris, loader
from migration_vocabularies.loader import parse

SIX = {"ar", "en", "es", "fr", "ru", "zh"}
# Countries, languages and file types are names; an SDG indicator's own text says what it means.
NAMES_ONLY = {"country", "language", "file-type", "sdg"}
DEFINED = [name for name in mv.names() if name not in NAMES_ONLY]
OF_THE_PROFILE = {
    *("migration-theme", "population-group", "collection-method", "statistic-type", "unit-of-analysis"),
    *("defining-criterion", "displacement-cause", "flow-direction", "sensitivity-level", "access-right"),
    *("country", "language", "file-type", "licence", "frequency", "strategy", "gcm-objective", "sdg"),
}
COUNTS = {
    "country": 279,
    "migration-theme": 39,
    "population-group": 43,
    "collection-method": 31,
    "gcm-objective": 23,
    "frequency": 26,
    "access-right": 3,
    "sensitivity-level": 4,
    "strategy": 22,
    "data-theme": 14,
}


def test_the_lists_of_the_profile_are_there():
    assert set(mv.names()) >= OF_THE_PROFILE


@pytest.mark.parametrize("name", mv.names())
def test_list_is_sound(name):
    vocabulary = mv.get(name)
    assert vocabulary.iri == iris.scheme(name)
    assert set(vocabulary.titles) == SIX
    assert len(vocabulary) == COUNTS.get(name, len(vocabulary)) > 0
    irises = [concept.iri for concept in vocabulary]
    assert len(set(irises)) == len(irises)
    for concept in vocabulary:
        assert set(concept.labels) >= {"en", "fr"}, concept.code
        assert vocabulary[concept.code] is concept
        assert vocabulary.by_iri(concept.iri) is concept
        assert concept.code in vocabulary
        assert all(parent in vocabulary for parent in concept.broader)
        assert concept.code not in vocabulary.ancestors(concept.code)
        assert concept.label("xx") == concept.labels["en"]


@pytest.mark.parametrize("name", mv.names())
def test_every_concept_has_a_label_in_the_six_languages(name):
    lacking = {
        concept.code: SIX - set(concept.labels) for concept in mv.get(name) if not set(concept.labels) >= SIX
    }
    assert lacking == {}


@pytest.mark.parametrize("name", [name for name in mv.names() if name != "sdg"])
def test_no_two_concepts_share_a_label_in_a_language(name):
    """Only the SDG indicators do: 1.5.1, 11.5.1 and 13.1.1 are one indicator under three goals."""
    for lang in SIX:
        labels = [concept.labels[lang] for concept in mv.get(name) if lang in concept.labels]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", DEFINED)
def test_every_concept_is_defined_in_english_and_french(name):
    lacking = [concept.code for concept in mv.get(name) if not {"en", "fr"} <= set(concept.definitions)]
    assert lacking == []


def test_unknown_list_is_named_with_those_that_exist():
    with pytest.raises(mv.UnknownVocabularyError, match="migration-theme"):
        mv.get("nothing")


def test_order_is_that_of_the_file():
    text = (files("migration_vocabularies") / "skos" / "sensitivity-level.ttl").read_text(encoding="utf-8")
    codes = [concept.code for concept in mv.get("sensitivity-level")]
    assert codes == ["low", "moderate", "high", "severe"]
    assert [text.index(f'"{code}"') for code in codes] == sorted(text.index(f'"{code}"') for code in codes)
    assert [concept.order for concept in mv.get("sensitivity-level")] == [1, 2, 3, 4]


def test_countries_roll_up_to_regions_and_the_world():
    countries = mv.get("country")
    assert countries.ancestors("SDN") == ("015", "002", "001")
    assert [concept.code for concept in countries.top()] == ["001"]
    assert "SDN" in {concept.code for concept in countries.narrower("015")}
    assert sum(len(concept.code) == 3 and concept.code.isalpha() for concept in countries) == 249
    assert {"729", "SD"} == set(countries["SDN"].notations)


@pytest.mark.parametrize(
    ("locale", "label"),
    [
        ("fr", "Soudan"),
        ("fr_FR", "Soudan"),
        ("zh_Hans_CN", "苏丹"),
        ("pt_BR", "Sudan"),
        ("sr@latin", "Sudan"),
        ("es-419", "Sudán"),
    ],
)
def test_locales_are_reduced_to_languages(locale, label):
    assert mv.get("country")["SDN"].label(locale) == label


def test_labels_and_titles_of_the_unknown():
    vocabulary = mv.get("access-right")
    assert vocabulary.label("NOTHING", "en") == "NOTHING"
    assert vocabulary.title("fr") == "Droits d’accès"
    assert vocabulary.get("NOTHING") is None
    assert "access-right" in repr(vocabulary)


def test_broken_files_are_refused():
    with pytest.raises(mv.VocabularyError, match="Turtle"):
        parse("broken", "<a> <b")
    with pytest.raises(mv.VocabularyError, match="dct:identifier"):
        parse("x", "<urn:a> a <http://www.w3.org/2004/02/skos/core#Concept> .")
    twice = '<urn:a> a <{0}Concept> ; <{1}identifier> "a" . <urn:b> a <{0}Concept> ; <{1}identifier> "a" .'
    with pytest.raises(mv.VocabularyError, match="twice"):
        parse("x", twice.format("http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/"))


def test_retired_concept_keeps_its_successor():
    text = """
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    <urn:new> a skos:Concept ; dct:identifier "new" .
    <urn:old> a skos:Concept ; dct:identifier "old" ; owl:deprecated true ; dct:isReplacedBy <urn:new> .
    """
    old = parse("x", text)["old"]
    assert old.deprecated
    assert old.replaced_by == "new"


def test_base_is_one_setting():
    code = "import migration_vocabularies as m; v = m.get('migration-theme'); print(v.iri, v['stocks'].iri)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MIGRATION_BASE_IRI": "https://data.un.example/mig"},
        capture_output=True,
        text=True,
        check=True,
    )
    base = "https://data.un.example/mig/cv/migration-theme"
    assert done.stdout.split() == [base, base + "/stocks"]


def test_descendants_are_what_has_the_term_above_it() -> None:
    places = mv.get("country")
    for code in ("002", "015", "SDN", "nowhere"):
        above = {concept.code for concept in places if code in places.ancestors(concept.code)}
        assert set(places.descendants(code)) == above
        assert len(places.descendants(code)) == len(above)
    assert "SDN" in places.descendants("002")


@pytest.mark.parametrize("name", mv.names())
def test_every_list_says_its_version_and_where_it_comes_from(name: str) -> None:
    vocabulary = mv.get(name)
    assert vocabulary.version.count(".") == 2
    assert vocabulary.source
    assert set(vocabulary.languages) >= {"en", "fr"}


def test_a_portal_adds_a_list_of_its_own_and_replaces_none(tmp_path: Path) -> None:
    scheme = "<cv/{0}> a skos:ConceptScheme ; skos:prefLabel 'Own'@en ."
    concept = "<cv/{0}/a> a skos:Concept ; dct:identifier 'a' ; skos:prefLabel 'A'@en ."
    prefixes = "@prefix skos: <{}> . @prefix dct: <{}> .".format(
        "http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/"
    )
    for name in ("own-list", "unit"):
        (tmp_path / f"{name}.ttl").write_text(f"{prefixes} {scheme} {concept}".format(name))
    try:
        mv.extend(tmp_path)
        assert "a" in mv.get("own-list")
        assert not mv.shipped("own-list")
        assert "persons" in mv.get("unit")
        assert mv.shipped("unit")
    finally:
        loader._further.clear()
        mv.forget()
    assert "own-list" not in mv.names()


def test_metrics_name_dimensions_that_exist() -> None:
    dimensions = {concept.iri for concept in mv.get("quality-dimension")}
    named = {str(o) for o in mv.graph("metric").objects(None, URIRef("http://www.w3.org/ns/dqv#inDimension"))}
    assert named
    assert named <= dimensions
