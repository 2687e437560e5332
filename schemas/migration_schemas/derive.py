"""Property shapes from the field lists: `python -m migration_schemas.derive` writes them into shacl/.

One shape for each question about a field (is it there, is its value right), so that each result
has a name, a severity, a message, a reason and an example of its own. What must be right is in core.ttl,
what should be there in recommended.ttl; those about needs in need-core.ttl and need-recommended.ttl, with the
field list of needs itself (`taking`). Rules across fields are written by hand in the other files. The
files are committed, so that others can use them without this package, and a test compares them with what
this module derives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from migration_vocabularies import get, iris

from . import agencies, namespaces, taking
from .fields import Field, Schema, load, read
from .kinds import CLASSES, DATASET, KINDS, NEED, RULES
from .shape_messages import LANGUAGES, missing, wrong

FILES = {(kind, layer): f"{RULES[kind]}{layer}.ttl" for kind in KINDS for layer in ("core", "recommended")}
"""Kind of record and layer → the file that is derived for them."""

DISTRIBUTION = "sh:targetClass dcat:Distribution ;\n    sh:targetObjectsOf dcat:distribution"
DATE_TYPES = ("date", "gYearMonth", "gYear", "dateTime")
NUMBER_TYPES = ("nonNegativeInteger", "integer", "decimal")
DECIMAL_TYPES = ("decimal", "double", "integer")
PATTERNS = {
    "duration": "^P[0-9T]([0-9]*[YMDTHS])*$",
    "hex": "^[0-9A-Fa-f]{8,128}$",
    "box": "^ *(<[^>]*> *)?POLYGON *[(][(][-0-9., ]*[)][)] *$",
}
IDENTIFIERS = {
    "ror": (agencies.ROR_PATTERN, agencies.ROR_MEANT),
    "iati": (agencies.IATI_PATTERN, agencies.IATI_MEANT),
}
"""Others have other identifiers under the same property; only what means to be one of these is judged."""

EMAIL_PATTERN = "^mailto:[^@ ]+@[^@ .]+[.][^@ ]*[^@ .]$"
"""Every part can only end in one place, so that a text of any length is judged in one pass (SH-04)."""


def turtle(schema: Schema, layer: str) -> str:
    """Return the property shapes of all fields in a layer as Turtle with relative IRIs.

    Each property shape has its own target instead of hanging on a node shape: engines then build it
    once for all records of a batch, not once for each.
    """
    head = _head(f"{schema.kind}.yaml")
    return "\n".join([head, *(text for found, text in _blocks(schema) if found == layer)])


def _head(source: str) -> str:
    """Return the comment and the prefixes at the top of a file."""
    prefixes = {**namespaces.PREFIXES, "sh": namespaces.SH, "mig": "ns#", "ms": "shapes#"}
    lines = [f"@prefix {prefix}: <{prefixes[prefix]}> ." for prefix in sorted(prefixes)]
    return f"# Derived from {source} by `python -m migration_schemas.derive`; do not edit.\n" + "\n".join(
        [*lines, ""]
    )


def _blocks(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield layer and text of each shape."""
    for field in schema.fields:
        target = f"sh:targetClass {CLASSES[schema.kind]}"
        yield from _of_field(schema, field, RULES[schema.kind] + field.name, target, "field")
    for field in schema.resource_fields:
        yield from _of_field(schema, field, f"resource-{field.name}", DISTRIBUTION, "resourceField")


def _of_field(schema: Schema, field: Field, stem: str, target: str, place: str) -> Iterator[tuple[str, str]]:
    yield from _shapes(schema, field, stem, target, place)
    holders = f"sh:targetObjectsOf {str(field.rdf_property).split('/')[-1]}"
    if schema.kind != DATASET:
        return  # the parts of a field that needs take of datasets are judged with those of datasets
    for part in field.subfields:
        if part.path:
            yield from _shapes(schema, part, f"{stem}-{part.name}", holders, place, field)


def _shapes(  # noqa: PLR0913, PLR0917 - what a shape is written from
    schema: Schema, field: Field, stem: str, target: str, place: str, parent: Field | None = None
) -> Iterator[tuple[str, str]]:
    sharing = () if parent else schema.sharing.get(field.path, ())
    names = [one.vocabulary for one in sharing if place == "field"] or [field.vocabulary]
    end = [f'mig:{place} "{(parent or field).name}"']
    if field.level in {"mandatory", "recommended"}:
        aspect = "required" if field.level == "mandatory" else "recommended"
        layer = "core" if aspect == "required" else "recommended"
        # Under a property that several lists share, only values of the field's own list count.
        found = _presence(field, qualified=len(names) > 1)
        words = missing(field, parent)
        yield layer, _shape(field, f"{stem}-{aspect}", [target, *found], words, layer, parent, end)
    # A property that several code lists share is judged once, with the first of its fields.
    if (len(names) == 1 or field is sharing[0]) and (found := _value_constraints(field, names)):
        layer = "recommended" if field.open else "core"
        words = wrong(field, parent)
        yield layer, _shape(field, f"{stem}-value", [target, *found], words, layer, parent, end)


