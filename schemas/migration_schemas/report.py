"""What validation says: findings in words, as data, and as sh:ValidationReport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from migration_vocabularies import language_tag

from . import namespaces, shapes
from .fields import Field, load
from .kinds import kind_of_rule
from .namespaces import PROV, RDF, SH, XSD
from .profile import profile_iri, profile_version

Severity = Literal["violation", "warning", "info"]
RESOURCES = {
    "en": "Data and resources",
    "fr": "Données et ressources",
    "es": "Datos y recursos",
    "ar": "البيانات والموارد",
    "ru": "Данные и ресурсы",
    "zh": "数据与资源",
}
IN_RESOURCE = {
    "en": "Resource{number}, {label}",
    "fr": "Ressource{number}, {label}",
    "es": "Recurso{number}, {label}",
    "ar": "المورد{number}، {label}",
    "ru": "Ресурс{number}, {label}",
    "zh": "资源{number}，{label}",
}
SEVERITIES = {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or could be better, in one place of a record."""

    focus: Node
    dataset: Node | None = None
    field: str | None
    resource: int | None = None
    of_resource: bool = False
    """The field is one of a resource; its number is unknown where no dataset names the resource."""
    severity: Severity
    messages: Mapping[str, str]
    value: str | None = None
    term: Node | None = None
    path: Node | None = None
    path_text: str = ""
    constraint: str
    shape: str
    code: str
    also: tuple[str, ...] = ()

    def message(self, lang: str = "en") -> str:
        """Return what is wrong, in a language, else in English."""
        return self.messages.get(language_tag(lang)) or self.messages.get("en", "")

    def field_label(self, lang: str = "en") -> str:
        """Return the field's name as the form shows it, with the resource's number if it is one's."""
        tag = language_tag(lang) if language_tag(lang) in RESOURCES else "en"
        described = self._described()
        if described is None:
            return RESOURCES[tag] if self.field else ""
        label = described.label(lang)
        if not self.of_resource:
            return label
        number = "" if self.resource is None else f" {self.resource + 1}"
        return IN_RESOURCE[tag].format(number=number, label=label[:1].lower() + label[1:])

    def help(self, lang: str = "en") -> str:
        """Return the field's help: why it matters and how to fill it in."""
        described = self._described()
        return described.help(lang) if described else ""

    @property
    def layer(self) -> str:
        """Return the layer of the rule: core, do-no-harm, recommended or exemplary."""
        meaning = shapes.meaning_of(self.shape)
        return meaning.layer if meaning else "core"

    @property
    def rule(self) -> str:
        """Return the last part of the shape's address: the id under which the rule is documented."""
        return self.shape.rpartition("#")[2]

    def why(self, lang: str = "en") -> str:
        """Return why the rule matters, in a language, else in English."""
        meaning = shapes.meaning_of(self.shape)
        return _in(meaning.reasons, lang) if meaning else ""

    def example(self, lang: str = "en") -> str:
        """Return an example of a right value, in a language, else in English."""
        meaning = shapes.meaning_of(self.shape)
        return _in(meaning.examples, lang) if meaning else ""

    def _described(self) -> Field | None:
        """Return the field; None where a finding is about the record or all its resources."""
        if self.field is None or self.field == "resources":
            return None
        schema = load(kind_of_rule(self.shape))
        return schema.resource_field(self.field) if self.of_resource else schema.field(self.field)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the finding as JSON-ready data."""
        return {
            "code": self.code,
            "constraint": self.constraint,
            "example": self.example(lang),
            "field": self.field,
            "field_label": self.field_label(lang),
            "focus": str(self.focus),
            "layer": self.layer,
            "message": self.message(lang),
            "path": self.path_text,
            "resource": self.resource,
            "rule": self.rule,
            "severity": self.severity,
            "shape": self.shape,
            "value": self.value,
            "why": self.why(lang),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one record or one graph, the severe ones first."""

    findings: tuple[Finding, ...] = ()
    partial: bool = False

    @property
    def violations(self) -> tuple[Finding, ...]:
        """Return the findings that stop publication."""
        return tuple(finding for finding in self.findings if finding.severity == "violation")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings that should be mended but stop nothing."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Return what the best records have and this one has not; no fault."""
        return tuple(finding for finding in self.findings if finding.severity == "info")

    @property
    def conforms(self) -> bool:
        """Say whether nothing stops publication."""
        return not self.violations

    def for_dataset(self, dataset: Node | None) -> Report:
        """Return the findings about one dataset of a graph; None: about none of them."""
        return Report(tuple(f for f in self.findings if f.dataset == dataset), self.partial)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        return {
            "conforms": self.conforms,
            "partial": self.partial,
            "profile_version": profile_version(),
            "violations": len(self.violations),
            "warnings": len(self.warnings),
            "notes": len(self.notes),
            "findings": [finding.as_dict(lang) for finding in self.findings],
        }

    def to_graph(self) -> Graph:
        """Return a sh:ValidationReport (https://www.w3.org/TR/shacl/#validation-report)."""
        graph = namespaces.graph()
        graph.bind("sh", SH)
        report = BNode()
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, PROV.used, profile_iri()))
        # SHACL counts every result; whoever wants to pass warnings looks at the severities.
        graph.add((report, SH.conforms, RdfLiteral(not self.findings, datatype=XSD.boolean)))
        for finding in self.findings:
            node = BNode()
            graph.add((report, SH.result, node))
            for predicate, term in _result(finding):
                graph.add((node, predicate, term))
        return graph


def _in(words: Mapping[str, str], lang: str) -> str:
    return words.get(language_tag(lang)) or words.get("en", "")


def _result(finding: Finding) -> list[tuple[URIRef, Node]]:
    triples: list[tuple[URIRef, Node]] = [
        (RDF.type, SH.ValidationResult),
        (SH.focusNode, _writable(finding.focus)),
        (SH.resultSeverity, SEVERITIES[finding.severity]),
        (SH.sourceConstraintComponent, URIRef(SH + finding.constraint)),
        (SH.sourceShape, URIRef(finding.shape)),
    ]
    triples += [(SH.resultMessage, RdfLiteral(text, lang=lang)) for lang, text in finding.messages.items()]
    if isinstance(finding.path, URIRef):
        triples.append((SH.resultPath, finding.path))
    if finding.term is not None and finding.term != finding.focus:
        triples.append((SH.value, _writable(finding.term)))
    return triples


def _writable(term: Node) -> Node:
    """Quote an address that no syntax can carry, so that a report can always be serialised."""
    if isinstance(term, URIRef) and any(char in term for char in '<>"{}|\\^` '):
        return RdfLiteral(str(term))
    return term
