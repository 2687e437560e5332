"""The order of the bounds of a reference period, also where they differ in precision.

The rule is in rules.ttl as sh:lessThanOrEquals, which compares values of one datatype only: a period from
2024-05-01 to 2024 would be wrong, and pySHACL stops with an error at two years. So the shape is the
specification, and this function is how it is evaluated: bounds are compared as far as both are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdflib import Graph
from rdflib.term import Node

from .namespaces import DCAT, DCT, MS

SHAPE = MS["period-order"]
DATE = re.compile(r"(-?\d{4,})(?:-(\d{2})(?:-(\d{2}))?)?(?:[TZ+-].*)?")


def disordered(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """Yield each period whose start is after its end, with the start."""
    for period in sorted(set(graph.objects(None, DCT.temporal)), key=str):
        ends = [parts for end in graph.objects(period, DCAT.endDate) if (parts := _parts(end))]
        for start in sorted(graph.objects(period, DCAT.startDate), key=str):
            begun = _parts(start)
            if begun and any(_after(begun, ended) for ended in ends):
                yield period, start


def _after(start: tuple[int, ...], end: tuple[int, ...]) -> bool:
    common = min(len(start), len(end))
    return start[:common] > end[:common]


def _parts(term: Node) -> tuple[int, ...]:
    found = DATE.fullmatch(str(term))
    return tuple(int(part) for part in found.groups() if part) if found else ()