def _shape(  # noqa: PLR0913, PLR0917 - the parts of a shape in their order
    field: Field,
    name: str,
    body: list[str],
    messages: dict[str, str],
    layer: str,
    parent: Field | None,
    end: list[str],
) -> str:
    target, *constraints = body
    reasons = {lang: field.why(lang) or (parent.why(lang) if parent else "") for lang in LANGUAGES}
    examples = {lang: field.example(lang) or (parent.example(lang) if parent else "") for lang in LANGUAGES}
    lines = [
        f"ms:{name} a sh:PropertyShape",
        target,
        f"sh:path {_path(field)}",
        *constraints,
        f"sh:severity sh:{'Warning' if layer == 'recommended' else 'Violation'}",
        f"sh:name {_texts({lang: field.label(lang) for lang in LANGUAGES}, ', ')}",
        f"sh:description {_texts(reasons)}",
        f"sh:message {_texts(messages)}",
        f"skos:example {_texts(examples)}",
        *end,
    ]
    return " ;\n    ".join(lines) + " .\n"


def _path(field: Field) -> str:
    steps = str(field.rdf_property).split("/")
    return steps[0] if len(steps) == 1 else f"( {' '.join(steps)} )"


def _presence(field: Field, *, qualified: bool) -> list[str]:
    if field.vocabulary and (qualified or (field.open and field.level == "mandatory")):
        # Others use the property for schemes of their own; at least one value must be from ours.
        members = _concepts([field.vocabulary])
        return ["sh:qualifiedMinCount 1", f"sh:qualifiedValueShape [ sh:in ( {members} ) ]"]
    return ["sh:minCount 1"]


def _value_constraints(field: Field, names: Sequence[str | None]) -> list[str]:
    kind = field.rdf_value
    if field.vocabulary:
        found = [] if field.open and field.level == "mandatory" else [f"sh:in ( {_concepts(names)} )"]
    elif kind == "date":
        found = [_or(DATE_TYPES)]
    elif kind == "integer":
        found = ["sh:datatype xsd:integer"]
    elif kind in {"size", "count"}:
        found = [_or(NUMBER_TYPES)]
    elif kind == "decimal":
        found = [_or(DECIMAL_TYPES)]
    elif kind in PATTERNS or kind in IDENTIFIERS:
        found = _pattern(kind)
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


def _pattern(kind: str) -> list[str]:
    if kind in PATTERNS:
        return ["sh:nodeKind sh:Literal", f'sh:pattern "{PATTERNS[kind]}"']
    right, meant = IDENTIFIERS[kind]
    return [f'sh:or ( [ sh:pattern "{right}" ] [ sh:not [ sh:pattern "{meant}" ] ] )']


def _limits(field: Field) -> list[str]:
    found = []
    if field.rdf_value == "translated":
        found.append("sh:uniqueLang true")
    elif not field.multiple and field.rdf_value not in {"text", "translated_list", *IDENTIFIERS}:
        # Texts may come several times: elsewhere names are written once in each language.
        found.append("sh:maxCount 1")
    for value, word in (
        (field.min_length, "minLength"),
        (field.max_length, "maxLength"),
        (field.minimum, "minInclusive"),
        (field.maximum, "maxInclusive"),
    ):
        if value is not None:
            found.append(f"sh:{word} {value}")
    return found


def _or(datatypes: tuple[str, ...]) -> str:
    return "sh:or ( " + " ".join(f"[ sh:datatype xsd:{name} ]" for name in datatypes) + " )"


def _concepts(names: Sequence[str | None]) -> str:
    """Return the IRIs of code lists, relative where they are ours; a retired concept is still valid."""
    found = [concept.iri for name in names for concept in get(str(name))]
    return " ".join(f"<{iri.removeprefix(iris.BASE)}>" for iri in found)


def _texts(texts: Mapping[str, str], between: str = ",\n        ") -> str:
    return between.join(_text(texts[lang], lang) for lang in LANGUAGES)


def _text(text: str, lang: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"@{lang}'


def main() -> None:
    """Write the files into the source tree; the field list first, because the shapes are read from it."""
    folder = Path(str(files(__package__)))
    (folder / f"{NEED}.yaml").write_text(needs(), encoding="utf-8")
    for (kind, layer), name in FILES.items():
        (folder / "shacl" / name).write_text(turtle(load(kind), layer), encoding="utf-8")


def needs() -> str:
    """Return the text of the field list of needs."""
    return taking.text(taking.merged(read("need.yaml"), read(f"{DATASET}.yaml")))


if __name__ == "__main__":
    main()
