"""Repairs of a record that are one click away: values whose meaning is certain, written as the profile wants.

A repair names one place of a record, what stands there and what will stand there. Its id is made of these, so
that whoever applies it applies exactly what was shown; one that no longer fits the record is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from migration_vocabularies import get, language_tag

from . import codecs
from .fields import LANGUAGES, Field, load, named
from .record import Record
from .report import IN_RESOURCE, Finding
from .value_repairs import fits, mended

Step = str | int


@dataclass(frozen=True, slots=True)
class Repair:
    """One change of one place; `old` None stands for an empty place."""

    resource: int | None
    path: tuple[Step, ...]
    """From the record (or the resource) to the value: field, place in a list, part of a group, language."""
    old: Any
    new: Any
    vocabulary: str | None = None
    moved_to: tuple[Step, ...] | None = None
    """Where the value stands afterwards, if its place is what is wrong: the text of a language, say."""

    @property
    def field(self) -> str:
        """Return the name of the field."""
        return str(self.path[0])

    @property
    def id(self) -> str:
        """Return a name made of the content."""
        told = json.dumps([self.resource, self.path, self.old, self.new, self.moved_to], default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def field_label(self, lang: str = "en") -> str:
        """Return the name of the place, as the form has it."""
        found = named(self.field) if self.resource is None else load().resource_field(self.field)
        parts = [step for step in self.path[1:] if isinstance(step, str)]
        label = found.label(lang)
        if found.subfields and parts:
            label = f"{label}: {found.subfield(parts[0]).label(lang)}"
        if self.resource is None:
            return label
        words = IN_RESOURCE.get(language_tag(lang), IN_RESOURCE["en"])
        return words.format(number=f" {self.resource + 1}", label=label[:1].lower() + label[1:])

    def shown(self, lang: str = "en") -> str:
        """Return the new value for people: the code of a term with its name."""
        if self.moved_to is not None:
            return str(self.moved_to[-1])
        if isinstance(self.new, Mapping):
            return f"{self.new.get('start')} – {self.new.get('end')}"
        return get(self.vocabulary).label_with_code(str(self.new), lang) if self.vocabulary else str(self.new)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the repair as JSON-ready data."""
        return {
            "id": self.id,
            "field": self.field,
            "field_label": self.field_label(lang),
            "resource": self.resource,
            "path": list(self.path),
            "old": self.old,
            "new": self.new,
            "shown": self.shown(lang),
        }


def propose(record: Record) -> tuple[Repair, ...]:
    """Return everything in a record that can be repaired without asking a person what was meant."""
    schema = load(record.kind)
    found = list(_in(schema.fields, record.fields, None, ()))
    for number, resource in enumerate(record.resources):
        found += _in(schema.resource_fields, resource, number, ())
        found += _format(resource, number)
    return tuple(found)


def _in(
    fields: tuple[Field, ...], values: Mapping[str, Any], resource: int | None, above: tuple[Step, ...]
) -> Iterator[Repair]:
    for one in fields:
        value, path = values.get(one.name), (*above, one.name)
        if value in (None, "", [], {}):
            continue
        if one.translated:
            yield from _texts(value, resource, path)
        elif one.subfields:
            for number, row in enumerate(value if isinstance(value, list) else ()):
                if isinstance(row, Mapping):
                    yield from _in(one.subfields, row, resource, (*path, number))
                    yield from _period(row, resource, (*path, number))
        elif one.multiple and isinstance(value, list):
            yield from _several(one, value, resource, path)
        elif (new := _better(one, value)) is not None:
            yield Repair(resource, path, value, new, one.vocabulary)


def _several(one: Field, values: list[Any], resource: int | None, path: tuple[Step, ...]) -> Iterator[Repair]:
    """Yield the repairs of a list, value by value."""
    for number, value in enumerate(values):
        if (new := _better(one, value)) is not None:
            yield Repair(resource, (*path, number), value, new, one.vocabulary)


