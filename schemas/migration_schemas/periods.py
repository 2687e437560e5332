"""The order of the bounds of a reference period, also where they differ in precision.

The rule in core-rules.ttl compares two days; sh:lessThanOrEquals compares values of one datatype only, and
pySHACL stops with an error at two years. This function is how the registry evaluates the rule: bounds are
compared as far as both are given, also a day with a year.
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
TEMPORAL = plain("dct:temporal")
START, END = plain("dcat:startDate"), plain("dcat:endDate")
DATE = re.compile(r"(-?\d{4,12})(?:-(\d{2})(?:-(\d{2}))?)?(?:[TZ+-].*)?")


def results(data: Triples) -> Iterator[Result]:
    """Yield a result for each period of which a start is after an end."""
    component, severity = sh("OrConstraintComponent"), sh("Violation")
    for period in {period: None for _, periods in data.having(TEMPORAL) for period in periods}:
        ends = list(_dates(data.objects(period, END)))
        starts = list(_dates(data.objects(period, START)))
        if any(_after(begun, ended) for begun in starts for ended in ends):
            yield Result(period, None, period, component, severity, SHAPE)


def _after(start: tuple[int, ...], end: tuple[int, ...]) -> bool:
    common = min(len(start), len(end))
    return start[:common] > end[:common]


def _dates(found: Iterable[Term]) -> Iterator[tuple[int, ...]]:
    for term in found:
        text = term.text if isinstance(term, Literal) else str(term)
        if matched := DATE.fullmatch(text):
            yield tuple(int(part) for part in matched.groups() if part)
