"""Property shapes from the field list: `python -m migration_schemas.derive` writes shacl/properties.ttl.

One shape for each question about a field (is it there, is its value right), so that each result
has a name, a severity and a message of its own. Rules across fields are written by hand in
rules.ttl. The file is committed, so that others can use it without this package, and a test
compares it with what this module derives.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from migration_vocabularies import get, iris

from .fields import Field, Schema, load
from .shape_messages import missing, wrong

HEAD = """\
# Derived from dataset.yaml by `python -m migration_schemas.derive`; do not edit.
@prefix mig: <ns#> .
@prefix ms: <shapes#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix stat: <http://data.europa.eu/m8g/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATASET = "sh:targetClass dcat:Dataset"
DISTRIBUTION = "sh:targetClass dcat:Distribution ;\n    sh:targetObjectsOf dcat:distribution"
DATE_TYPES = ("date", "gYearMonth", "gYear", "dateTime")
NUMBER_TYPES = ("nonNegativeInteger", "integer", "decimal")
EMAIL_PATTERN = "^mailto:[^@ ]+@[^@ .]+[.][^@ ]*[^@ .]$"
"""Every part can only end in one place, so that a text of any length is judged in one pass (SH-04)."""


def turtle(schema: Schema) -> str:
    """Return the property shapes of all fields as Turtle with relative IRIs.

    Each property shape has its own target instead of hanging on a node shape: engines then build it
    once for all records of a batch, not once for each.
    """
    blocks: list[str] = []
    for field in schema.fields:
        blocks += _shapes(field, field.name, DATASET)
        for part in field.subfields:
            if part.path:
                blocks += _shapes(
                    part, f"{field.name}-{part.name}", f"sh:targetObjectsOf {_path(field)}", field
                )
    for field in schema.resource_fields:
        blocks += _shapes(field, f"resource-{field.name}", DISTRIBUTION)
    return "\n".join([HEAD, *blocks])


def _shapes(field: Field, stem: str, target: str, parent: Field | None = None) -> list[str]:
    found = []
    if field.level in {"mandatory", "recommended"}:
        aspect = "required" if field.level == "mandatory" else "recommended"
        found.append(_shape(field, f"{stem}-{aspect}", target, parent))
    if _value_constraints(field):
        found.append(_shape(field, f"{stem}-value", target, parent))
    return found


def _shape(field: Field, name: str, target: str, parent: Field | None) -> str:
    if name.endswith("-value"):
        constraints, messages, warns = _value_constraints(field), wrong(field, parent), field.open
    else:
        constraints, messages, warns = _presence(field), missing(field, parent), name.endswith("-recommended")
    lines = [
        f"ms:{name} a sh:PropertyShape",
        target,
        f"sh:path {_path(field)}",
        *constraints,
        f"sh:severity sh:{'Warning' if warns else 'Violation'}",
        f"sh:name {_text(field.label('en'), 'en')}, {_text(field.label('fr'), 'fr')}",
        f"sh:message {_text(messages['en'], 'en')}, {_text(messages['fr'], 'fr')}",
        f'mig:{"resourceField" if target == DISTRIBUTION else "field"} "{(parent or field).name}"',
    ]
    return " ;\n    ".join(lines) + " .\n"


def _path(field: Field) -> str:
    steps = str(field.rdf_property).split("/")
    return steps[0] if len(steps) == 1 else f"( {' '.join(steps)} )"


def _presence(field: Field) -> list[str]:
    if field.vocabulary and field.open and field.level == "mandatory":
        # Others use the property for schemes of their own; at least one value must be from ours.
        return ["sh:qualifiedMinCount 1", f"sh:qualifiedValueShape [ sh:in ( {_concepts(field)} ) ]"]
    return ["sh:minCount 1"]


def _value_constraints(field: Field) -> list[str]:
    kind = field.rdf_value
    if field.vocabulary:
        found = [] if field.open and field.level == "mandatory" else [f"sh:in ( {_concepts(field)} )"]
    elif kind == "date":
        found = [_or(DATE_TYPES)]
    elif kind == "integer":
        found = ["sh:datatype xsd:integer"]
    elif kind == "size":
        found = [_or(NUMBER_TYPES)]
    elif kind == "email":
        found = ["sh:nodeKind sh:IRI", f'sh:pattern "{EMAIL_PATTERN}"']
    elif kind in {"iri", "media_type"}:
        found = [
            "sh:nodeKind sh:BlankNodeOrIRI"
            if field.multiple or kind == "media_type"
            else "sh:nodeKind sh:IRI"
        ]
    elif kind == "node":
        found = ["sh:nodeKind sh:BlankNodeOrIRI"]
    else:
        found = ["sh:nodeKind sh:Literal"]
    return found + _limits(field)


def _limits(field: Field) -> list[str]:
    found = []
    if field.rdf_value == "translated":
        found.append("sh:uniqueLang true")
    elif not field.multiple and field.rdf_value not in {"text", "translated_list"}:
        # Texts may come several times: elsewhere names are written once in each language.
        found.append("sh:maxCount 1")
    for value, word in (
        (field.min_length, "minLength"),
        (field.minimum, "minInclusive"),
        (field.maximum, "maxInclusive"),
    ):
        if value is not None:
            found.append(f"sh:{word} {value}")
    return found


def _or(datatypes: tuple[str, ...]) -> str:
    return "sh:or ( " + " ".join(f"[ sh:datatype xsd:{name} ]" for name in datatypes) + " )"


def _concepts(field: Field) -> str:
    """Return the IRIs of a code list, relative where they are ours; a retired concept is still valid."""
    found = [concept.iri for concept in get(str(field.vocabulary))]
    return " ".join(f"<{iri.removeprefix(iris.BASE)}>" for iri in found)


def _text(text: str, lang: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{lang}'


def main() -> None:
    """Write the file into the source tree."""
    target = Path(str(files(__package__) / "shacl" / "properties.ttl"))
    target.write_text(turtle(load()), encoding="utf-8")


if __name__ == "__main__":
    main()
