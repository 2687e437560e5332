"""One dataset in DCAT (N-Triples, as cut out by the source) → record.

The binder of the profile reads the graph; before, the graph is put in order (see dcat_tidy), and afterwards
texts and links are cleaned, because what a partner wrote is shown to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rdflib import RDF, BNode, Graph, URIRef

from migration_harvesters import cleaning, mapping
from migration_harvesters.errors import MappingError, PayloadError
from migration_harvesters.mappers.dcat_tidy import Tidying
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas import rdf, small_graph
from migration_schemas.namespaces import DCAT

NAMELESS = "content:"


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataset and say what was assumed and what was left out."""
    graph, subject = _read(raw)
    notebook = Notebook()
    Tidying(graph, subject, notebook).run(str(config.options.get("language") or ""))
    reading = rdf.interpret(graph, subject)
    for lost in reading.unread:
        notebook.left_out(lost.field, lost.value)
    fields = cleaning.fields(reading.record.fields, notebook)
    fields |= _from_keywords(fields, notebook)
    if not fields.get("identifier") and not raw.ref.id.startswith(NAMELESS):
        fields["identifier"] = raw.ref.id
    resources = [cleaning.resource(entry, notebook) for entry in reading.record.resources]
    return mapping.finished(fields, resources, config.options.get("defaults"), notebook)


def _read(raw: RawRecord) -> tuple[Graph, URIRef | BNode]:
    """Parse what our own source wrote: nothing in it can point outside, so it needs no process of its own."""
    try:
        graph = small_graph.of_ntriples(raw.body)
    except (SyntaxError, ValueError) as exc:
        raise PayloadError("The record is not N-Triples.", detail=f"{type(exc).__name__}: {exc}") from exc
    found = [node for node in graph.subjects(RDF.type, DCAT.Dataset) if isinstance(node, (URIRef, BNode))]
    if len(found) != 1:
        raise MappingError(f"The record describes {len(found)} datasets instead of one.")
    return graph, found[0]


def _from_keywords(fields: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Look for themes and groups among the keywords where the record has none of its own."""
    found: dict[str, Any] = {}
    for name, vocabulary in (
        ("migration_theme", "migration-theme"),
        ("population_group", "population-group"),
    ):
        if fields.get(name):
            continue
        tags: Mapping[str, list[str]] = fields.get("tags_translated") or {}
        codes = [
            code for lang, words in tags.items() for code in notebook.among(name, vocabulary, words, lang)
        ]
        if codes:
            found[name] = list(dict.fromkeys(codes))
    return found
