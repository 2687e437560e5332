"""Findings about values that could not be written as RDF, so that no shape ever sees them."""

from __future__ import annotations

from rdflib import BNode
from rdflib.term import Node

from migration_vocabularies import get

from .fields import Field, load
from .kinds import RULES
from .namespaces import MS
from .report import Finding
from .shape_messages import label, said, wrong
from .writing import Dropped, Written

CONSTRAINTS = {
    "not-in-list": "InConstraintComponent",
    "not-an-address": "NodeKindConstraintComponent",
    "not-an-email": "PatternConstraintComponent",
    "not-a-media-type": "PatternConstraintComponent",
    "not-a-date": "OrConstraintComponent",
    "not-a-ror": "OrConstraintComponent",
    "not-an-iati": "OrConstraintComponent",
    "not-a-number": "DatatypeConstraintComponent",
    "language-tag": "LanguageInConstraintComponent",
    "named-twice": "MaxCountConstraintComponent",
}


def finding_of(written: Written, dropped: Dropped) -> Finding:
    """Turn a dropped value into a finding of the shape that would have seen it."""
    schema = load(written.kind)
    name, _, part = dropped.field.partition(".")
    top = schema.field(name) if dropped.resource is None else schema.resource_field(name)
    field = top.subfield(part) if part else top
    stem = dropped.field.replace(".", "-") if dropped.resource is None else f"resource-{dropped.field}"
    if not part:  # parts of a field have the same rules in every kind of record
        stem = RULES[written.kind] + stem
    return Finding(
        focus=written.subject if dropped.resource is None else written.distributions[dropped.resource],
        dataset=written.subject,
        field=name,
        resource=dropped.resource,
        of_resource=dropped.resource is not None,
        severity="warning" if _harmless(field, dropped) else "violation",
        messages=_messages(field, top if part else None, dropped),
        value=str(dropped.value),
        path=field.path[-1] if field.path else None,
        path_text=field.rdf_property or "",
        constraint=CONSTRAINTS.get(dropped.reason, "DatatypeConstraintComponent"),
        shape=str(MS[f"{stem}-value"]),
        code=dropped.reason,
    )


def _harmless(field: Field, dropped: Dropped) -> bool:
    """Say whether the record is right without the value: the list is open, or only a character went."""
    return dropped.reason in {"control-characters", "named-twice"} or (
        field.open and field.level != "mandatory"
    )


def _messages(field: Field, parent: Field | None, dropped: Dropped) -> dict[str, str]:
    if dropped.reason == "named-twice":
        return said("named-twice", label=label(parent or field), value=str(dropped.value))
    if dropped.reason in {"control-characters", "language-tag"}:
        return said(dropped.reason, label=label(field), value=str(dropped.lang))
    texts = wrong(field, parent)
    if (
        field.vocabulary
        and isinstance(dropped.value, str)
        and (match := get(field.vocabulary).match(dropped.value))
    ):
        meant = said("meant", value=match.concept.code)
        return {lang: text + meant[lang] for lang, text in texts.items()}
    return texts


def not_finished(seconds: float) -> Finding:
    """Say that the checking of a document was ended; what was found until then is listed beside it."""
    return Finding(
        focus=BNode(),
        field=None,
        severity="violation",
        messages=said("not-finished", seconds=f"{seconds:g}"),
        constraint="NodeConstraintComponent",
        shape=str(MS),
        code="not-finished",
    )


def not_checked(subject: Node, shape: str) -> Finding:
    """Say that a record could not be checked; it must not become public unchecked."""
    return Finding(
        focus=subject,
        dataset=subject,
        field=None,
        severity="violation",
        messages=said("not-checked"),
        constraint="NodeConstraintComponent",
        shape=shape,
        code="not-checked",
    )
