"""The metrics of the two scores, read once from their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from rdflib import Graph, URIRef
from rdflib.term import Node

from migration_vocabularies import get, iris, language_tag

from ..errors import SchemaError
from ..namespaces import DCAT, MIG, RDFS, SH
from ..shacl_engine import CompiledShapes, compile_shapes
from ..shapes import lint
from ..triples import Triples

DIMENSIONS = "score-dimension"


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that earns points."""

    name: str
    shape: str
    points: int
    dimension: str
    labels: Mapping[str, str]
    repairs: Mapping[str, str]
    field: str | None = None
    of_resource: bool = False
    """The field is one of a resource, and each resource earns its part of the points."""
    applies_if: str | None = None
    evidence: str | None = None
    """What beside the record has to show it; None where the record alone does."""

    def label(self, lang: str = "en") -> str:
        """Return the name of the metric in a language, else in English."""
        return self.labels.get(language_tag(lang)) or self.labels["en"]

    def repair(self, lang: str = "en") -> str:
        """Return what to do to earn the points, in a language, else in English."""
        return self.repairs.get(language_tag(lang)) or self.repairs["en"]


@dataclass(frozen=True)
class Scale:
    """One score: its metrics in their order and the most points there are."""

    name: str
    file: str

    @cached_property
    def shapes(self) -> Graph:
        """Return the shapes as a graph."""
        text = (files("migration_schemas") / "shacl" / self.file).read_text("utf-8")
        found = Graph().parse(data=text, format="turtle", publicID=iris.BASE)
        lint(found)
        return found

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics, by dimension in the order of the code list, the weightiest first."""
        order = [concept.code for concept in get(DIMENSIONS)]
        found = [_metric(self.shapes, shape) for shape in self.shapes.subjects(MIG.points, None)]
        return tuple(sorted(found, key=lambda m: (order.index(m.dimension), -m.points, m.name)))

    @cached_property
    def compiled(self) -> CompiledShapes:
        """Return the shapes ready to run; raises SchemaError where one would need another engine."""
        compiled = compile_shapes(Triples.of(self.shapes))
        if compiled.uncovered:
            raise SchemaError(
                f"{self.file} uses more than SHACL Core: {sorted(map(str, compiled.uncovered))}."
            )
        return compiled

    def condition(self, metric: Metric) -> str:
        """Return in English when a metric applies; nothing where it always does."""
        if metric.applies_if is None:
            return ""
        return str(self.shapes.value(URIRef(metric.applies_if), RDFS.comment))

    @property
    def most(self) -> int:
        """Return the points of all metrics together."""
        return sum(metric.points for metric in self.metrics)


MIGDCAT = Scale("migdcat", "quality.ttl")
MQA = Scale("mqa", "mqa.ttl")


def _metric(shapes: Graph, shape: Node) -> Metric:
    dimension = str(shapes.value(shape, MIG.dimension)).rsplit("/", 1)[-1]
    of_resource = (shape, SH.targetClass, DCAT.Distribution) in shapes
    field = shapes.value(shape, MIG.resourceField if of_resource else MIG.field)
    condition = shapes.value(shape, MIG.appliesIf)
    evidence = shapes.value(shape, MIG.evidence)
    return Metric(
        name=_local(shape),
        shape=str(shape),
        points=int(str(shapes.value(shape, MIG.points))),
        dimension=get(DIMENSIONS)[dimension].code,
        labels=_texts(shapes, shape, SH.name),
        repairs=_texts(shapes, shape, SH.message),
        field=None if field is None else str(field),
        of_resource=of_resource,
        applies_if=None if condition is None else str(condition),
        evidence=None if evidence is None else _local(evidence),
    )


def _texts(shapes: Graph, shape: Node, what: URIRef) -> dict[str, str]:
    return {str(text.language): str(text) for text in shapes.objects(shape, what)}  # type: ignore[attr-defined]


def _local(node: Node) -> str:
    return str(node).rsplit("#", 1)[-1]
