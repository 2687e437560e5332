"""sh:closed, sh:hasValue, sh:in (https://www.w3.org/TR/shacl/#core-components-others)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...terms import Iri, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, Values, for_all_values, for_each_value
from ..names import sh
from ..parameters import is_true
from ..results import Result

CLOSED, IGNORED, HAS_VALUE, IN = sh("closed"), sh("ignoredProperties"), sh("hasValue"), sh("in")
PROPERTY, PATH = sh("property"), sh("path")
COMPONENT = sh("ClosedConstraintComponent")


def closed(definition: Definition) -> Iterator[Constraint]:
    """Each value has no other properties than those of the property shapes and the ignored ones."""
    if not is_true(definition, CLOSED):
        return
    graph = definition.graph
    allowed = {path for shape in definition.all(PROPERTY) for path in graph.objects(shape, PATH)}
    for head in definition.all(IGNORED):
        allowed.update(graph.members(head) or ())

    def holds(data: Triples, _focus: Term, values: Values) -> bool:
        return all(predicate in allowed for value in values for predicate in data.properties(value))

    def report(data: Triples, focus: Term, values: Values, out: list[Result]) -> None:
        for value in values:
            for predicate, others in data.properties(value).items():
                if predicate not in allowed:
                    out.extend(definition.result(focus, other, COMPONENT, predicate) for other in others)

    yield Constraint(vacuous=True, holds=holds, report=report)


def having(definition: Definition) -> Iterator[Constraint]:
    """One value is the term."""
    for term in definition.all(HAS_VALUE):

        def find(_data: Triples, _focus: Term, values: Values, wanted: Term = term) -> Iterable[None]:
            return () if wanted in values else (None,)

        yield for_all_values(definition, sh("HasValueConstraintComponent"), find)


def listed(definition: Definition) -> Iterator[Constraint]:
    """Each value is a member of the list; a code list is kept as a set."""
    allowed = frozenset(definition.members(definition.one(IN)))

    def test(_data: Triples, value: Term) -> bool:
        return value in allowed

    yield for_each_value(definition, sh("InConstraintComponent"), test)


BUILDERS: Mapping[Iri, Builder] = {CLOSED: closed, HAS_VALUE: having, IN: listed}
