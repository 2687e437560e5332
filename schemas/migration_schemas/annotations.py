"""The annotation contract: which extra keys a field may have, and what contradicts what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migration_vocabularies import names as vocabulary_names

from . import namespaces
from .errors import AnnotationError

LEVELS = ("mandatory", "recommended", "conditional", "optional")
CODECS = (
    "box", "concept", "count", "date", "decimal", "duration", "email", "hex", "iati", "integer", "iri",
    "media_type", "node", "ror", "self", "size", "text", "translated", "translated_list",
)  # fmt: skip
SEARCH_TYPES = ("text", "keyword", "date", "number", "none")
VISIBILITIES = ("public", "agency", "internal")

SCHEMING = frozenset({
    "field_name", "preset", "label", "help_text", "validators", "output_validators", "form_snippet",
    "display_snippet", "error_snippet", "choices_helper", "form_placeholder", "form_attrs", "classes",
    "repeating_subfields", "repeating_label", "required", "start_form_page", "form_blanks",
})  # fmt: skip
"""Keys of ckanext-scheming that the field list uses."""

OURS = frozenset({
    "level", "vocabulary", "open", "multiple", "group", "visibility", "rdf_property", "rdf_value",
    "rdf_class", "rdf_also", "search_type", "search_boost", "search_facet", "min_length", "max_length",
    "minimum", "maximum", "when_sensitive", "why", "example",
})  # fmt: skip
"""Flat extra keys of this profile."""

Entry = Mapping[str, Any]


def check(entry: Entry) -> None:
    """Raise AnnotationError with the first contradiction in a field's merged entry."""
    name = entry.get("field_name", "(without name)")
    unknown = set(entry) - SCHEMING - OURS
    if unknown:
        raise AnnotationError(f"The field {name} has the unknown key {min(unknown)}.")
    for key, allowed in (
        ("level", LEVELS),
        ("rdf_value", CODECS),
        ("search_type", SEARCH_TYPES),
        ("visibility", VISIBILITIES),
        ("when_sensitive", VISIBILITIES[1:]),
    ):
        if key in entry and entry[key] not in allowed:
            raise AnnotationError(
                f"The field {name} has {key}: {entry[key]}; allowed are {', '.join(allowed)}."
            )
    for test, complaint in RULES:
        if test(entry):
            raise AnnotationError(f"The field {name} {complaint}.")
    for step in (*str(entry.get("rdf_property", "")).split("/"), *_classes(entry)):
        if step:
            namespaces.iri(step)


def _languages_missing(entry: Entry) -> bool:
    texts = [entry.get("label", {}), *(entry[key] for key in ("help_text", "why") if key in entry)]
    return any(not isinstance(text, Mapping) or not {"en", "fr"} <= set(text) for text in texts)


def _two_steps(entry: Entry) -> bool:
    return "/" in str(entry.get("rdf_property", ""))


def _nodes(entry: Entry) -> int:
    """Count the nodes that need a class: the one between two steps, and a value of several parts."""
    return _two_steps(entry) + (entry.get("rdf_value") == "node")


def _classes(entry: Entry) -> list[str]:
    return [name for name in str(entry.get("rdf_class") or "").split("/") if name]


RULES: tuple[tuple[Callable[[Entry], bool], str], ...] = (
    (lambda e: not e.get("field_name"), "needs a field_name"),
    (lambda e: "level" not in e, f"needs a level ({', '.join(LEVELS)})"),
    (_languages_missing, "needs its label (and help_text and why, if it has them) in English and French"),
    (
        lambda e: e.get("rdf_value") == "concept" and e.get("vocabulary") not in vocabulary_names(),
        "holds concepts and needs the name of an existing vocabulary",
    ),
    (
        lambda e: bool(e.get("vocabulary")) and e.get("rdf_value") != "concept",
        "has a vocabulary but does not hold concepts",
    ),
    (
        lambda e: bool(e.get("search_facet")) and e.get("search_type") not in ("keyword", "number", "date"),
        "is a facet, so its search_type must be keyword, number or date",
    ),
    (
        lambda e: bool(e.get("search_facet")) and e.get("visibility", "public") != "public",
        "is a facet, so it must be public: counts would tell what it hides",
    ),
    (
        lambda e: (e.get("rdf_value") == "node") != bool(e.get("repeating_subfields")),
        "must have rdf_value: node exactly when it has repeating_subfields",
    ),
    (
        lambda e: _nodes(e) > 0 and len(_classes(e)) != _nodes(e),
        "leads over a node and needs the rdf_class of that node (of two: first/second)",
    ),
    (
        lambda e: bool(e.get("rdf_class")) and not _nodes(e),
        "has an rdf_class but no node that could have it",
    ),
    (
        lambda e: str(e.get("rdf_property", "")).count("/") > 1,
        "has an rdf_property of more than two steps",
    ),
    (
        lambda e: bool(e.get("multiple")) and str(e.get("rdf_value", "")).startswith("translated"),
        "is translated and cannot be multiple as well",
    ),
)
