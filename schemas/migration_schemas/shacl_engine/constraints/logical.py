"""sh:not, sh:and, sh:or, sh:xone (https://www.w3.org/TR/shacl/#core-components-logical)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...terms import Iri, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, Shape, for_each_value
from ..names import sh

NOT, AND, OR, XONE = sh("not"), sh("and"), sh("or"), sh("xone")


def none_of(definition: Definition) -> Iterator[Constraint]:
    """No value conforms to the shape."""
    for shape in map(definition.shape_at, definition.all(NOT)):

        def test(data: Triples, value: Term, unwanted: Shape = shape) -> bool:
            return not unwanted.conforms(data, value)

        yield for_each_value(definition, sh("NotConstraintComponent"), test)


def all_of(definition: Definition) -> Iterator[Constraint]:
    """Each value conforms to all shapes of the list."""
    for shapes in _lists(definition, AND):

        def test(data: Triples, value: Term, wanted: list[Shape] = shapes) -> bool:
            return all(shape.conforms(data, value) for shape in wanted)

        yield for_each_value(definition, sh("AndConstraintComponent"), test)


def any_of(definition: Definition) -> Iterator[Constraint]:
    """Each value conforms to at least one shape of the list."""
    for shapes in _lists(definition, OR):

        def test(data: Triples, value: Term, wanted: list[Shape] = shapes) -> bool:
            return any(shape.conforms(data, value) for shape in wanted)

        yield for_each_value(definition, sh("OrConstraintComponent"), test)


def one_of(definition: Definition) -> Iterator[Constraint]:
    """Each value conforms to exactly one shape of the list."""
    for shapes in _lists(definition, XONE):

        def test(data: Triples, value: Term, wanted: list[Shape] = shapes) -> bool:
            return sum(shape.conforms(data, value) for shape in wanted) == 1

        yield for_each_value(definition, sh("XoneConstraintComponent"), test)


def _lists(definition: Definition, parameter: Iri) -> Iterator[list[Shape]]:
    for head in definition.all(parameter):
        yield [definition.shape_at(member) for member in definition.members(head)]


BUILDERS: Mapping[Iri, Builder] = {NOT: none_of, AND: all_of, OR: any_of, XONE: one_of}
