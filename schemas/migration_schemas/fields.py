"""The field list as typed objects: what `dataset.yaml` says, checked once when it is loaded.

The YAML has the format of ckanext-scheming (its presets are merged the same way: the field wins
over the preset) with a closed set of flat extra keys. Whatever contradicts itself raises
AnnotationError here, at start-up and in the tests, never in a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml
from rdflib import URIRef

from migration_vocabularies import get, language_tag

from . import namespaces
from .annotations import check
from .errors import SchemaError, UnknownFieldError, UnknownPresetError
from .kinds import DATASET, KINDS
from .terms import Iri

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""Tags of the six official languages of the United Nations, in which free text is written."""


@dataclass(frozen=True)
class Field:
    """One field of a record, with everything that is derived from its entry."""

    name: str
    level: str
    labels: Mapping[str, str]
    helps: Mapping[str, str]
    group: str = ""
    vocabulary: str | None = None
    open: bool = False
    multiple: bool = False
    rdf_property: str | None = None
    rdf_value: str = "text"
    rdf_class: str | None = None
    rdf_also: tuple[str, ...] = ()
    search_type: str = "none"
    search_boost: float = 1.0
    search_facet: bool = False
    visibility: str = "public"
    when_sensitive: str = ""
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    whys: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
    subfields: tuple[Field, ...] = ()

    def label(self, lang: str) -> str:
        """Return the label in a language, else in English."""
        return self.labels.get(language_tag(lang)) or self.labels["en"]

    def help(self, lang: str) -> str:
        """Return the help text in a language, else in English, else nothing."""
        return self.helps.get(language_tag(lang)) or self.helps.get("en", "")

    def why(self, lang: str) -> str:
        """Return why the field matters in a language, else in English, else nothing."""
        return self.whys.get(language_tag(lang)) or self.whys.get("en", "")

    def example(self, lang: str) -> str:
        """Return a right value in a language, else in English; of a code list the name of a term.

        A field with a code list may name the code of its example; without one the first term stands.
        """
        if self.vocabulary and (not self.examples or self.examples.get("en") in get(self.vocabulary)):
            terms = get(self.vocabulary)
            return (terms[self.examples["en"]] if self.examples else next(iter(terms))).label(lang)
        if self.subfields and not self.examples:
            needed = [part for part in self.subfields if part.level != "optional"] or self.subfields
            return "; ".join(example for part in needed if (example := part.example(lang)))
        return self.examples.get(language_tag(lang)) or self.examples.get("en", "")

    def tier(self, *, sensitive: bool) -> str:
        """Return who may see the field of a record; `sensitive`: of high or severe sensitivity."""
        return self.when_sensitive if sensitive and self.when_sensitive else self.visibility

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the classes of the nodes on the path, then of the value if it is a node itself."""
        return tuple((self.rdf_class or "").split("/"))

    @cached_property
    def path(self) -> tuple[URIRef, ...]:
        """Return the one or two steps from the subject to the value."""
        return tuple(namespaces.iri(step) for step in (self.rdf_property or "").split("/") if step)

    @cached_property
    def steps(self) -> tuple[Iri, ...]:
        """Return the path as plain IRIs."""
        return tuple(Iri(str(step)) for step in self.path)

    @property
    def translated(self) -> bool:
        """Say whether the value is a text (or a list of texts) for each language."""
        return self.rdf_value in {"translated", "translated_list"}

    @property
    def in_record(self) -> bool:
        """Say whether the field belongs to the record, not only to CKAN's form."""
        return bool(self.rdf_property) or self.rdf_value == "self"

    def subfield(self, name: str) -> Field:
        """Return a subfield by its name."""
        for part in self.subfields:
            if part.name == name:
                return part
        raise UnknownFieldError(f"The field {self.name} has no part named {name}.", field=name)


