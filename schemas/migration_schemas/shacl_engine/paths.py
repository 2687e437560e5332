"""Property paths (https://www.w3.org/TR/shacl/#property-paths) as functions: node → value nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..terms import Blank, Iri, Literal, Term
from ..triples import FIRST, NONE, NOTHING, Triples
from .constraint import NotCovered
from .names import sh

Path = Callable[[Triples, Term], Collection[Term]]

ALTERNATIVE, INVERSE = sh("alternativePath"), sh("inversePath")
ZERO_OR_MORE, ONE_OR_MORE, ZERO_OR_ONE = sh("zeroOrMorePath"), sh("oneOrMorePath"), sh("zeroOrOnePath")
DEEPEST = 10
"""Paths nested more deeply are not compiled; neither does the reference follow them."""


def compile_path(graph: Triples, node: Term, *, inverse: bool = False, depth: int = 0) -> Path:
    """Compile the path that a node of the shapes graph stands for."""
    if isinstance(node, str):
        return _backward(node) if inverse else _forward(node)
    if isinstance(node, Literal) or depth > DEEPEST:
        raise NotCovered("a path is a literal or nested too deeply")

    def part(other: Term, *, turned: bool = False) -> Path:
        return compile_path(graph, other, inverse=inverse != turned, depth=depth + 1)

    if graph.objects(node, FIRST):
        steps = [part(step) for step in _several(graph, node)]
        return _sequence(steps[::-1] if inverse else steps)
    parameter, inner = _kind(graph, node)
    if parameter == INVERSE:
        return part(inner, turned=True)
    if parameter == ALTERNATIVE:
        return _alternative([part(step) for step in _several(graph, inner)])
    if parameter == ZERO_OR_ONE:
        return _optional(part(inner))
    return _repeated(part(inner), itself=parameter == ZERO_OR_MORE)


def _kind(graph: Triples, node: Term) -> tuple[Iri, Term]:
    """Return the parameter that says what kind of path a blank node is, with its value."""
    for parameter in (INVERSE, ALTERNATIVE, ZERO_OR_MORE, ONE_OR_MORE, ZERO_OR_ONE):
        found = graph.objects(node, parameter)
        if len(found) == 1:
            return parameter, next(iter(found))
        if found:
            raise NotCovered(f"a path has several values of {parameter}")
    raise NotCovered("a path is of no known kind")


def _several(graph: Triples, head: Term) -> list[Term]:
    members = graph.members(head)
    if members is None or len(members) < 2:
        raise NotCovered("a path's list has fewer than two members")
    return members


def _forward(predicate: Iri) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        return data.about.get(focus, NOTHING).get(predicate, NONE)  # type: ignore[arg-type]  # or a literal

    return values


def _backward(predicate: Iri) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        return data.subjects_with(predicate, focus)

    return values


def _sequence(steps: list[Path]) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        reached: Collection[Term] = (focus,)
        for step in steps:
            reached = {value: None for node in reached for value in step(data, node)}
        return reached

    return values


def _alternative(options: list[Path]) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        return {value: None for option in options for value in option(data, focus)}

    return values


def _optional(once: Path) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        return {focus: None, **dict.fromkeys(once(data, focus))}

    return values


def _repeated(once: Path, *, itself: bool) -> Path:
    def values(data: Triples, focus: Term) -> Collection[Term]:
        reached: dict[Term, None] = {}
        waiting = [focus] if itself else list(once(data, focus))
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached[node] = None
                waiting.extend(once(data, node))
        return reached

    return values


def sparql(graph: Triples, node: Term | None) -> str:
    """Write a path in the syntax of SPARQL, so that two paths can be compared and told to people."""
    if node is None:
        return ""
    if not isinstance(node, Blank):
        return f"<{node}>"
    if graph.objects(node, FIRST):
        return "(" + "/".join(sparql(graph, step) for step in graph.members(node) or ()) + ")"
    for parameter, before, after in (
        (INVERSE, "^", ""),
        (ZERO_OR_MORE, "", "*"),
        (ONE_OR_MORE, "", "+"),
        (ZERO_OR_ONE, "", "?"),
    ):
        for inner in graph.objects(node, parameter):
            return f"{before}{sparql(graph, inner)}{after}"
    for head in graph.objects(node, ALTERNATIVE):
        return "(" + "|".join(sparql(graph, step) for step in graph.members(head) or ()) + ")"
    return ""
