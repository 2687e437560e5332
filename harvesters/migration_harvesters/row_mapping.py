"""A mapping that somebody wrote: which column, or which part of a reply, is which field of the profile.

It is data and not a program: a value is a text with `{column}` in it, and nothing in it is ever evaluated
(JS-16). Names of fields are those of the field list; a wrong name is refused when the source is set up, with
the names there are. How it is written: harvesters/README.md, "Mappings".
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import yaml

from migration_harvesters import plain
from migration_harvesters.errors import PartnerConfigError
from migration_schemas import Field, load
from migration_schemas.errors import UnknownFieldError

ONLY_HERE = frozenset({"license", "topics"})
FILE_ONLY = frozenset({"each"})
PARTS = frozenset(
    {
        "path", "parameters", "credential_header", "records", "total", "next", "pages", "identifier",
        "group", "summarise", "keep", "fields", "files",
    }
)  # fmt: skip
_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class RowMapping:
    """How rows are found in a reply, how they are called, and what they say."""

    parts: Mapping[str, Any]
    fields: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...]
    group: tuple[str, ...] = ()
    summarise: tuple[str, ...] = ()
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def part(self, name: str, default: str = "") -> str:
        """Give a setting that is a text."""
        return str(self.parts.get(name) or default)

    def identifier(self, row: Any) -> str:
        """Give the name of a row, or an empty text."""
        return plain.word(value(self.parts.get("identifier"), row))

    def kept(self, row: Any) -> bool:
        """Say whether a row has one of the wanted values in each column that is asked about."""
        return all(_fits(plain.words(plain.dug(row, path)), wanted) for path, wanted in self.keep.items())

    def said(self, row: Any) -> dict[str, Any]:
        """Give what a row says, by names of fields."""
        return {name: value(spec, row) for name, spec in self.fields.items()}

    def resources(self, row: Any) -> list[dict[str, Any]]:
        """Give the files of a row, by names of resource fields."""
        found: list[dict[str, Any]] = []
        for spec in self.files:
            inner = plain.listed(plain.dug(row, str(spec["each"]))) if "each" in spec else [row]
            found.extend(
                {name: value(one, part) for name, one in spec.items() if name != "each"} for part in inner
            )
        return found


def _fits(words: Iterable[str], wanted: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(word, pattern) for word in words for pattern in wanted)


def value(spec: Any, row: Any) -> Any:
    """Give what a spec means for a row: a template, several, a column with codes, or parts with names."""
    if isinstance(spec, list):
        return [part for one in spec for part in plain.listed(value(one, row))]
    if isinstance(spec, Mapping):
        if "column" in spec:
            return _column(spec, row)
        return {name: value(one, row) for name, one in spec.items()}
    return _filled(spec, row) if isinstance(spec, str) else spec


def _filled(template: str, row: Any) -> Any:
    alone = _PLACE.fullmatch(template)
    if alone:
        return plain.dug(row, alone[1])
    link = template.startswith(("http://", "https://"))
    missing = False

    def fill(place: re.Match[str]) -> str:
        nonlocal missing
        word = ", ".join(plain.words(plain.dug(row, place[1])))
        missing = missing or not word
        return quote(word, safe="") if link else word

    filled = _PLACE.sub(fill, template)
    # "Refugees in " says nothing that is true; a sentence with a hole is left out.
    return None if missing else filled


def _column(spec: Mapping[str, Any], row: Any) -> Any:
    found = plain.words(plain.dug(row, str(spec["column"])))
    if separator := spec.get("separator"):
        found = [part.strip() for one in found for part in one.split(str(separator))]
    codes = spec.get("codes") or {}
    found = [plain.word(codes.get(one, codes.get(one.lower(), one))) for one in found if one]
    return [one for one in found if one] or plain.listed(spec.get("default"))


# ------------------------------------------------------------------ reading a mapping


def read(given: Mapping[str, Any]) -> RowMapping:
    """Check a mapping. Raises PartnerConfigError that names what is wrong (CF-01)."""
    return _read(json.dumps(given, sort_keys=True, default=str))


def shipped(name: str) -> Mapping[str, Any]:
    """Give one of the mappings that come with this package, for a service that many read."""
    place = files("migration_harvesters") / "mappings" / f"{name}.yaml"
    if name not in names():
        raise PartnerConfigError(f"There is no mapping “{name}”; there are: {', '.join(names())}.")
    loaded: Mapping[str, Any] = yaml.safe_load(place.read_text("utf-8"))
    return loaded


def names() -> tuple[str, ...]:
    """Name the mappings that come with this package."""
    folder = files("migration_harvesters") / "mappings"
    return tuple(
        sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml"))
    )


@lru_cache(maxsize=100)
def _read(written: str) -> RowMapping:
    parts, fields, entries = _sorted_out(json.loads(written))
    for name, spec in fields.items():
        _check(name, spec, None if name in ONLY_HERE else _field(name))
    for entry in entries:
        for name, spec in entry.items():
            _check(f"files: {name}", spec, None if name in FILE_ONLY else _field(name, of_a_file=True))
    keep = {str(path): tuple(plain.words(wanted)) for path, wanted in plain.entry(parts.get("keep")).items()}
    group, summarise = (tuple(plain.words(parts.get(name))) for name in ("group", "summarise"))
    return RowMapping(parts, fields, tuple(entries), group, summarise, keep)


def _sorted_out(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[Mapping[str, Any]]]:
    """Sort the two ways to write a mapping: with `fields` and `files`, or flat, as a form gives it."""
    parts = {name: one for name, one in given.items() if name in PARTS - {"fields", "files"}}
    fields = dict(plain.entry(given.get("fields")))
    entries = [dict(entry) for entry in plain.entries(given.get("files"))]
    single = {name.removeprefix("file."): one for name, one in given.items() if name.startswith("file.")}
    flat = {name: one for name, one in given.items() if name not in PARTS and not name.startswith("file.")}
    return parts, {**fields, **flat}, [*entries, *([single] if single else [])]


def _field(name: str, *, of_a_file: bool = False) -> Field:
    schema = load()
    try:
        return schema.resource_field(name) if of_a_file else schema.field(name)
    except UnknownFieldError as exc:
        known = [one.name for one in (schema.resource_fields if of_a_file else schema.fields)]
        raise PartnerConfigError(f"mapping: {exc}", remedy=f"The fields are: {', '.join(known)}.") from exc


def _check(name: str, spec: Any, declared: Field | None) -> None:
    """Check the names inside a value that has parts: subfields, or languages of a text."""
    for one in spec if isinstance(spec, list) else [spec]:
        if not isinstance(one, Mapping) or "column" in one:
            continue
        parts = [part.name for part in declared.subfields] if declared else []
        wrong = [key for key in one if key not in parts]
        if declared and declared.translated:
            wrong = [key for key in one if not re.fullmatch(r"[a-z]{2}", str(key))]
        if wrong:
            raise PartnerConfigError(
                f"mapping: {name} has no part “{wrong[0]}”.",
                remedy=f"Its parts are: {', '.join(parts) or 'none'}; a column with codes needs `column`.",
            )
