"""Compiles a shapes graph once, so that checking a record asks the data only, never the shapes.

A shape that uses something outside SHACL Core (SPARQL, rules, components of somebody's own), that refers to
itself, or that is not well-formed is not compiled; it is listed with the reason, for the reference to
evaluate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ..terms import Iri, Literal, Node, Term
from ..triples import Triples
from .constraint import Constraint, Definition, NotCovered
from .constraints import BUILDERS
from .names import SHACL, SUB_CLASS_OF, TYPE, sh
from .paths import Path, compile_path
from .results import Result
from .targets import PREDICATES, Target, focus_nodes, targets_of

PATH, SEVERITY, DEACTIVATED, PARAMETER = sh("path"), sh("severity"), sh("deactivated"), sh("parameter")
COMPONENT = sh("ConstraintComponent")
BEYOND_CORE = tuple(sh(name) for name in ("sparql", "js", "rule", "target", "expression"))
SHAPE_CLASSES = (sh("NodeShape"), sh("PropertyShape"))


@dataclass(frozen=True, slots=True)
class CompiledShape:
    """One shape: a path (None for a node shape) and its constraints."""

    path: Path | None
    path_name: Node | None
    constraints: tuple[Constraint, ...]

    def conforms(self, data: Triples, focus: Term) -> bool:
        """Say whether a node conforms: no result of any severity."""
        values = (focus,) if self.path is None else self.path(data, focus)
        return all(constraint.holds(data, focus, values) for constraint in self.constraints)

    def report(self, data: Triples, focus: Term, out: list[Result]) -> None:
        """Add the results about a node."""
        values = (focus,) if self.path is None else self.path(data, focus)
        for constraint in self.constraints:
            constraint.report(data, focus, values, out)


class Compiler:
    """Compiles shapes of one graph when they are asked for, each once."""

    def __init__(self, graph: Triples) -> None:
        self.graph = graph
        self.done: dict[Term, CompiledShape | NotCovered | None] = {}
        self.foreign = frozenset((*BEYOND_CORE, *_own_parameters(graph)))

    def shape(self, node: Term) -> CompiledShape:
        """Return a compiled shape; raises NotCovered with the reason if it cannot be compiled."""
        if node not in self.done:
            self.done[node] = None  # being compiled
            try:
                self.done[node] = self._compile(node)
            except NotCovered as reason:
                self.done[node] = reason
        found = self.done[node]
        if found is None:
            raise NotCovered("the shape refers to itself")
        if isinstance(found, NotCovered):
            raise found
        return found

    def _compile(self, node: Term) -> CompiledShape:
        if isinstance(node, Literal):
            raise NotCovered("a literal is not a shape")
        if foreign := sorted(self.foreign & self.graph.properties(node).keys()):
            raise NotCovered(f"uses {foreign[0]}")
        definition = Definition(self.graph, node, self._path(node), self._severity(node), self.shape)
        path = None if definition.path is None else compile_path(self.graph, definition.path)
        if any(isinstance(v, Literal) and v.text in {"true", "1"} for v in definition.all(DEACTIVATED)):
            return CompiledShape(path, definition.path, ())
        constraints = tuple(
            constraint
            for parameter, build in BUILDERS.items()
            if definition.all(parameter)
            for constraint in build(definition)
        )
        return CompiledShape(path, definition.path, constraints)

    def _path(self, node: Node) -> Node | None:
        found = self.graph.objects(node, PATH)
        types = self.graph.objects(node, TYPE)
        if (
            len(found) > 1
            or (not found and SHAPE_CLASSES[1] in types)
            or (found and SHAPE_CLASSES[0] in types)
        ):
            raise NotCovered("a property shape has exactly one sh:path, a node shape none")
        path = next(iter(found), None)
        if isinstance(path, Literal):
            raise NotCovered("sh:path is a literal")
        return path

    def _severity(self, node: Node) -> Iri:
        found = next(iter(self.graph.objects(node, SEVERITY)), sh("Violation"))
        if not isinstance(found, str):
            raise NotCovered("sh:severity is not an address")
        return found


def _own_parameters(graph: Triples) -> Iterator[Iri]:
    """Yield the parameters of constraint components that the shapes graph itself declares."""
    classes = {COMPONENT, *graph.subjects_with(SUB_CLASS_OF, COMPONENT)}
    for cls in classes:
        for component in graph.subjects_with(TYPE, cls):
            if isinstance(component, str) and component.startswith(SHACL):
                continue
            for parameter in graph.objects(component, PARAMETER):
                for path in graph.objects(parameter, PATH):
                    if isinstance(path, str):
                        yield path


@dataclass(frozen=True, slots=True)
class Checks:
    """The constraints of all shapes that have the same targets and the same path: values are fetched once."""

    path: Path | None
    constraints: tuple[Constraint, ...]
    without_values: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class CompiledShapes:
    """A shapes graph, ready to validate any number of data graphs, also at the same time."""

    groups: tuple[tuple[frozenset[Target], tuple[Checks, ...]], ...]
    uncovered: Mapping[Node, str]
    """Shapes with targets that were not compiled, and why."""

    def results(self, data: Triples, watch: Callable[[int, int], None] | None = None) -> Iterator[Result]:
        """Yield the results of a data graph.

        `watch` is called with the number of focus nodes done and their number in all; what it raises ends the
        validation.
        """
        work = [(focus_nodes(targets, data), checks) for targets, checks in self.groups]
        total, done = sum(len(focus) for focus, _ in work), 0
        for focus, checks in work:
            for node in focus:
                out: list[Result] = []
                _check(data, node, checks, out)
                yield from out
                done += 1
                if watch:
                    watch(done, total)


def _check(data: Triples, node: Term, checks: Collection[Checks], out: list[Result]) -> None:
    for check in checks:
        values = (node,) if check.path is None else check.path(data, node)
        for constraint in check.constraints if values else check.without_values:
            constraint.report(data, node, values, out)


def compile_shapes(graph: Triples, *, leave_out: Collection[Node] = ()) -> CompiledShapes:
    """Compile all shapes of a graph that have targets, except those that the caller evaluates itself."""
    compiler = Compiler(graph)
    grouped: dict[frozenset[Target], dict[Node | None, list[CompiledShape]]] = {}
    uncovered: dict[Node, str] = {}
    for node in _candidates(graph):
        if node in leave_out:
            continue
        try:
            targets = targets_of(graph, node)
            if targets and (shape := compiler.shape(node)).constraints:
                grouped.setdefault(targets, {}).setdefault(shape.path_name, []).append(shape)
        except NotCovered as reason:
            uncovered[node] = str(reason)
    groups = ((targets, tuple(map(_together, paths.values()))) for targets, paths in grouped.items())
    return CompiledShapes(tuple(groups), uncovered)


def _candidates(graph: Triples) -> Collection[Node]:
    found: dict[Node, None] = {}
    for predicate in (*PREDICATES, *BUILDERS):
        found.update((subject, None) for subject, _ in graph.having(predicate))
    for cls in SHAPE_CLASSES:
        found.update(dict.fromkeys(graph.subjects_with(TYPE, cls)))
    return sorted(found, key=str)  # a run does the same as the last one


def _together(shapes: list[CompiledShape]) -> Checks:
    constraints = tuple(constraint for shape in shapes for constraint in shape.constraints)
    return Checks(
        shapes[0].path, constraints, tuple(constraint for constraint in constraints if not constraint.vacuous)
    )
