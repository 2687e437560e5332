"""sh:node, sh:property, sh:qualifiedValueShape (https://www.w3.org/TR/shacl/#core-components-shape)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...terms import Iri, Term
from ...triples import Triples
from ..constraint import (
    Builder,
    Constraint,
    Definition,
    NotCovered,
    Shape,
    Values,
    for_all_values,
    for_each_value,
)
from ..names import sh
from ..parameters import is_true, whole_number
from ..results import Result

NODE, PROPERTY, PATH = sh("node"), sh("property"), sh("path")
QUALIFIED, DISJOINT = sh("qualifiedValueShape"), sh("qualifiedValueShapesDisjoint")
LEAST, MOST = sh("qualifiedMinCount"), sh("qualifiedMaxCount")


def to_node(definition: Definition) -> Iterator[Constraint]:
    """Each value conforms to the node shape; one result for a value, whatever is wrong inside it."""
    for node in definition.all(NODE):
        if definition.graph.objects(node, PATH):
            raise NotCovered("sh:node names a property shape")
        shape = definition.shape_at(node)

        def test(data: Triples, value: Term, wanted: Shape = shape) -> bool:
            return wanted.conforms(data, value)

        yield for_each_value(definition, sh("NodeConstraintComponent"), test)


def to_property(definition: Definition) -> Iterator[Constraint]:
    """Each value is a focus node of the property shape, whose results are reported as they are."""
    for node in definition.all(PROPERTY):
        if not definition.graph.objects(node, PATH):
            raise NotCovered("sh:property names a shape without sh:path")
        yield _passed_on(definition.shape_at(node))


def _passed_on(shape: Shape) -> Constraint:
    def holds(data: Triples, _focus: Term, values: Values) -> bool:
        return all(shape.conforms(data, value) for value in values)

    def report(data: Triples, _focus: Term, values: Values, out: list[Result]) -> None:
        for value in values:
            shape.report(data, value, out)

    return Constraint(vacuous=True, holds=holds, report=report)


def to_qualified(definition: Definition) -> Iterator[Constraint]:
    """Count the values that conform to the shape (and to none of its siblings, where these are disjoint)."""
    if definition.path is None:
        return  # has no meaning there, says SHACL
    bounds = [parameter for parameter in (LEAST, MOST) if definition.all(parameter)]
    if not bounds:
        raise NotCovered("sh:qualifiedValueShape stands without a number")
    disjoint = is_true(definition, DISJOINT)
    for node in definition.all(QUALIFIED):
        shape = definition.shape_at(node)
        siblings = [definition.shape_at(one) for one in _siblings(definition, node)] if disjoint else []
        for parameter in bounds:
            yield _counted(definition, parameter, shape, siblings)


def _counted(definition: Definition, parameter: Iri, shape: Shape, siblings: list[Shape]) -> Constraint:
    number = whole_number(definition, parameter)
    name = "QualifiedMinCount" if parameter == LEAST else "QualifiedMaxCount"

    def find(data: Triples, _focus: Term, values: Values) -> Iterable[None]:
        count = sum(
            shape.conforms(data, value) and not any(other.conforms(data, value) for other in siblings)
            for value in values
        )
        return (None,) if (count < number if parameter == LEAST else count > number) else ()

    vacuous = parameter == MOST or number == 0
    return for_all_values(definition, sh(f"{name}ConstraintComponent"), find, vacuous=vacuous)


def _siblings(definition: Definition, node: Term) -> set[Term]:
    """Return the qualified shapes of the other property shapes under the same parents."""
    graph = definition.graph
    return {
        shape
        for parent in graph.subjects_with(PROPERTY, definition.node)
        for prop in graph.objects(parent, PROPERTY)
        for shape in graph.objects(prop, QUALIFIED)
        if shape != node
    }


BUILDERS: Mapping[Iri, Builder] = {NODE: to_node, PROPERTY: to_property, QUALIFIED: to_qualified}
