"""sh:minExclusive, sh:minInclusive … (https://www.w3.org/TR/shacl/#core-components-range)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ...terms import Iri, Literal, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, NotCovered, for_each_value
from ..names import sh
from ..values import order


def _bound(parameter: str, component: str, allowed: Collection[int]) -> Builder:
    """Make the builder of one of the four; `allowed` is how a value may stand to the bound."""

    def build(definition: Definition) -> Iterator[Constraint]:
        for bound in definition.all(sh(parameter)):
            if not isinstance(bound, Literal):
                raise NotCovered(f"sh:{parameter} is not a literal")

            def test(_data: Triples, value: Term, limit: Literal = bound) -> bool:
                return order(value, limit) in allowed

            yield for_each_value(definition, sh(component), test)

    return build


BUILDERS: Mapping[Iri, Builder] = {
    sh(parameter): _bound(parameter, component, allowed)
    for parameter, component, allowed in (
        ("minExclusive", "MinExclusiveConstraintComponent", (1,)),
        ("minInclusive", "MinInclusiveConstraintComponent", (0, 1)),
        ("maxExclusive", "MaxExclusiveConstraintComponent", (-1,)),
        ("maxInclusive", "MaxInclusiveConstraintComponent", (-1, 0)),
    )
}
