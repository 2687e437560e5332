"""The order of the bounds of a reference period, also where they differ in precision.

The rule is in rules.ttl as sh:lessThanOrEquals, which compares values of one datatype only: a period from
2024-05-01 to 2024 would be wrong, and pySHACL stops with an error at two years. So the shape is the
specification, and this function is how it is evaluated: bounds are compared as far as both are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .namespaces import MS, plain
from .shacl_engine import Result
from .shacl_engine.names import sh
from .terms import Iri, Literal, Term
from .triples import Triples

SHAPE = Iri(str(MS["period-order"]))
TEMPORAL, START, END = plain("dct:temporal"), plain("dcat:startDate"), plain("dcat:endDate")
DATE = re.compile(r"(-?\d{4,12})(?:-(\d{2})(?:-(\d{2}))?)?(?:[TZ+-].*)?")


def results(data: Triples) -> Iterator[Result]:
    """Yield a result for each start of a period that is after an end of it."""
    component, severity = sh("LessThanOrEqualsConstraintComponent"), sh("Violation")
    for period in {period: None for _, periods in data.having(TEMPORAL) for period in periods}:
        ends = list(_dates(data.objects(period, END)))
        for start, begun in _dates(data.objects(period, START)):
            if any(_after(begun, ended) for _, ended in ends):
                yield Result(period, START, start, component, severity, SHAPE)


def _after(start: tuple[int, ...], end: tuple[int, ...]) -> bool:
    common = min(len(start), len(end))
    return start[:common] > end[:common]


def _dates(found: Iterable[Term]) -> Iterator[tuple[Term, tuple[int, ...]]]:
    for term in found:
        text = term.text if isinstance(term, Literal) else str(term)
        if matched := DATE.fullmatch(text):
            yield term, tuple(int(part) for part in matched.groups() if part)
