"""Checks records and graphs against the shapes of the profile; the only importer of pySHACL.

The shapes are read once, many records are checked in one run, and pySHACL's results are turned into
findings without its own report text, which would cost more than the checking. The data graph can
never bring shapes or rules of its own (SH-01): our shapes are the only ones that are given to the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from pyshacl.graph_abstraction import DataGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from . import periods, shapes
from .dropped import finding_of, not_checked
from .errors import EngineError
from .namespaces import DCAT, RDF, SH
from .reading import distributions
from .record import Record
from .report import Finding, Report, Severity
from .writing import Written, write

__all__ = ["Finding", "Report", "validate_graph", "validate_record", "validate_records"]

BATCH = 100
log = logging.getLogger(__name__)
SEVERITY: dict[Node, Severity] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
ORDER = {"violation": 0, "warning": 1, "info": 2}


def validate_record(record: Record) -> Report:
    """Check one record with all its fields, also those that the public does not see."""
    return validate_records([record])[0]


def validate_records(records: Sequence[Record]) -> list[Report]:
    """Check many records; one report for each, in their order.

    A record on which the engine fails gets a report that says so and does not conform; the others are
    checked all the same (SH-07).
    """
    reports: list[Report] = []
    for batch in _batches(records):
        try:
            reports += _checked(batch)
        except EngineError:
            reports += [_alone(written) for written in batch]
    return reports


def _checked(batch: Sequence[Written]) -> list[Report]:
    merged = Graph()
    for written in batch:
        for triple in written.graph:
            merged.add(triple)
    about: dict[Node, list[Finding]] = {written.subject: [] for written in batch}
    for finding in _findings(merged):
        about[finding.dataset or finding.focus].append(finding)
    reports = []
    for written in batch:
        dropped = [finding_of(written, value) for value in written.dropped]
        reports.append(_report([*dropped, *_unrepeated(about[written.subject], dropped)]))
    return reports


def _alone(written: Written) -> Report:
    try:
        return _checked([written])[0]
    except EngineError as exc:
        log.warning("validation_failed shape=%s", exc.shape)
        return Report((not_checked(written.subject, exc.shape),), partial=True)


def validate_graph(graph: Graph, *, progress: Callable[[int, int], None] | None = None) -> Report:
    """Check a graph as it is, for example a partner's file; `progress` hears of each shape that is done."""
    if not isinstance(graph, Graph):
        raise TypeError(
            "validate_graph takes a parsed rdflib.Graph; use migration_schemas.parsing to read a file."
        )
    return _report(list(_findings(graph, progress)))


def _report(findings: list[Finding]) -> Report:
    unique = {(f.dataset, f.focus, f.shape, f.constraint, f.value, f.code): f for f in findings}
    position = {name: number for number, name in enumerate(_field_order())}
    return Report(
        tuple(
            sorted(
                unique.values(),
                key=lambda f: (
                    ORDER[f.severity],
                    str(f.dataset or f.focus),
                    -1 if f.resource is None else f.resource,
                    position.get(str(f.field), 0) if f.resource is None else 0,
                    f.shape,
                    f.value or "",
                ),
            )
        )
    )


@cache
def _field_order() -> tuple[str, ...]:
    from .fields import load  # noqa: PLC0415 - only for the order of findings

    return (*(field.name for field in load().fields), "resources")


