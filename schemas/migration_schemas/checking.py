"""A document of a stranger, read and checked: which records are in it, and what is said of each.

A document is RDF in one of the syntaxes of `parsing`, or a record as JSON or YAML: the fields of the profile
as the API shows them, alone, in a list, or inside an answer of the API. Nothing is fetched, nothing is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdflib import BNode, Graph, URIRef

from . import repairs, validation, yaml_text
from .errors import LimitError, ReadError
from .fields import load
from .kinds import kind_of
from .parsing import Limits, parse
from .rdf import interpret, needs, subjects
from .record import TITLE, Record, from_package, text_in, to_package
from .refusals import refusal
from .repairs import Repair
from .report import Finding, Report
from .validation import SECONDS, Engine, Watch

MOST_RECORDS = 2000
"""Records of one JSON document; RDF is limited by its number of statements."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One record of a document with its report."""

    id: str
    titles: Mapping[str, Any]
    report: Report
    unknown: tuple[str, ...] = ()
    """Names in a JSON record that are neither fields of the profile nor CKAN's own."""
    record: Record | None = None
    """The record itself, where its values came as such and not as RDF."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Its values as they came: also what is no field of the profile."""
    graph: Graph | None = None
    """The whole graph, where it came as RDF."""

    def repairs(self) -> tuple[Repair, ...]:
        """Return what can be repaired without asking a person; RDF is read tolerantly instead."""
        return repairs.propose(self.record) if self.record else ()

    def title(self, lang: str = "en") -> str:
        """Return the title in a language, else in English, else in any; empty if there is none."""
        return text_in(self.titles, lang)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the record's report as JSON-ready data."""
        found = {"id": self.id, "title": self.title(lang), **self.report.as_dict(lang)}
        if self.record:
            found["repairs"] = [one.as_dict(lang) for one in self.repairs()]
        return {**found, "unknown": list(self.unknown)} if self.unknown else found


