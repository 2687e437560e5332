"""The results of a validation in a form in which those of two engines or of a test suite can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyshacl
from rdflib import Graph, Namespace
from rdflib.term import Node

from migration_schemas.errors import EngineError
from migration_schemas.shacl_engine import Result, compile_shapes
from migration_schemas.shacl_engine.paths import sparql
from migration_schemas.shacl_reference import Reference
from migration_schemas.terms import Blank, Literal, Term, from_rdflib
from migration_schemas.triples import Triples

SH = Namespace("http://www.w3.org/ns/shacl#")
Said = tuple[str, str, str, str, str]
"""Focus node, path, constraint component, severity, value."""


def by_compiled(shapes: Graph, data: Graph) -> Counter[Said] | None:
    """Validate with the compiled shapes, and with pySHACL what they do not cover; None if that refuses."""
    triples = Triples.of(shapes)
    compiled = compile_shapes(triples)
    found = list(compiled.results(Triples.of(data)))
    try:
        if compiled.uncovered:
            found += Reference(shapes).results(data, only=compiled.uncovered)
    except EngineError:
        return None
    return said(found, triples)


def said(results: Iterable[Result], shapes: Triples) -> Counter[Said]:
    """Bring results of ours into the form."""
    return Counter(
        (written(r.focus), sparql(shapes, r.path), local(r.component), local(r.severity), written(r.value))
        for r in results
    )


def by_pyshacl(shapes: Graph, data: Graph) -> Counter[Said] | None:
    """Validate as pySHACL's documentation says; None if it refuses. Parts of a result are not results."""
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    except Exception:  # noqa: BLE001 - it has many ways to refuse
        return None
    if not isinstance(report, Graph):
        return None
    return in_report(report, next(iter(report.subjects(SH.conforms, None))))


def in_report(graph: Graph, report: Node) -> Counter[Said]:
    """Read the results of a sh:ValidationReport."""
    triples = Triples.of(graph)

    def one(result: Node, predicate: Node) -> Term | None:
        found = graph.value(result, predicate)
        return None if found is None else from_rdflib(found)

    return Counter(
        (
            written(one(result, SH.focusNode)),
            sparql(triples, one(result, SH.resultPath)),
            local(one(result, SH.sourceConstraintComponent)),
            local(one(result, SH.resultSeverity)),
            written(one(result, SH.value)),
        )
        for result in graph.objects(report, SH.result)
    )


def local(term: Term | None) -> str:
    return str(term).removeprefix(SH)


def written(term: Term | None) -> str:
    """Write a term so that blank nodes, whose names mean nothing in another graph, are all the same."""
    if term is None:
        return ""
    if isinstance(term, Blank):
        return "_:"
    if isinstance(term, Literal):
        return f'"{term.text}"' + (f"@{term.lang}" if term.lang else f"^^{term.datatype}")
    return f"<{term}>"
