"""sh:minCount, sh:maxCount (https://www.w3.org/TR/shacl/#core-components-count)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...terms import Iri, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, NotCovered, Values, for_all_values
from ..names import sh
from ..parameters import whole_number

MIN, MAX = sh("minCount"), sh("maxCount")
ONE_RESULT = (None,)


def at_least(definition: Definition) -> Iterator[Constraint]:
    """There are no fewer values than this."""
    least = _number(definition, MIN)

    def find(_data: Triples, _focus: Term, values: Values) -> Iterable[None]:
        return () if len(values) >= least else ONE_RESULT

    yield for_all_values(definition, sh("MinCountConstraintComponent"), find, vacuous=least == 0)


def at_most(definition: Definition) -> Iterator[Constraint]:
    """There are no more values than this."""
    most = _number(definition, MAX)

    def find(_data: Triples, _focus: Term, values: Values) -> Iterable[None]:
        return () if len(values) <= most else ONE_RESULT

    yield for_all_values(definition, sh("MaxCountConstraintComponent"), find, vacuous=True)


def _number(definition: Definition, parameter: Iri) -> int:
    if definition.path is None:
        raise NotCovered(f"{parameter} stands on a node shape")
    return whole_number(definition, parameter)


BUILDERS: Mapping[Iri, Builder] = {MIN: at_least, MAX: at_most}