@dataclass(frozen=True)
class Schema:
    """All fields of one kind of record, in the order of the form."""

    kind: str
    fields: tuple[Field, ...]
    resource_fields: tuple[Field, ...]
    groups: Mapping[str, Mapping[str, str]]

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def _resource_by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.resource_fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def field(self, name: str) -> Field:
        """Return a dataset field by its name."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownFieldError(f"The profile has no field named {name}.", field=name) from None

    def resource_field(self, name: str) -> Field:
        """Return a resource field by its name."""
        try:
            return self._resource_by_name[name]
        except KeyError:
            raise UnknownFieldError(f"The profile has no resource field named {name}.", field=name) from None

    @cached_property
    def sharing(self) -> Mapping[tuple[URIRef, ...], tuple[Field, ...]]:
        """Return the fields of which each holds one code list under a property that they share."""
        found: dict[tuple[URIRef, ...], list[Field]] = {}
        for one in self.fields:
            if one.vocabulary:
                found.setdefault(one.path, []).append(one)
        return {path: tuple(fields) for path, fields in found.items() if len(fields) > 1}

    @cached_property
    def facets(self) -> tuple[Field, ...]:
        """Return the fields that the search page offers as facets."""
        return tuple(one for one in self.fields if one.search_facet)


@cache
def load(kind: str = DATASET) -> Schema:
    """Return the schema of a kind of record; the first call reads and checks its file."""
    return build(kind, read(f"{kind}.yaml"), read("presets.yaml"))


@cache
def every() -> tuple[Field, ...]:
    """Return the fields of all kinds of records; one that several kinds have once, as datasets have it."""
    found: dict[str, Field] = {}
    for kind in KINDS:
        for one in load(kind).fields:
            found.setdefault(one.name, one)
    return tuple(found.values())


def named(name: str) -> Field:
    """Return the field of a name, whatever kind of record has it; raises UnknownFieldError."""
    for one in every():
        if one.name == name:
            return one
    raise UnknownFieldError(f"The profile has no field named {name}.", field=name)


def build(kind: str, document: Mapping[str, Any], presets: Mapping[str, Any]) -> Schema:
    """Turn a parsed field list into a schema (tests use it with lists of their own)."""
    values = {entry["preset_name"]: entry["values"] for entry in presets["presets"]}
    groups = {group["name"]: group["label"] for group in document.get("groups", [])}
    dataset = [_field(entry, values) for entry in document["dataset_fields"]]
    resources = [_field(entry, values) for entry in document["resource_fields"]]
    for one in dataset:
        if groups and one.group not in groups:
            raise SchemaError(f"The field {one.name} is in no group of the form ({', '.join(groups)}).")
    return Schema(
        kind,
        tuple(one for one in dataset if one.in_record),
        tuple(one for one in resources if one.in_record),
        groups,
    )


def read(name: str) -> dict[str, Any]:
    """Return a file of this package that is a mapping in YAML."""
    text = (files(__package__) / name).read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    if not isinstance(loaded, dict):
        raise SchemaError(f"{name} is not a YAML mapping.")
    return loaded


def _in_languages(value: Any) -> dict[str, str]:
    return (
        {tag: str(text) for tag, text in value.items()} if isinstance(value, Mapping) else {"en": str(value)}
    )


def _field(entry: Mapping[str, Any], presets: Mapping[str, Mapping[str, Any]]) -> Field:
    merged = dict(entry)
    preset = entry.get("preset", "")
    if preset in presets:
        merged = {**presets[preset], **entry}
    elif str(preset).startswith("migration_"):
        raise UnknownPresetError(f"The field {entry.get('field_name')} names the unknown preset {preset}.")
    check(merged)
    also = merged.get("rdf_also", ())
    return Field(
        name=merged["field_name"],
        level=merged["level"],
        labels=merged["label"],
        helps=merged.get("help_text", {}),
        group=merged.get("group", ""),
        vocabulary=merged.get("vocabulary"),
        open=merged.get("open", False),
        multiple=merged.get("multiple", False),
        rdf_property=merged.get("rdf_property"),
        rdf_value=merged.get("rdf_value", "none"),
        rdf_class=merged.get("rdf_class"),
        rdf_also=(also,) if isinstance(also, str) else tuple(also),
        search_type=merged.get("search_type", "none"),
        search_boost=float(merged.get("search_boost", 1)),
        search_facet=merged.get("search_facet", False),
        visibility=merged.get("visibility", "public"),
        when_sensitive=merged.get("when_sensitive", ""),
        min_length=merged.get("min_length"),
        max_length=merged.get("max_length"),
        minimum=merged.get("minimum"),
        maximum=merged.get("maximum"),
        whys=merged.get("why", {}),
        examples=_in_languages(merged.get("example", {})),
        subfields=tuple(_field(sub, presets) for sub in merged.get("repeating_subfields", ())),
    )
