"""The open validator: a record that anybody sends is checked, and nothing of it is kept.

The same rules as at every other door. What it may cost is bounded (bytes, statements, seconds, records, and
how many are checked at once), because anybody may ask (threats RD-01 to RD-08, SH-05, XM-03).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import config, shared
from ckanext.migration.logic.publishing import language
from migration_harvesters import http
from migration_schemas import checking, rdf, report_table
from migration_schemas.checking import Document
from migration_schemas.errors import MigrationError
from migration_schemas.parsing import Limits

log = logging.getLogger(__name__)

ACCEPT = "text/turtle, application/rdf+xml, application/ld+json, application/json;q=0.8, */*;q=0.1"
MEGABYTE = 1024 * 1024
MEMORY = 512 * MEGABYTE
STATEMENTS = 200_000
WAYS = ("record", "text", "url")

_running = 0
_lock = threading.Lock()


class BusyError(Exception):
    """Too many documents are being checked at this moment."""


def migration_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Check a record or a whole document against the profile; nothing is stored, and no account is needed.

    Exactly one of the first three is given.

    :param record: a record as an object with the fields of the profile, or a list of such
    :param text: Turtle, RDF/XML, JSON-LD, N-Triples, or a record as JSON
    :param url: a link to such a document
    :param syntax: ``ttl``, ``xml``, ``jsonld`` or ``nt``, where the content leaves it open
    :param lang: language of the messages, two letters (default: the caller's)
    :param format: ``ttl`` or ``jsonld`` for a ``sh:ValidationReport``, ``csv`` for a table, ``repaired``
        for the records with everything repaired that can be computed, in ``report``
    :returns: ``conforms``, numbers of ``violations``, ``warnings``, ``notes``, and ``records`` with
        findings and, for records as JSON, ``repairs``
    """
    tk.check_access("migration_validate", context, data_dict)
    lang = str(data_dict.get("lang") or language())[:2]
    wanted = str(data_dict.get("format") or "")
    if wanted and wanted not in FORMATS:
        raise tk.ValidationError({"format": [tk._("One of: {names}").format(names=", ".join(FORMATS))]})
    try:
        document = examine(data_dict)
        answer = document.as_dict(lang)
        return {**answer, "report": written(document, wanted, lang)} if wanted else answer
    except MigrationError as error:
        raise shared.to_toolkit(error, lang) from error
    except BusyError as error:
        raise tk.ValidationError({"message": [busy()]}) from error


def busy() -> str:
    """Return what somebody is told for whom there is no place at the moment."""
    return tk._("Several documents are being checked at this moment. Please try again in a minute.")


def examine(given: Mapping[str, Any]) -> Document:
    """Check what was given in one of three ways.

    Raises MigrationError for what cannot be read or fetched, BusyError, and tk.ValidationError where nothing
    or too much was given.
    """
    ways = [way for way in WAYS if given.get(way)]
    if len(ways) != 1:
        raise tk.ValidationError({"message": [tk._("Give a record, a text or a link: one of the three.")]})
    syntax = str(given.get("syntax") or "") or None
    with _place():
        if ways == ["record"]:
            data, syntax = json.dumps(given["record"], default=str).encode(), None
        elif ways == ["text"]:
            text = given["text"]
            data = text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogatepass")
        else:
            data, syntax = _fetched(str(given["url"]), syntax)
        return checking.check(data, syntax, limits=_limits(), seconds=config.validate_seconds())


def _limits() -> Limits:
    return Limits(config.validate_bytes(), config.validate_seconds(), MEMORY, STATEMENTS)


def _fetched(url: str, syntax: str | None) -> tuple[bytes, str | None]:
    """Fetch a link by the guarded client: never an inner address, whoever asks (HT-01 to HT-05)."""
    if not config.validate_links():
        raise tk.ValidationError({"url": [tk._("Links are not followed here. Paste the record instead.")]})
    seconds = config.validate_seconds()
    limits = http.Limits(
        connect=5, read=seconds, total=seconds, body=config.validate_bytes(), redirects=3, attempts=1
    )
    reply = http.Http(limits=limits).get(url.strip(), accept=ACCEPT)
    return reply.body, syntax or reply.headers.get("content-type")


@contextmanager
def _place() -> Iterator[None]:
    """Take one of the places of this process."""
    global _running  # noqa: PLW0603 - one number for all threads of the process
    with _lock:
        if _running >= config.validate_at_once():
            raise BusyError
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1


FORMATS = {
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "repaired": "application/json; charset=utf-8",
}
"""The forms of a report for machines, with their media types; ``repaired`` are the records themselves."""


def written(document: Document, form: str, lang: str) -> str:
    """Return the report in one of FORMATS."""
    if form == "csv":
        return report_table.write(document, lang)
    if form == "json":
        return json.dumps(document.as_dict(lang), ensure_ascii=False, indent=2)
    if form == "repaired":
        return json.dumps(document.repaired(), ensure_ascii=False, indent=2)
    return rdf.serialize(document.report.to_graph(), form)
