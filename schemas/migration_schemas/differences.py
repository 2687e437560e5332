"""What differs between two records, field by field, in words that people know from the form."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from migration_vocabularies import get, language_tag

from .fields import Field, load
from .record import Record, text_in
from .report import IN_RESOURCE

Kind = Literal["added", "removed", "changed"]
SIGNS: dict[Kind, str] = {"added": "+", "removed": "-", "changed": "~"}
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One field (or one language of it) that differs; texts are as people read them."""

    kind: Kind
    field: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready data."""
        return {
            "kind": self.kind,
            "field": self.field,
            "label": self.label,
            "before": list(self.before),
            "after": list(self.after),
        }

    def lines(self) -> Iterator[str]:
        """Yield the change as a reader of differences expects it: what goes with -, what comes with +."""
        yield f"{SIGNS[self.kind]} {self.label}"
        for text in self.before:
            if text not in self.after:
                yield from _wrapped("    - ", text)
        for text in self.after:
            if text not in self.before:
                yield from _wrapped("    + ", text)


def _wrapped(sign: str, text: str) -> Iterator[str]:
    # What came over the network must not move the cursor of a terminal.
    plain = "".join(char if char.isprintable() else " " for char in text)
    rows = textwrap.wrap(plain, WIDTH) or [""]
    yield sign + rows[0]
    for row in rows[1:]:
        yield " " * len(sign) + row


def compare(before: Record, after: Record, lang: str = "en") -> tuple[Change, ...]:
    """Return what differs; the order of several values, and of resources, means nothing."""
    schema = load(after.kind)
    found = list(_fields(schema.fields, before.fields, after.fields, lang))
    left, right = _by_address(before), _by_address(after)
    for number, address in enumerate(dict.fromkeys((*left, *right)), start=1):
        template = IN_RESOURCE.get(language_tag(lang), IN_RESOURCE["en"])
        old, new = left.get(address), right.get(address)
        if old is None or new is None:
            kind: Kind = "added" if old is None else "removed"
            label = template.format(number=f" {number}", label=address[0])
            values = tuple(_summary(schema.resource_fields, old or new or {}, lang))
            sides = ((), values) if old is None else (values, ())
            found.append(Change(kind, "resources", label, *sides))
            continue
        for change in _fields(schema.resource_fields, old, new, lang):
            label = template.format(number=f" {number}", label=change.label[:1].lower() + change.label[1:])
            found.append(Change(change.kind, change.field, label, change.before, change.after))
    return tuple(found)


def _by_address(record: Record) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Name the resources by their address, and by their number among those of one address."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for resource in record.resources:
        address, number = str(resource.get("url") or ""), 0
        while (address, number) in found:
            number += 1
        found[address, number] = resource
    return found


def _summary(fields: tuple[Field, ...], values: Mapping[str, Any], lang: str) -> Iterator[str]:
    for one in fields:
        if one.name in values and one.name != "url":
            yield f"{one.label(lang)}: {'; '.join(_shown(one, values[one.name], lang))}"


def _fields(
    fields: tuple[Field, ...], before: Mapping[str, Any], after: Mapping[str, Any], lang: str
) -> Iterator[Change]:
    for one in fields:
        old, new = before.get(one.name), after.get(one.name)
        if one.translated:
            yield from _texts(one, old or {}, new or {}, lang)
            continue
        shown = tuple(_shown(one, old, lang)), tuple(_shown(one, new, lang))
        if sorted(shown[0]) != sorted(shown[1]):
            yield Change(_kind(*shown), one.name, one.label(lang), *shown)


def _texts(one: Field, before: Any, after: Any, lang: str) -> Iterator[Change]:
    old = before if isinstance(before, Mapping) else {"": before}
    new = after if isinstance(after, Mapping) else {"": after}
    for tag in dict.fromkeys((*old, *new)):
        shown = tuple(_listed(old.get(tag))), tuple(_listed(new.get(tag)))
        if sorted(shown[0]) != sorted(shown[1]):
            yield Change(_kind(*shown), one.name, f"{one.label(lang)} ({tag})", *shown)


def _kind(before: tuple[str, ...], after: tuple[str, ...]) -> Kind:
    return "changed" if before and after else "added" if after else "removed"


def _listed(value: Any) -> list[str]:
    if value in (None, "", [], {}):
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _shown(one: Field, value: Any, lang: str) -> list[str]:
    """Return a value as people read it: terms with their names, groups part by part."""
    if one.subfields and isinstance(value, list):
        return [
            "; ".join(_summary(one.subfields, row, lang)) if isinstance(row, Mapping) else str(row)
            for row in value
        ]
    if one.vocabulary:
        return [get(one.vocabulary).label_with_code(code, lang) for code in _listed(value)]
    if isinstance(value, Mapping):
        return [text_in(value, lang) or json.dumps(value, ensure_ascii=False)]
    return _listed(value)
