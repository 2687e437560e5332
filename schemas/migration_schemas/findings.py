"""Turns validation results into findings: which field of which dataset, in whose words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from . import shapes
from .kinds import CLASSES, KINDS
from .namespaces import SH, plain
from .reading import distribution_key
from .report import Finding, Severity
from .shacl_engine import Result
from .terms import Blank, Iri, Literal, Node, Term, from_rdflib, to_rdflib
from .triples import Triples

TYPE = plain("rdf:type")
RECORDS = tuple(plain(CLASSES[kind]) for kind in KINDS)
DISTRIBUTION, ACCESS_URL = plain("dcat:distribution"), plain("dcat:accessURL")
SEVERITY: dict[str, Severity] = {
    SH + "Violation": "violation",
    SH + "Warning": "warning",
    SH + "Info": "info",
}
MISSING = {"MinCountConstraintComponent", "QualifiedMinCountConstraintComponent"}
DEPTH = 2
"""How many steps may lie between a value of a dataset and a part of it: resource, terms, permission."""

RULES = {"OrConstraintComponent", "AndConstraintComponent"}


def findings(results: Iterable[Result], data: Triples) -> Iterator[Finding]:
    """Yield what the results say; one about a node of several datasets is said of each of them."""
    places = Places(data)
    meanings = _meanings()
    for result in results:
        meaning = meanings.get(result.shape)
        if meaning is None:
            continue  # a part of a rule; the rule itself reports
        constraint = result.component.removeprefix(SH)
        value = None if result.value is None or result.value == result.focus else result.value
        for dataset, resource in places.of(result.focus):
            yield Finding(
                focus=to_rdflib(result.focus),
                dataset=None if dataset is None else to_rdflib(dataset),
                field=meaning.field,
                resource=resource if meaning.resource else None,
                of_resource=meaning.resource,
                severity=SEVERITY.get(result.severity, "violation"),
                messages=meaning.messages,
                value=None if value is None else _text(value),
                term=None if result.value is None else to_rdflib(result.value),
                path=None if result.path is None else to_rdflib(result.path),
                path_text=meaning.path_text,
                constraint=constraint,
                shape=_text(result.shape),
                code="missing" if constraint in MISSING else "rule" if constraint in RULES else "wrong-value",
                also=meaning.also,
            )


@cache
def _meanings() -> Mapping[Term, shapes.Meaning]:
    return {from_rdflib(shape): meaning for shape, meaning in shapes.meanings().items()}


def _text(term: Term) -> str:
    if isinstance(term, Literal):
        return term.text
    return term.label if isinstance(term, Blank) else term


class Places:
    """Where a focus node is: in which datasets, and in which of their resources."""

    def __init__(self, data: Triples) -> None:
        self.data = data
        self.datasets = frozenset(one for kind in RECORDS for one in data.subjects_with(TYPE, kind))
        self.holders: dict[Term, dict[Node, Term]] | None = None
        self.numbers: dict[Node, dict[Term, int]] = {}

    def of(self, focus: Term) -> list[tuple[Node | None, int | None]]:
        """Return the datasets that a node is a part of, with the number of the resource it belongs to."""
        if focus in self.datasets:
            return [(focus, None)]
        holders = self._held().get(focus, {})
        return [(holder, self.number(holder, holders[holder])) for holder in sorted(holders, key=_text)] or [
            (None, None)
        ]

    def number(self, dataset: Node, resource: Term) -> int | None:
        """Return the place of a resource among those of its dataset, None if it is none."""
        if dataset not in self.numbers:
            found = [d for d in self.data.objects(dataset, DISTRIBUTION) if not isinstance(d, Literal)]
            self.numbers[dataset] = {d: n for n, d in enumerate(sorted(found, key=self._order))}
        return self.numbers[dataset].get(resource)

    def _order(self, node: Iri | Blank) -> tuple[object, ...]:
        urls = self.data.objects(node, ACCESS_URL) if isinstance(node, Blank) else ()
        return distribution_key(_text(node), map(_text, urls))

    def _held(self) -> dict[Term, dict[Node, Term]]:
        """Return, for each node, the datasets that lead to it, and over which value of theirs."""
        if self.holders is None:
            self.holders = {}
            for dataset in self.datasets:
                values = [v for found in self.data.properties(dataset).values() for v in found]
                reached = dict(zip(values, values, strict=True))
                for _ in range(DEPTH):
                    reached = {**self._further(reached), **reached}
                for node, over in reached.items():
                    self.holders.setdefault(node, {})[dataset] = over
        return self.holders

    def _further(self, reached: dict[Term, Term]) -> dict[Term, Term]:
        """Return what nodes lead to, one step on; another dataset is not a part of this one."""
        return {
            further: over
            for node, over in reached.items()
            if node not in self.datasets
            for values in self.data.properties(node).values()
            for further in values
            if not isinstance(further, Literal)
        }
