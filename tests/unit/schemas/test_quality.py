"""The scores of a record: what earns points, and that the arithmetic adds up (R-X1-a)."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some
from pyshacl import validate
from rdflib import Graph

from migration_schemas import Record, load, quality
from migration_schemas.fields import LANGUAGES
from migration_schemas.namespaces import MIG, SH
from migration_schemas.quality import MIGDCAT, MQA, Evidence, assess
from migration_schemas.writing import write
from migration_vocabularies import get

SCALES = (MIGDCAT, MQA)
DIMENSIONS = {
    MIGDCAT: {
        "findability": 100,
        "accessibility": 80,
        "interoperability": 80,
        "reusability": 75,
        "migration-context": 75,
        "responsibility": 60,
        "currency": 30,
    },
    MQA: {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
    },
}


@pytest.fixture(scope="module")
def full(project) -> Record:
    text = yaml.safe_load((project / "tests" / "data" / "full_dataset.yaml").read_text("utf-8"))
    return Record(text["fields"], text["resources"])


def without(record: Record, *names: str) -> Record:
    return Record({k: v for k, v in record.fields.items() if k not in names}, record.resources)


@pytest.mark.parametrize("scale", SCALES, ids=lambda s: s.name)
def test_points_of_the_dimensions_are_those_of_the_specification(scale):
    found: dict[str, int] = {}
    for metric in scale.metrics:
        found[metric.dimension] = found.get(metric.dimension, 0) + metric.points
    assert found == DIMENSIONS[scale]
    assert scale.most == sum(found.values()) == {"migdcat": 500, "mqa": 405}[scale.name]


@pytest.mark.parametrize("scale", SCALES, ids=lambda s: s.name)
def test_every_metric_names_a_field_and_speaks_six_languages(scale):
    names = {field.name for field in load().fields} | {"resources"}
    of_resources = {field.name for field in load().resource_fields}
    for metric in scale.metrics:
        assert set(metric.labels) == set(metric.repairs) == set(LANGUAGES), metric.name
        if metric.evidence != "conformsToProfile":
            assert metric.field in (of_resources if metric.of_resource else names), metric.name
        assert metric.dimension in get("score-dimension")
    conditions = {m.applies_if for m in scale.metrics if m.applies_if}
    named = {str(shape) for shape in scale.shapes.subjects(SH.severity, None)}
    assert conditions <= named
    assert named - conditions == {m.shape for m in scale.metrics}


@pytest.mark.parametrize("scale", SCALES, ids=lambda s: s.name)
def test_pyshacl_finds_the_same_metrics_not_earned(scale, full):
    record = without(full, "tags_translated", "frequency", "access_mode")
    written = write(record, subject="urn:record:0", visibility="internal")
    _conforms, report, _text = validate(written.graph, shacl_graph=scale.shapes)
    theirs = sorted(
        (str(report.value(r, SH.focusNode)), str(report.value(r, SH.sourceShape)))
        for r in report.objects(None, SH.result)
    )
    ours = sorted((str(r.focus), str(r.shape)) for r in scale.compiled.results(written.triples))
    assert ours == theirs
    assert ours


@pytest.mark.parametrize("scale", SCALES, ids=lambda s: s.name)
def test_metrics_are_valid_by_the_shapes_of_shacl(scale):
    validate(Graph(), shacl_graph=scale.shapes, meta_shacl=True)  # raises ShapeLoadError where one is not


@pytest.mark.parametrize(
    "name", [m.name for m in MIGDCAT.metrics if not m.of_resource and m.field != "resources"]
)
def test_the_repair_that_is_named_brings_the_points_that_are_stated(full, name):
    def counted(record: Record) -> quality.Counted:
        return next(each for each in assess(record).own.counted if each.metric.name == name)

    metric = next(m for m in MIGDCAT.metrics if m.name == name)
    assert counted(full).earned == metric.points
    bringing = [field for field, value in full.fields.items() if counted(Record({field: value})).earned]
    assert metric.field in bringing or metric.applies_if
    poor = assess(without(full, *bringing, metric.field)).own
    repair = next(each for each in poor.repairs if each.metric.name == name)
    assert repair.gain == metric.points


def test_a_third_of_the_files_without_a_licence_loses_a_third_of_the_points(full):
    rows = [*full.resources, {"url": "https://a.example/x", "format": "CSV"}]
    found = {e.metric.name: e for e in assess(Record(full.fields, rows)).own.counted}
    assert (found["licence"].earned, found["licence"].gain) == (13.3, 6.7)


def test_a_record_that_only_describes_closed_data_loses_nothing_for_it(full):
    closed = {**full.fields, "access_rights": "NON_PUBLIC", "sensitivity_level": "severe"}
    score = assess(Record(closed, ())).own
    not_counted = {e.metric.name for e in score.counted if not e.applies}
    assert not_counted == {"way-to-data", "download", "format", "for-machines", "licence"}
    assert score.possible == 400
    assert {e.metric.name for e in score.repairs} <= {"measured", "use"}
    assert assess(Record(closed, ())).mqa.percent < score.percent


def test_silence_about_access_does_not_count_as_closed(full):
    score = assess(without(full, "access_rights")).own
    assert {"way-to-data", "download"} <= {e.metric.name for e in score.counted if e.applies}
    assert "way-to-ask" in {e.metric.name for e in score.counted if not e.applies}


def test_addresses_earn_when_they_answered(full):
    unknown = assess(full).mqa
    assert {e.metric.name for e in unknown.counted if not e.known} == {
        "access-url-works",
        "download-url-works",
    }
    assert not {"access-url-works"} & {e.metric.name for e in unknown.repairs}
    first = str(full.resources[0]["url"])
    tried = {e.metric.name: e for e in assess(full, Evidence({first: True})).mqa.counted}
    assert tried["access-url-works"].earned == 50 / len(full.resources)
    broken = {e.metric.name: e for e in assess(full, Evidence({first: False})).mqa.counted}
    assert (broken["access-url-works"].earned, broken["access-url-works"].known) == (0.0, True)


@settings(deadline=None)
@given(some.sets(some.sampled_from([f.name for f in load().fields])))
def test_points_add_up_and_more_is_never_less(full_fields, gone):
    record = Record({k: v for k, v in full_fields[0].items() if k not in gone}, full_fields[1])
    for score in (assess(record).own, assess(record).mqa):
        sums = [round(sum(each), 1) for each in zip(*score.dimensions.values(), strict=True)]
        assert sums == [score.earned, score.possible]
        assert 0 <= score.earned <= score.possible <= score.scale.most
        assert round(score.earned + sum(e.gain for e in score.counted), 1) == score.possible


@pytest.fixture(scope="module")
def full_fields(full):
    return dict(full.fields), full.resources


@pytest.mark.parametrize(
    ("earned", "of", "band"),
    [(351, 405, "excellent"), (350.9, 405, "good"), (221, 405, "good"), (220, 405, "sufficient"),
     (121, 405, "sufficient"), (120, 405, "weak"), (0, 0, "weak")],
)  # fmt: skip
def test_bands_are_those_of_european_portals(earned, of, band):
    assert quality.band(earned, of) == band


def test_measurements_stand_at_the_record_of_the_catalogue(full):
    graph = quality.graph("https://x.example/dataset/1", assess(full).as_dict())
    rows = list(
        graph.query(
            """PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
            SELECT ?metric ?value { ?record foaf:primaryTopic <https://x.example/dataset/1> ;
            dqv:hasQualityMeasurement [ dqv:isMeasurementOf ?metric ; dqv:value ?value ] }"""
        )
    )
    values = {str(row.metric): float(row.value) for row in rows}
    assert values[get("metric")["metadata-score"].iri] == assess(full).own.percent
    assert len(values) == 1 + 2 + 7 + 5
    assert MIG.points not in set(graph.predicates())