def _unrepeated(findings: Iterable[Finding], dropped: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out `is missing` where the value was given but could not be written: that is said already."""
    said = {(f.field, f.resource) for f in dropped}
    for finding in findings:
        if finding.code == "missing" and (finding.field, finding.resource) in said:
            continue
        yield finding


def _batches(records: Sequence[Record]) -> Iterator[list[Written]]:
    """Write records into groups that can share a graph without changing each other's results."""
    batch: list[Written] = []
    owners: dict[Node, frozenset[tuple[Node, Node]]] = {}
    for number, record in enumerate(records):
        written = write(record, subject=f"urn:record:{number}", visibility="internal")
        shared = _shared_nodes(written)
        clash = any(node in owners and owners[node] != content for node, content in shared.items())
        if batch and (clash or len(batch) >= BATCH):
            yield batch
            batch, owners = [], {}
        batch.append(written)
        owners.update(shared)
    if batch:
        yield batch


def _shared_nodes(written: Written) -> dict[Node, frozenset[tuple[Node, Node]]]:
    """Return the content of nodes that another record may describe too (a publisher with an IRI)."""
    own = {written.subject, *written.distributions}
    named = {s for s in written.graph.subjects() if isinstance(s, URIRef) and s not in own}
    return {node: frozenset(written.graph.predicate_objects(node)) for node in named}


@cache
def _engine() -> ShapesGraph:
    engine = ShapesGraph(shapes.graph(), False, log)
    _ = engine.shapes  # reads the shapes now, once
    return engine


def _findings(graph: Graph, progress: Callable[[int, int], None] | None = None) -> Iterator[Finding]:
    data = DataGraph.from_rdflib(graph)
    executor = Validator(
        data, shacl_graph=Graph(), options={"inference": "none", "logger": log}
    ).make_executor()
    places = _Places(graph)
    every = list(_engine().shapes)
    for number, shape in enumerate(every, start=1):
        if progress:
            progress(number, len(every))
        if shape.node == periods.SHAPE:
            continue
        try:
            _, results = shape.validate(executor, data)
        except Exception as exc:
            raise EngineError(str(shape.node)) from exc
        for _, _, triples in results:
            yield from _of_result({p: _term(o) for _, p, o in triples if p != SH.detail}, places)
    for period, start in periods.disordered(graph):
        yield from _of_result(
            {
                SH.sourceShape: periods.SHAPE,
                SH.sourceConstraintComponent: SH.LessThanOrEqualsConstraintComponent,
                SH.focusNode: period,
                SH.value: start,
                SH.resultSeverity: SH.Violation,
                SH.resultPath: DCAT.startDate,
            },
            places,
        )


def _term(value: object) -> Node:
    """Take the term out of pySHACL's pair of graph and term."""
    term = value[1] if isinstance(value, tuple) else value
    assert isinstance(term, URIRef | BNode | Literal)  # noqa: S101 - pySHACL's contract
    return term


def _of_result(result: dict[Node, Node], places: _Places) -> Iterator[Finding]:
    shape = result[SH.sourceShape]
    meaning = shapes.meanings().get(shape)
    if meaning is None:
        return  # a part of a rule; the rule itself reports
    constraint = str(result[SH.sourceConstraintComponent]).removeprefix(SH)
    focus = result[SH.focusNode]
    value = result.get(SH.value)
    severity = SEVERITY.get(result[SH.resultSeverity], "violation")
    for dataset, resource in places.of(focus):
        yield Finding(
            focus=focus,
            dataset=dataset,
            field=meaning.field,
            resource=resource if meaning.resource else None,
            of_resource=meaning.resource,
            severity=severity,
            messages=meaning.messages,
            value=None if value is None or value == focus else str(value),
            term=value,
            path=result.get(SH.resultPath),
            path_text=meaning.path_text,
            constraint=constraint,
            shape=str(shape),
            code=_code(constraint),
            also=meaning.also,
        )


def _code(constraint: str) -> str:
    if constraint in {"MinCountConstraintComponent", "QualifiedMinCountConstraintComponent"}:
        return "missing"
    if constraint in {"OrConstraintComponent", "LessThanOrEqualsConstraintComponent"}:
        return "rule"
    return "wrong-value"


class _Places:
    """Where a focus node is: in which datasets, and in which of their resources."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
        self.numbers: dict[Node, dict[Node, int]] = {}

    def of(self, focus: Node) -> list[tuple[Node | None, int | None]]:
        if focus in self.datasets:
            return [(focus, None)]
        holders = sorted((s for s in set(self.graph.subjects(None, focus)) if s in self.datasets), key=str)
        return [(holder, self.number(holder, focus)) for holder in holders] or [(None, None)]

    def number(self, dataset: Node, focus: Node) -> int | None:
        if dataset not in self.numbers:
            self.numbers[dataset] = {d: n for n, d in enumerate(distributions(self.graph, dataset))}
        return self.numbers[dataset].get(focus)
