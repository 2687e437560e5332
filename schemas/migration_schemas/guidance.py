"""Guidance to each rule, made from its shape and the field list: what, why, right and wrong, how to mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from migration_vocabularies import get, language_tag

from . import shapes
from .fields import LANGUAGES, Field, load
from .kinds import RULES, kind_of_rule
from .namespaces import SH
from .samples import samples
from .shape_messages import wrong
from .shapes import Meaning
from .value_repairs import KINDS

WRONG: dict[str, str] = {
    "date": "31/12/24",
    "iri": "agency.example.org/data",
    "self": "agency.example.org/data",
    "email": "data at agency",
    "integer": "two",
    "count": "about 300",
    "size": "2 MB",
    "decimal": "91.5 %",
    "duration": "3 months",
    "hex": "not a checksum",
    "box": "Western Africa",
    "media_type": "Excel",
    "concept": "something else",
    "ror": "https://ror.org/03yrm5c27",
    "iati": "xm-dac-47066",
}
"""A value that a field of each kind refuses; a test holds that it does."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """One rule for people: texts speak the languages of the shapes."""

    id: str
    severity: str
    meaning: Meaning
    field: Field | None
    """The field that the rule is about, or the part of it; None where it is about all resources."""

    @property
    def missing(self) -> bool:
        """Say whether the rule asks for something to be there."""
        return self.id.endswith(("-required", "-recommended"))

    @property
    def wrong(self) -> str:
        """Return a value that breaks a rule about single values; nothing for the others."""
        if self.field is None or not self.id.endswith("-value"):
            return ""
        return WRONG.get(self.field.rdf_value, "")

    def help(self, lang: str = "en") -> str:
        """Return what the form says at the field, for a part without a help of its own at the whole."""
        own = self.field.help(lang) if self.field else ""
        return own or (whole.help(lang) if (whole := _whole(self.id, self.meaning)) else "")

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the guidance as JSON-ready data, in a language, else in English."""
        meaning, field, sample = self.meaning, self.field, samples().get(self.id)
        return {
            "id": self.id,
            "severity": self.severity,
            "layer": meaning.layer,
            "field": meaning.field,
            "of_resource": meaning.resource,
            "label": _in(meaning.names, lang),
            "message": _in(meaning.messages, lang),
            "why": _in(meaning.reasons, lang),
            "right": _in(meaning.examples, lang),
            "wrong": self.wrong,
            "missing": self.missing,
            "fails": sample.told(sample.fails, lang) if sample else [],
            "passes": sample.told(sample.passes, lang) if sample else [],
            "help": self.help(lang),
            "vocabulary": field.vocabulary if field else None,
            "vocabulary_title": get(field.vocabulary).title(lang) if field and field.vocabulary else "",
            "repairable": bool(field and not self.missing and field.rdf_value in KINDS),
        }


@cache
def rules() -> Mapping[str, Guidance]:
    """Return the guidance to all rules, by the id that reports name, in the order of layers."""
    order = {layer: number for number, layer in enumerate(shapes.LAYERS)}
    found = sorted(_rules(), key=lambda one: (order[one.meaning.layer], one.id))
    return {one.id: one for one in found}


def _rules() -> Iterator[Guidance]:
    for shape, meaning in shapes.meanings().items():
        rule = str(shape).rpartition("#")[2]
        severity = str(shapes.graph().value(shape, SH.severity)).rpartition("#")[2].lower()
        yield Guidance(rule, severity, meaning, _field(rule, meaning))
    yield from _sharing()


def _sharing() -> Iterator[Guidance]:
    """Yield the rules about values of fields that share a property: in RDF one shape judges them together.

    A form, a report of a record and a repair know which field is meant, and name its own rule.
    """
    known = {str(shape).rpartition("#")[2] for shape in shapes.meanings()}
    for field in load().fields:
        rule = f"{field.name}-value"
        if field.vocabulary and rule not in known:
            layer = "recommended" if field.open and field.level != "mandatory" else "core"
            meaning = Meaning(
                field=field.name,
                resource=False,
                also=(),
                messages=wrong(field, None),
                path_text=str(field.rdf_property),
                layer=layer,
                names=field.labels,
                reasons=field.whys,
                examples={lang: field.example(lang) for lang in LANGUAGES},
            )
            yield Guidance(rule, "warning" if layer == "recommended" else "violation", meaning, field)


def _field(rule: str, meaning: Meaning) -> Field | None:
    """Return the field of a rule; of a rule about a part of a field, the part."""
    field, name = _whole(rule, meaning), str(meaning.field)
    if field is None:
        return None
    stem = RULES[kind_of_rule(rule)] + (f"resource-{name}" if meaning.resource else name)
    for part in field.subfields:
        if rule.startswith(f"{stem}-{part.name}-"):
            return part
    return field


def _whole(rule: str, meaning: Meaning) -> Field | None:
    if meaning.field in {None, "resources"}:
        return None
    schema = load(kind_of_rule(rule))
    return schema.resource_field(str(meaning.field)) if meaning.resource else schema.field(str(meaning.field))


def _in(words: Mapping[str, str], lang: str) -> str:
    return words.get(language_tag(lang)) or words.get("en", "")
