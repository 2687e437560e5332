"""Makes the bounds of reference periods comparable.

SHACL's sh:lessThanOrEquals compares values of one datatype only, but people know the start of a
period to the day and its end to the year. Where the two bounds of a period differ in precision,
both are shortened to what they have in common before the rule looks at them.
"""

from __future__ import annotations

import re

from rdflib import Graph, Literal
from rdflib.term import Node

from .namespaces import DCAT, DCT, XSD

BOUNDS = (DCAT.startDate, DCAT.endDate)
TYPES = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
BEGINNING = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def comparable(graph: Graph) -> Graph:
    """Return the graph, or a copy of it in which mixed bounds have one precision."""
    changes: list[tuple[Node, Node, Literal, Literal]] = []
    for period in set(graph.objects(None, DCT.temporal)):
        changes += _changes(graph, period)
    if not changes:
        return graph
    copy = Graph()
    for triple in graph:
        copy.add(triple)
    for period, bound, old, new in changes:
        copy.remove((period, bound, old))
        copy.add((period, bound, new))
    return copy


def _changes(graph: Graph, period: Node) -> list[tuple[Node, Node, Literal, Literal]]:
    dates = [
        (bound, date)
        for bound in BOUNDS
        for date in graph.objects(period, bound)
        if isinstance(date, Literal) and date.datatype and BEGINNING.match(str(date))
    ]
    if len({date.datatype for _, date in dates}) < 2:
        return []
    length = min(len(_day(str(date))) for _, date in dates)
    return [(period, bound, date, Literal(_day(str(date))[:length], datatype=TYPES[length])) for bound, date in dates]


def _day(text: str) -> str:
    found = BEGINNING.match(text)
    return found[0] if found else text
