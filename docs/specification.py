"""The profile as a readable specification, written from its sources; `reference.py` puts it on disk.

Sources: `profile.ttl` (terms, versions), `dataset.yaml` and `need.yaml` (properties), the shapes (rules), the
code lists, and `crosswalk.yaml` (names elsewhere).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from migration_schemas import Field, load, profile, shapes
from migration_schemas.kinds import DATASET, NEED, kind_of_rule
from migration_schemas.namespaces import MIG, PREFIXES, SH
from migration_vocabularies import get, names

LANGUAGES = {"ar": "Arabic", "es": "Spanish", "fr": "French", "ru": "Russian", "zh": "Chinese"}
SEEN = {"public": "everybody", "agency": "signed-in agencies", "internal": "the agency itself"}
LEVELS = {
    "mandatory": "mandatory: without it nothing is published",
    "conditional": "conditional: a rule says when it is needed",
    "recommended": "recommended: a warning where it is missing",
    "optional": "optional",
}


def specification() -> str:
    """Return the whole page."""
    latest = profile.versions()[0]
    parts = [
        f"# MigDCAT-AP {latest.number}\n",
        "The application profile of DCAT-AP 3.0 for data about migration and displacement: what a record may",
        "say, how each statement is written in RDF, and by which rules it is checked. A record that meets",
        "this profile is a valid DCAT-AP 3.0 record.\n",
        f"Version {latest.number} of {latest.issued}. {_comment(profile.graph())}\n",
        *_layers(),
        *_classes(),
        "\n## Properties of a dataset (dcat:Dataset)\n",
    ]
    crosswalk = yaml.safe_load((files("migration_schemas") / "crosswalk.yaml").read_text("utf-8"))
    told = _rules()
    for field in load().fields:
        parts.extend(_property(field, told.get((field.name, False), ()), crosswalk, "fields"))
    parts.append("\n## Properties of a distribution (dcat:Distribution)\n")
    for field in load().resource_fields:
        parts.extend(_property(field, told.get((field.name, True), ()), crosswalk, "resource_fields"))
    parts.extend(_need(crosswalk))
    parts.extend((*_terms(), *_lists(), *_namespaces(), *_changes()))
    return "\n".join(parts) + "\n"


def _need(crosswalk: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of a data need."""
    yield "\n## Properties of a data need (mig:DataNeed)\n"
    yield "Data that somebody lacks, described so that others see the gap and the data that close it. A field"
    yield "that datasets have too is the same property, written and checked in the same way; its parts stand"
    yield "there.\n"
    told = _rules(NEED)
    for field in load(NEED).fields:
        yield from _property(field, told.get((field.name, False), ()), crosswalk, "fields", parts=False)


def _comment(graph: Graph) -> str:
    (ontology,) = graph.subjects(RDF.type, URIRef("http://www.w3.org/2002/07/owl#Ontology"))
    return next(str(c) for c in graph.objects(ontology, RDFS.comment) if _english(c))


def _english(node: Node) -> bool:
    return isinstance(node, Literal) and node.language == "en"


def _layers() -> Iterator[str]:
    yield "\n## Conformance\n"
    yield "A record conforms if no rule of severity violation fails. The rules stand in [rules](rules.md).\n"
    yield "| layer | rules | violations | warnings | notes |"
    yield "| --- | --- | --- | --- | --- |"
    for layer in shapes.LAYERS:
        found = [shape for shape, meaning in shapes.meanings().items() if meaning.layer == layer]
        counts = [
            sum(_severity(shape) == name for shape in found) for name in ("Violation", "Warning", "Info")
        ]
        yield f"| {layer} | {len(found)} | {' | '.join(map(str, counts))} |"


def _severity(shape: Node) -> str:
    return str(shapes.graph().value(shape, SH.severity)).rpartition("#")[2]


def _classes() -> Iterator[str]:
    yield "\n## Classes\n"
    yield "A field of several parts is a node of its own; fields of one class and path share the node.\n"
    yield "| class | fields |"
    yield "| --- | --- |"
    yield f"| `dcat:Dataset` | all {len(load().fields)} of the dataset |"
    yield f"| `dcat:Distribution` | all {len(load().resource_fields)} of a resource |"
    yield f"| `mig:DataNeed` | all {len(load(NEED).fields)} of a data need |"
    found: dict[str, list[str]] = {}
    for field in (*load().fields, *load().resource_fields):
        for one in (field, *field.subfields):
            name = field.name if one is field else f"{field.name}[].{one.name}"
            for wanted in filter(None, one.classes):
                found.setdefault(wanted, []).append(f"`{name}`")
    for wanted, fields in sorted(found.items()):
        yield f"| `{wanted}` | {', '.join(fields)} |"


