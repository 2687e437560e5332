"""What every constraint becomes: one function that answers, and one that reports.

`holds` says whether a focus node with its value nodes satisfies the constraint and stops at the first value
that does not; nested shapes (sh:or, sh:node …) need no more. `report` adds a result for everything that is
wrong. Both work on a data graph that they never change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from ..terms import Iri, Node, Term
from ..triples import Triples
from .results import Result

Values = Collection[Term]
Test = Callable[[Triples, Term], bool]
Finder = Callable[[Triples, Term, Values], Iterable[Term | None]]


class NotCovered(Exception):  # noqa: N818 - a signal: the shape goes to the reference, which may know it
    """The shape uses something that is not compiled, or is not well-formed; the argument says what."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of one shape, compiled."""

    vacuous: bool
    """It holds wherever there are no value nodes, and need not be looked at then."""
    holds: Callable[[Triples, Term, Values], bool]
    report: Callable[[Triples, Term, Values, list[Result]], None]


class Shape(Protocol):
    """A compiled shape, as constraints see it that refer to others (sh:node, sh:property, sh:or …)."""

    def conforms(self, data: Triples, focus: Term) -> bool:
        """Say whether a node conforms to the shape."""

    def report(self, data: Triples, focus: Term, out: list[Result]) -> None:
        """Add the results about a node."""


@dataclass(frozen=True)
class Definition:
    """A shape as it is written: its node in the shapes graph and what its results say about it."""

    graph: Triples
    node: Node
    path: Node | None
    severity: Iri
    shape_at: Callable[[Term], Shape]
    """Return another shape of the graph, compiled; raises NotCovered if it is not."""

    def all(self, parameter: Iri) -> Collection[Term]:
        """Return the values of a parameter."""
        return self.graph.objects(self.node, parameter)

    def one(self, parameter: Iri) -> Term:
        """Return the only value of a parameter."""
        found = self.all(parameter)
        if len(found) != 1:
            raise NotCovered(f"{parameter} has {len(found)} values")
        return next(iter(found))

    def members(self, head: Term) -> list[Term]:
        """Return the members of a list that a parameter has as value."""
        found = self.graph.members(head)
        if not found:
            raise NotCovered("a list is empty or not well-formed")
        return found

    def result(self, focus: Term, value: Term | None, component: Iri, path: Node | None = None) -> Result:
        """Make a result of this shape."""
        return Result(focus, path or self.path, value, component, self.severity, self.node)


Builder = Callable[[Definition], Iterable[Constraint]]


def for_each_value(definition: Definition, component: Iri, test: Test) -> Constraint:
    """Make a constraint that each value node satisfies alone; the result names the value."""
    path, severity, node = definition.path, definition.severity, definition.node

    def holds(data: Triples, _focus: Term, values: Values) -> bool:
        return all(test(data, value) for value in values)

    def report(data: Triples, focus: Term, values: Values, out: list[Result]) -> None:
        for value in values:
            if not test(data, value):
                out.append(Result(focus, path, value, component, severity, node))  # noqa: PERF401 - mostly none

    return Constraint(vacuous=True, holds=holds, report=report)


def for_all_values(
    definition: Definition, component: Iri, find: Finder, *, vacuous: bool = False
) -> Constraint:
    """Make a constraint on the value nodes together; `find` yields a value, or None, for each result."""

    def holds(data: Triples, focus: Term, values: Values) -> bool:
        return all(False for _ in find(data, focus, values))

    def report(data: Triples, focus: Term, values: Values, out: list[Result]) -> None:
        for value in find(data, focus, values):
            out.append(definition.result(focus, value, component))  # noqa: PERF401 - mostly none

    return Constraint(vacuous=vacuous, holds=holds, report=report)