def _better(one: Field, value: Any) -> Any:
    if isinstance(value, str) and codecs.CONTROL.search(value):
        plain = codecs.CONTROL.sub("", value).strip()
        return (mended(one, plain) or plain) if plain else None
    return mended(one, value)


def _texts(value: Any, resource: int | None, path: tuple[Step, ...]) -> Iterator[Repair]:
    """Yield languages that are not written as two letters, where the right ones are free."""
    if not isinstance(value, Mapping):
        return
    taken = {str(tag) for tag in value}
    for tag, text in value.items():
        if not codecs.TAG.fullmatch(str(tag)):
            right = _language(str(tag))
            if right and right not in taken:
                taken.add(right)
                yield Repair(resource, (*path, str(tag)), text, text, None, (*path, right))
        elif isinstance(text, str) and codecs.CONTROL.search(text) and codecs.CONTROL.sub("", text).strip():
            yield Repair(resource, (*path, str(tag)), text, codecs.CONTROL.sub("", text).strip())


def _language(tag: str) -> str | None:
    first = tag.replace("_", "-").partition("-")[0].lower()
    if first in LANGUAGES:
        return first
    match = get("language").match(tag)
    return match.concept.code if match and match.concept.code in LANGUAGES else None


def _period(row: Mapping[str, Any], resource: int | None, path: tuple[Step, ...]) -> Iterator[Repair]:
    """Exchange the ends of a period that ends before it begins."""
    start, end = row.get("start"), row.get("end")
    if not (isinstance(start, str) and isinstance(end, str)) or not start or not end:
        return
    schema = load().field("temporal_coverage")
    common = min(len(start), len(end))  # 2024-03 to 2024: the year holds the month
    if all(fits(schema.subfield("start"), one) for one in (start, end)) and start[:common] > end[:common]:
        yield Repair(resource, path, dict(row), {**row, "start": end, "end": start})


def _format(resource: Mapping[str, Any], number: int) -> Iterator[Repair]:
    """Name the format of a file after its media type, else after the end of its address."""
    if resource.get("format"):
        return
    terms = get("file-type")
    ends = [
        urlsplit(str(resource.get(name) or "")).path.rpartition("/")[2] for name in ("download_url", "url")
    ]
    suffixes = [end.rpartition(".")[2] for end in ends if "." in end.strip(".")]
    for spelling in (str(resource.get("mimetype") or ""), *suffixes):
        match = terms.match(spelling) if spelling else None
        if match is not None:
            yield Repair(number, ("format",), None, match.concept.code, "file-type")
            return


# ------------------------------------------------------------------ applying


def apply(record: Record, chosen: Collection[str] | None = None) -> tuple[Record, tuple[Repair, ...]]:
    """Return the record with the chosen repairs (their ids; None: all), and those that were applied."""
    applied = tuple(one for one in propose(record) if chosen is None or one.id in chosen)
    fields: dict[str, Any] = deepcopy(dict(record.fields))
    resources: list[dict[str, Any]] = [deepcopy(dict(row)) for row in record.resources]
    for one in applied:
        _set(fields if one.resource is None else resources[one.resource], one)
    for values in (fields, *resources):
        for name, value in values.items():
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                values[name] = list(dict.fromkeys(value))  # a label beside its code is one term
    return Record(fields, tuple(resources), record.kind), applied


def _set(values: dict[str, Any], one: Repair) -> None:
    holder: Any = values
    for step in one.path[:-1]:
        holder = holder[step]
    last = one.path[-1]
    if one.moved_to is not None:
        holder[one.moved_to[-1]] = holder.pop(last)
    else:
        holder[last] = one.new


def of_finding(repairs: Collection[Repair], finding: Finding) -> Repair | None:
    """Return the repair of what a finding names, if there is one."""
    for one in repairs:
        if one.field != finding.field or one.resource != finding.resource:
            continue
        if one.old is None and finding.code == "missing":
            return one
        if finding.value is not None and finding.value == str(one.old):
            return one
        if isinstance(one.old, Mapping) and finding.code != "missing":
            return one
    return None
