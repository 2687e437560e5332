"""Targets (https://www.w3.org/TR/shacl/#targets): which nodes of the data a shape is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ..terms import Iri, Node, Term
from ..triples import NOTHING, Triples
from .constraint import NotCovered
from .names import CLASS, OWL_CLASS, SUB_CLASS_OF, TYPE, sh

NODE, OF_CLASS = sh("targetNode"), sh("targetClass")
SUBJECTS_OF, OBJECTS_OF = sh("targetSubjectsOf"), sh("targetObjectsOf")
PREDICATES = (NODE, OF_CLASS, SUBJECTS_OF, OBJECTS_OF)


class Target(NamedTuple):
    """One target declaration: the predicate that declares it and its value."""

    kind: Iri
    value: Term


def targets_of(graph: Triples, shape: Node) -> frozenset[Target]:
    """Return the targets that a shape declares, with the one of a shape that is a class itself."""
    found = {Target(kind, value) for kind in PREDICATES for value in graph.objects(shape, kind)}
    if is_class(graph, shape):
        found.add(Target(OF_CLASS, shape))
    for target in found:
        if target.kind in (SUBJECTS_OF, OBJECTS_OF) and not isinstance(target.value, str):
            raise NotCovered(f"{target.kind} is not an address")
    return frozenset(found)


def is_class(graph: Triples, node: Node) -> bool:
    """Say whether a node of the shapes graph is a class (section 2.1.3.3 of SHACL)."""
    types = graph.objects(node, TYPE)
    classes = {CLASS, OWL_CLASS, *graph.subjects_with(SUB_CLASS_OF, CLASS)}
    return any(one in classes for one in types)


def focus_nodes(targets: Collection[Target], data: Triples) -> Collection[Term]:
    """Return the nodes that at least one of the targets selects, each once."""
    found: dict[Term, None] = {}
    for kind, value in targets:
        if kind == NODE:
            found[value] = None
        elif kind == OF_CLASS:
            found.update(dict.fromkeys(instances(data, value)))
        elif kind == SUBJECTS_OF:
            found.update((subject, None) for subject, _ in data.having(value))  # type: ignore[arg-type]
        else:
            for _, objects in data.having(value):  # type: ignore[arg-type]  # targets_of has looked
                found.update(dict.fromkeys(objects))
    return found


def instances(data: Triples, cls: Term) -> Collection[Node]:
    """Return the nodes of a class or of one of its subclasses in the data."""
    found = dict.fromkeys(data.subjects_with(TYPE, cls))
    for sub in _subclasses(data, cls):
        found.update(dict.fromkeys(data.subjects_with(TYPE, sub)))
    return found


def _subclasses(data: Triples, cls: Term) -> Collection[Node]:
    found: dict[Node, None] = {}
    waiting = list(data.subjects_with(SUB_CLASS_OF, cls))
    while waiting:
        sub = waiting.pop()
        if sub not in found:
            found[sub] = None
            waiting.extend(data.subjects_with(SUB_CLASS_OF, sub))
    return found


def is_instance(data: Triples, node: Term, cls: Term) -> bool:
    """Say whether a node is of a class or of one of its subclasses in the data."""
    types = data.about.get(node, NOTHING).get(TYPE)  # type: ignore[arg-type]  # a literal has no type
    if not types:
        return False
    if cls in types:
        return True
    seen: set[Term] = set()
    waiting = list(types)
    while waiting:
        one = waiting.pop()
        if one == cls:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(data.objects(one, SUB_CLASS_OF))
    return False