def _rules(kind: str = DATASET) -> dict[tuple[str, bool], tuple[str, ...]]:
    """Return the ids of the rules of each field; the second of the key says whether of a resource."""
    found: dict[tuple[str, bool], list[str]] = {}
    for shape, meaning in shapes.meanings().items():
        for name in filter(None, (meaning.field, *meaning.also)):
            local = str(shape).rpartition("#")[2]
            if kind_of_rule(local) != kind:
                continue
            found.setdefault((name, meaning.resource), []).append(f"`{local}` ({_severity(shape).lower()})")
    return {key: tuple(sorted(rules)) for key, rules in found.items()}


def _property(
    field: Field, rules: tuple[str, ...], crosswalk: Mapping[str, Any], group: str, *, parts: bool = True
) -> Iterator[str]:
    yield f"### {field.label('en')} (`{field.name}`)\n"
    if field.help("en"):
        yield f"{field.help('en')}\n"
    yield "| | |"
    yield "| --- | --- |"
    yield from (f"| {name} | {_cell(text)} |" for name, text in _rows(field) if text)
    if rules:
        yield f"| rules | {', '.join(rules)} |"
    elsewhere = crosswalk[group].get(field.name) or {} if parts else {}
    if elsewhere:
        told = (f"{crosswalk['standards'][key]}: {_cell(term)}" for key, term in elsewhere.items())
        yield f"| elsewhere | {'; '.join(told)} |"
    yield ""
    if field.subfields and parts:
        yield "| part | level | RDF | values | example |"
        yield "| --- | --- | --- | --- | --- |"
        for part in field.subfields:
            rdf = f"`{part.rdf_property}`" if part.rdf_property else "the node itself"
            cells = (
                f"{part.label('en')} (`{part.name}`)",
                part.level,
                rdf,
                _range(part),
                _cell(part.example("en")),
            )
            yield "| " + " | ".join(cells) + " |"
        yield ""


def _rows(field: Field) -> Iterator[tuple[str, str]]:
    yield "level", LEVELS[field.level]
    yield "RDF", " ".join(f"`{name}`" for name in filter(None, (field.rdf_property, *field.rdf_also)))
    yield "values", _range(field)
    several = "several" if field.multiple or field.subfields else "one"
    yield "how many", "one for each language" if field.rdf_value == "translated" else several
    seen = SEEN[field.visibility]
    sensitive = SEEN.get(field.when_sensitive)
    yield "seen by", f"{seen}; of sensitive data {sensitive}" if sensitive else seen
    yield "why", field.why("en")
    yield "example", "" if field.subfields else field.example("en")
    yield (
        "labels",
        "; ".join(f"{name}: {field.labels[tag]}" for tag, name in LANGUAGES.items() if tag in field.labels),
    )


def _range(field: Field) -> str:
    if field.vocabulary:
        openness = ", others with a warning" if field.open else ""
        return f"code list `{field.vocabulary}` ({len(get(field.vocabulary))} terms{openness})"
    return f"nodes of {field.rdf_class}" if field.subfields else field.rdf_value


def _cell(text: Any) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _terms() -> Iterator[str]:
    graph = profile.graph()
    yield "\n## Terms of this profile\n"
    yield "Everything else is reused from other vocabularies.\n"
    yield "| term | label | kind | narrower than | meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for term in sorted(
        {subject for subject in graph.subjects(RDF.type) if str(subject).startswith(MIG)}, key=str
    ):
        kind = str(graph.value(term, RDF.type)).rpartition("#")[2]
        label = next((str(each) for each in graph.objects(term, RDFS.label) if _english(each)), "")
        comment = next((str(each) for each in graph.objects(term, RDFS.comment) if _english(each)), "")
        above = graph.value(term, RDFS.subPropertyOf)
        wider = f"`{_curie(above)}`" if above else ""
        yield f"| `{_curie(term)}` | {label} | {kind} | {wider} | {_cell(comment)} |"


def _curie(node: Node) -> str:
    for prefix, namespace in PREFIXES.items():
        if str(node).startswith(str(namespace)):
            return f"{prefix}:{str(node)[len(str(namespace)) :]}"
    return str(node)


def _lists() -> Iterator[str]:
    yield "\n## Code lists\n"
    yield "SKOS files in `vocabularies/migration_vocabularies/skos/`; a portal shows them under"
    yield "`/migration/vocabulary/`. Retired terms stay, marked, with the term that takes their place.\n"
    yield "| list | version | terms | labels in | source | note |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in names():
        found = get(name)
        cells = (
            f"`{name}`",
            found.version,
            str(len(found)),
            " ".join(found.languages),
            found.source,
            found.note,
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _namespaces() -> Iterator[str]:
    yield "\n## Namespaces\n"
    yield "| prefix | address |"
    yield "| --- | --- |"
    for prefix, namespace in sorted(PREFIXES.items()):
        yield f"| `{prefix}` | `{namespace}` |"


def _changes() -> Iterator[str]:
    yield "\n## Change log\n"
    for version in profile.versions():
        yield f"- **{version.number}** ({version.issued}): {version.notes['en']}"
