"""sh:equals, sh:disjoint, sh:lessThan … (https://www.w3.org/TR/shacl/#core-components-property-pairs)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from ...terms import Iri, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, NotCovered, Values, for_all_values
from ..names import sh
from ..values import order

Comparison = Callable[[Values, Collection[Term]], Iterator[Term]]


def _differing(values: Values, others: Collection[Term]) -> Iterator[Term]:
    yield from (value for value in values if value not in others)
    yield from (other for other in others if other not in values)


def _shared(values: Values, others: Collection[Term]) -> Iterator[Term]:
    yield from (value for value in values if value in others)


def _not(allowed: Collection[int | None]) -> Comparison:
    """Yield a value once for each value of the other property to which it does not stand as allowed."""

    def compare(values: Values, others: Collection[Term]) -> Iterator[Term]:
        for value in values:
            for other in others:
                if order(value, other) not in allowed:
                    yield value

    return compare


def _pair(parameter: str, component: str, compare: Comparison, *, vacuous: bool, path: bool) -> Builder:
    def build(definition: Definition) -> Iterator[Constraint]:
        if path and definition.path is None:
            raise NotCovered(f"sh:{parameter} stands on a node shape")
        for other in definition.all(sh(parameter)):
            if not isinstance(other, str):
                raise NotCovered(f"sh:{parameter} is not an address")

            def find(data: Triples, focus: Term, values: Values, predicate: Iri = other) -> Iterator[Term]:
                return compare(values, data.objects(focus, predicate))

            yield for_all_values(definition, sh(component), find, vacuous=vacuous)

    return build


BUILDERS: Mapping[Iri, Builder] = {
    sh("equals"): _pair("equals", "EqualsConstraintComponent", _differing, vacuous=False, path=False),
    sh("disjoint"): _pair("disjoint", "DisjointConstraintComponent", _shared, vacuous=True, path=False),
    sh("lessThan"): _pair("lessThan", "LessThanConstraintComponent", _not((-1,)), vacuous=True, path=True),
    sh("lessThanOrEquals"): _pair(
        "lessThanOrEquals", "LessThanOrEqualsConstraintComponent", _not((-1, 0)), vacuous=True, path=True
    ),
}
