"""What a record says about the definition of its figures, aspect by aspect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migration_schemas import fields
from migration_schemas.record import Record
from migration_vocabularies import get

from .rules import Aspect, load


@dataclass(frozen=True)
class Passport:
    """The values of a record by aspect: codes, durations, ``start/end`` periods; absent: not stated."""

    values: Mapping[str, tuple[str, ...]]

    def of(self, aspect: str) -> tuple[str, ...]:
        """Return what the record says in an aspect; nothing where it does not say anything."""
        return self.values.get(aspect, ())


def passport(record: Record) -> Passport:
    """Read the passport of a record; values that are not in their code list stay as they are."""
    found = {aspect.name: _values(aspect, record) for aspect in load().aspects}
    return Passport({name: values for name, values in found.items() if values})


def _values(aspect: Aspect, record: Record) -> tuple[str, ...]:
    given = record.fields.get(aspect.field)
    listed = given if isinstance(given, list | tuple) else [given]
    texts = [_text(value) for value in listed]
    if aspect.broadest:
        texts = [top for text in texts if text for top in _broadest(aspect, text)]
    return tuple(dict.fromkeys(text for text in texts if text))


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        start, end = (str(value.get(bound) or "") for bound in ("start", "end"))
        return f"{start}/{end}" if start or end else ""
    return str(value) if value not in (None, "") else ""


def _broadest(aspect: Aspect, code: str) -> list[str]:
    """Return the terms at the top of the list above a code; a code without any above it is its own."""
    scheme = get(str(fields.load().field(aspect.field).vocabulary))
    above = [term for term in scheme.ancestors(code) if not scheme[term].broader]
    return above or [code]