@dataclass(frozen=True, slots=True)
class Document:
    """All records of a document, and what was found outside any of them."""

    records: tuple[Checked, ...]
    elsewhere: Report = field(default_factory=Report)

    @property
    def report(self) -> Report:
        """Return all findings in one report."""
        parts = [*(record.report for record in self.records), self.elsewhere]
        return Report(tuple(f for part in parts for f in part.findings), any(part.partial for part in parts))

    @property
    def conforms(self) -> bool:
        """Say whether nothing in the document stops publication."""
        return self.report.conforms

    def repaired(self) -> list[dict[str, Any]]:
        """Return the records whose values came as such, with everything repaired that can be."""
        return [to_package(repairs.apply(one.record)[0]) for one in self.records if one.record]

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return everything as JSON-ready data."""
        whole = self.report
        return {
            "conforms": whole.conforms,
            "partial": whole.partial,
            "violations": len(whole.violations),
            "warnings": len(whole.warnings),
            "notes": len(whole.notes),
            "records": [record.as_dict(lang) for record in self.records],
            "elsewhere": self.elsewhere.as_dict(lang)["findings"],
        }


def check(  # noqa: PLR0913 - the document, and within which limits it is judged
    data: bytes,
    syntax: str | None = None,
    *,
    limits: Limits | None = None,
    seconds: float = SECONDS,
    engine: Engine = "compiled",
    progress: Watch | None = None,
) -> Document:
    """Read and check a document.

    Raises ReadError (and its kinds) for what cannot be read, LimitError for what is too large.
    """
    limits = limits or Limits()
    if len(data) <= limits.input_bytes and (values := _values(data, syntax)) is not None:
        return check_values(values)
    graph = parse(data, syntax, limits=limits)
    if not _records(graph):
        raise refusal(ReadError, "no-dataset", statements=len(graph))
    report = validation.validate_graph(graph, progress=progress, engine=engine, seconds=seconds)
    return check_graph(graph, report)


def check_graph(graph: Graph, report: Report) -> Document:
    """Sort the report of a graph by its datasets."""
    grouped: dict[Any, list[Finding]] = {}
    for finding in report.findings:
        grouped.setdefault(finding.dataset, []).append(finding)
    records = [
        Checked(
            str(subject),
            interpret(graph, subject).record.fields.get(TITLE) or {},
            Report(tuple(grouped.get(subject, ())), report.partial),
            graph=graph,
        )
        for subject in _records(graph)
    ]
    return Document(tuple(records), Report(tuple(grouped.get(None, ())), report.partial))


def _records(graph: Graph) -> list[URIRef | BNode]:
    return list(dict.fromkeys((*subjects(graph), *needs(graph))))


def check_values(values: Any) -> Document:
    """Check records given as fields; raises ReadError where there is none, LimitError for too many."""
    entries = _entries(values)
    if not entries:
        raise refusal(ReadError, "no-record")
    if len(entries) > MOST_RECORDS:
        raise refusal(LimitError, "too-many-records", records=len(entries), accepted=MOST_RECORDS)
    records = [from_package(entry) for entry in entries]
    return Document(
        tuple(
            Checked(
                _name(entry, number), record.fields.get(TITLE) or {}, report, _unknown(entry), record, entry
            )
            for number, (entry, record, report) in enumerate(
                zip(entries, records, validation.validate_records(records), strict=True), start=1
            )
        )
    )


def _values(data: bytes, syntax: str | None) -> Any:
    """Return the values of a document that is no RDF, None for any other."""
    if (syntax or "").lower().removeprefix(".") not in yaml_text.SUFFIXES:
        return _json(data)
    try:
        return yaml_text.load(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refusal(ReadError, "wrong-byte", place=error.start, encoding="UTF-8") from error


def _json(data: bytes) -> Any:
    """Return the values of a JSON document that is no JSON-LD, None for any other document."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start not in {b"{", b"["}:
        return None
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None  # Turtle may begin like this, and the reader of JSON-LD says what is wrong
    return None if _is_linked(values) else values


def _is_linked(values: Any) -> bool:
    """Say whether JSON is JSON-LD: its names begin with @."""
    entries = values if isinstance(values, list) else [values]
    return any(isinstance(entry, Mapping) and any(key.startswith("@") for key in entry) for entry in entries)


def _entries(values: Any) -> list[dict[str, Any]]:
    """Return the records in a JSON document: one, a list, or those in an answer of the API."""
    while isinstance(values, Mapping):
        inside = next(
            (values[key] for key in ("result", "results") if isinstance(values.get(key), list | dict)), None
        )
        if inside is None:
            break
        values = inside
    entries = values if isinstance(values, list) else [values]
    return [_flat(entry) for entry in entries if isinstance(entry, Mapping) and entry]


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a package; {"fields": …, "resources": …} is understood as well."""
    fields = entry.get("fields")
    found = {**entry, **fields} if isinstance(fields, Mapping) else dict(entry)
    found.pop("fields", None)
    resources = found.get("resources")
    rows: Iterable[Any] = resources if isinstance(resources, list | tuple) else ()
    found["resources"] = [row for row in rows if isinstance(row, Mapping)]
    return found


def _name(entry: Mapping[str, Any], number: int) -> str:
    return str(entry.get("identifier") or entry.get("name") or entry.get("id") or f"record {number}")


CKANS = frozenset({
    "access_mode", "author", "author_email", "creator_user_id", "dataset_count", "extras", "groups", "id",
    "isopen", "license_id", "license_title", "license_url", "maintainer", "maintainer_email",
    "metadata_created", "metadata_modified", "name", "notes", "num_resources", "num_tags", "organization",
    "owner_org", "private", "relationships_as_object", "relationships_as_subject", "resources", "revision_id",
    "state", "tags", "title", "tracking_summary", "type", "url", "version",
})  # fmt: skip
"""Names that CKAN itself gives a package."""


def _unknown(entry: Mapping[str, Any]) -> tuple[str, ...]:
    known = {one.name for one in load(kind_of(entry)).fields}
    return tuple(sorted(str(key)[:100] for key in entry if key not in known and key not in CKANS))
