"""The columns of the spreadsheet, from the field list: what each is called and where its value belongs.

A column has a key in the first row of its sheet: `identifier`, `title_translated.en`, `contact.email`,
`contact.2.email`, `resources.url`. The template has the usual ones; a sheet may have more of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migration_schemas.errors import UnknownFieldError
from migration_schemas.fields import LANGUAGES, Field, load
from migration_schemas.report import RESOURCES

LANGUAGES_SHOWN = ("en", "fr")
"""Languages for which a template has columns, beside its own; the others can be added."""

LEFT_OUT = frozenset({"publisher"})
"""The agency that uploads is the publisher; a column can be added for another one."""

RECORD = "record"
"""First column of the sheet of distributions: the identifier of the record that a distribution belongs to."""

LEVELS = ("mandatory", "conditional", "recommended", "optional")
_KEY = re.compile(r"([a-z_]+)(?:\.([1-9][0-9]?))?(?:\.([a-z_]+))?(?:\.([a-z]{2}))?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a field, or a language or a part of one; `row` counts the groups of a repeating field."""

    field: Field
    part: Field | None = None
    lang: str | None = None
    row: int = 0
    of_resource: bool = False
    resource: int = 0

    @property
    def leaf(self) -> Field:
        """Return the field whose values the cells hold."""
        return self.part or self.field

    @property
    def key(self) -> str:
        """Return the key in the first row of the sheet of its kind."""
        number = f".{self.row + 1}" if self.row else ""
        return (
            self.field.name
            + number
            + (f".{self.part.name}" if self.part else "")
            + (f".{self.lang}" if self.lang else "")
        )

    @property
    def level(self) -> str:
        """Return how much the column is needed; a part is needed no more than its group."""
        levels = [one.level for one in (self.field, self.part) if one is not None]
        return max(levels, key=LEVELS.index)

    def label(self, lang: str) -> str:
        """Return what people call the column."""
        label = self.field.label(lang)
        if self.part:
            label += f": {self.part.label(lang)}"
        if self.row:
            label += f" ({self.row + 1})"
        if self.lang:
            label += f" ({self.lang})"
        return f"{RESOURCES.get(lang, RESOURCES['en'])}: {label}" if self.of_resource else label


def of_records(lang: str = "en") -> list[Column]:
    """Return the columns of the sheet of records: what is needed first, then what is optional."""
    fields = tuple(one for one in load().fields if one.name not in LEFT_OUT)
    found = list(_of(fields, shown=_shown(lang)))
    first = [column for column in found if column.field.name in {"identifier", "title_translated"}]
    first.sort(key=lambda column: column.field.name != "identifier")
    rest = [column for column in found if column not in first]
    return [*first, *sorted(rest, key=lambda column: column.level == "optional")]


def of_distributions(lang: str = "en") -> list[Column]:
    """Return the columns of the sheet of distributions, after the one that names the record."""
    found = list(_of(load().resource_fields, of_resource=True, shown=_shown(lang)))
    return sorted(found, key=lambda column: column.level == "optional")


def _shown(lang: str) -> tuple[str, ...]:
    """Return the languages of the columns for texts: the template's own first."""
    return LANGUAGES_SHOWN if lang in LANGUAGES_SHOWN else (lang, *LANGUAGES_SHOWN)


def _of(
    fields: tuple[Field, ...], *, of_resource: bool = False, shown: tuple[str, ...] = LANGUAGES_SHOWN
) -> Iterator[Column]:
    for one in fields:
        if one.translated:
            for lang in shown:
                yield Column(one, lang=lang, of_resource=of_resource)
        elif one.subfields:
            for part in one.subfields:
                yield Column(one, part, of_resource=of_resource)
        else:
            yield Column(one, of_resource=of_resource)


def parse(key: str, *, of_resource: bool = False) -> Column | None:
    """Return the column that a key names, None for an unknown one."""
    text = key.strip().lower()
    number = 0
    if not of_resource and (found := re.fullmatch(r"resources(?:\.([1-9][0-9]?))?\.(.+)", text)):
        of_resource, number, text = True, int(found[1] or 1) - 1, found[2]
    matched = _KEY.fullmatch(text)
    if matched is None:
        return None
    name, row, part, lang = matched.groups()
    schema = load()
    try:
        one = schema.resource_field(name) if of_resource else schema.field(name)
        if one.translated:
            lang, part = lang or part, None
            known = lang in LANGUAGES and not row
            return Column(one, lang=lang, of_resource=of_resource, resource=number) if known else None
        if lang or bool(part) != bool(one.subfields) or (row and not one.subfields):
            return None
        leaf = one.subfield(part) if part else None
    except UnknownFieldError:
        return None
    return Column(one, leaf, None, int(row or 1) - 1, of_resource, number)
