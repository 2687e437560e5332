"""A record: the values of one dataset description, named as in the field list.

Records are what sources are mapped to, what is validated, stored and written as RDF. Controlled
values are codes, texts are keyed by language, dates are ISO strings. Empty values do not exist.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_vocabularies import language_tag

from . import measures
from .fields import Field, load
from .kinds import DATASET, kind_of

TITLE = "title_translated"
NOTES = "notes_translated"
SENSITIVE = ("high", "severe")


@dataclass(frozen=True, slots=True)
class Record:
    """The values of a dataset's fields and of its resources; or those of a need, which has no resources."""

    fields: Mapping[str, Any]
    resources: tuple[Mapping[str, Any], ...] = field(default=())
    kind: str = DATASET
    """One of `kinds.KINDS`."""

    @property
    def identifier(self) -> str:
        """Return the dataset's identifier, or an empty text."""
        return str(self.fields.get("identifier", ""))

    @property
    def sensitive(self) -> bool:
        """Say whether the record is of high or severe sensitivity: some of it is not for everybody."""
        return self.fields.get("sensitivity_level") in SENSITIVE

    def title(self, lang: str = "en") -> str:
        """Return the title in a language, else in English, else in the first language there is."""
        return text_in(self.fields.get(TITLE), lang) or self.identifier

    def content_hash(self) -> str:
        """Return a hash of the content; the order of several values or resources does not count."""
        content = {"fields": _canonical(self.fields), "resources": _canonical(list(self.resources))}
        if self.kind != DATASET:
            content["kind"] = self.kind
        return hashlib.sha256(_dump(content).encode()).hexdigest()


def text_in(texts: Any, lang: str) -> str:
    """Choose one text of a multilingual value: the language, else English, else the first."""
    if not isinstance(texts, Mapping):
        return str(texts or "")
    tag = language_tag(lang)
    return str(texts.get(tag) or texts.get("en") or next(iter(texts.values()), ""))


_dump = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode


def _canonical(value: Any) -> Any:
    if isinstance(value, str):  # first: most values are texts
        return value
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return sorted((_canonical(item) for item in value), key=_dump)
    return value


# ------------------------------------------------------------------ CKAN packages


def from_package(package: Mapping[str, Any]) -> Record:
    """Read a CKAN package: only fields of the profile, without empty values.

    Translated and repeating fields may be JSON texts, as CKAN's database stores them.
    """
    kind = kind_of(package)
    schema = load(kind)
    resources = [_values(schema.resource_fields, entry) for entry in package.get("resources") or ()]
    return Record(_values(schema.fields, package), tuple(entry for entry in resources if entry), kind)


def to_package(record: Record) -> dict[str, Any]:
    """Return what `package_create` takes, without `name` and `owner_org`, which the caller decides."""
    package: dict[str, Any] = json.loads(json.dumps(dict(record.fields), ensure_ascii=False))
    package["resources"] = [json.loads(json.dumps(dict(entry))) for entry in record.resources]
    if record.kind != DATASET:
        package["type"] = record.kind
    for derived, source in (("title", TITLE), ("notes", NOTES)):
        if source in package:
            package[derived] = text_in(package[source], "en")
    return package


def _values(fields: tuple[Field, ...], entry: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {f.name: clean(f, entry.get(f.name)) for f in fields}
    return {name: value for name, value in cleaned.items() if value not in (None, "", [], {})}


def clean(field: Field, value: Any) -> Any:
    """Bring one value into the form that records use; None stands for no value.

    Nothing is judged here: what does not fit is kept as it is, and validation names it.
    """
    if value is None or value == "":
        return None
    if field.translated:
        return _translated(field, _parsed(value))
    if field.subfields:
        return _nodes(field, _parsed(value))
    if field.multiple:
        parsed = _parsed(value)
        items = parsed if isinstance(parsed, list | tuple) else [parsed]
        return list(dict.fromkeys(text for item in items if (text := _text(item))))
    return _single(field, value)


def _parsed(value: Any) -> Any:
    """Undo CKAN's JSON text of a structured value; any other text is the value itself."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _single(field: Field, value: Any) -> Any:
    text = _text(value)
    if field.rdf_value not in {"integer", "size", "count", "decimal"} or isinstance(value, bool):
        return text
    number = measures.number(text)
    return number if isinstance(number, int) or field.rdf_value == "decimal" else text


def _translated(field: Field, value: Any) -> dict[str, Any]:
    texts = value if isinstance(value, Mapping) else {"en": value}
    tidy: Callable[[Any], Any] = _text if field.rdf_value == "translated" else _words
    cleaned = {str(lang): tidy(text) for lang, text in texts.items()}
    return {lang: text for lang, text in cleaned.items() if text}


def _words(value: Any) -> list[str]:
    items = value if isinstance(value, list | tuple) else str(value or "").split(",")
    return list(dict.fromkeys(word for item in items if (word := _text(item))))


def _nodes(field: Field, value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list | tuple) else [value]
    nodes = [_values(field.subfields, entry) for entry in entries if isinstance(entry, Mapping)]
    return [node for node in nodes if node]
