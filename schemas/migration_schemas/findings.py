"""Turns validation results into findings: which field of which dataset, in whose words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from . import shapes
from .namespaces import SH, plain
from .reading import distribution_key
from .report import Finding, Severity
from .shacl_engine import Result
from .terms import Blank, Iri, Literal, Node, Term, from_rdflib, to_rdflib
from .triples import Triples

TYPE, DATASET = plain("rdf:type"), plain("dcat:Dataset")
DISTRIBUTION, ACCESS_URL = plain("dcat:distribution"), plain("dcat:accessURL")
SEVERITY: dict[str, Severity] = {
    SH + "Violation": "violation",
    SH + "Warning": "warning",
    SH + "Info": "info",
}
MISSING = {"MinCountConstraintComponent", "QualifiedMinCountConstraintComponent"}
RULES = {"OrConstraintComponent", "LessThanOrEqualsConstraintComponent"}


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
        self.datasets = frozenset(data.subjects_with(TYPE, DATASET))
        self.holders: dict[Term, dict[Node, None]] | None = None
        self.numbers: dict[Node, dict[Term, int]] = {}

    def of(self, focus: Term) -> list[tuple[Node | None, int | None]]:
        """Return the datasets that a node belongs to, with the number of the resource if it is one."""
        if focus in self.datasets:
            return [(focus, None)]
        holders = sorted(self._held().get(focus, ()), key=_text)
        return [(holder, self.number(holder, focus)) for holder in holders] or [(None, None)]

    def number(self, dataset: Node, focus: Term) -> int | None:
        """Return the place of a resource among those of its dataset, None if it is none."""
        if dataset not in self.numbers:
            found = [d for d in self.data.objects(dataset, DISTRIBUTION) if not isinstance(d, Literal)]
            self.numbers[dataset] = {d: n for n, d in enumerate(sorted(found, key=self._order))}
        return self.numbers[dataset].get(focus)

    def _order(self, node: Iri | Blank) -> tuple[object, ...]:
        urls = self.data.objects(node, ACCESS_URL) if isinstance(node, Blank) else ()
        return distribution_key(_text(node), map(_text, urls))

    def _held(self) -> dict[Term, dict[Node, None]]:
        if self.holders is None:
            self.holders = {}
            for dataset in self.datasets:
                for values in self.data.properties(dataset).values():
                    for value in values:
                        self.holders.setdefault(value, {})[dataset] = None
        return self.holders
