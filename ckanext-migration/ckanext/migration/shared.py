"""What sub-plugins may use of the root plugin, in one place."""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.errors import to_toolkit
from ckanext.migration.logic import agencies
from ckanext.migration.logic.values import KEEP_INVALID
from migration_schemas import Record, Report, record, validate_record

__all__ = [
    "KEEP_INVALID",
    "as_record",
    "changed_by",
    "known_report",
    "published",
    "publishers",
    "remember",
    "report",
    "report_of",
    "to_toolkit",
]

_OURS = ("ckan.logic.action.", "ckanext.migration.")

# One save asks for the same report several times (rule, message, page). It is a pure function of the record.
REMEMBERED = 256
_reports: OrderedDict[str, Report] = OrderedDict()
_lock = Lock()


def as_record(package: Mapping[str, Any]) -> Record:
    """Return the record inside a CKAN package dictionary."""
    return record.from_package(package)


def published(package: Mapping[str, Any]) -> Record:
    """Return the record as readers get it: with what the publisher's agency says of itself."""
    return agencies.record(package)


def publishers(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the publishers of a package with what their agencies say of themselves."""
    return agencies.publishers(package)


def report(package: Mapping[str, Any]) -> Report:
    """Check a package against the profile."""
    return report_of(as_record(package))


def report_of(subject: Record) -> Report:
    """Check a record against the profile."""
    known = known_report(subject)
    if known is not None:
        return known
    fresh = validate_record(subject)
    remember(subject, fresh)
    return fresh


def known_report(subject: Record) -> Report | None:
    """Return the report of exactly this content if it was made a moment ago in this process."""
    if not _reports:  # as in a rebuild, which has no use for the name of the content
        return None
    key = _key(subject)
    with _lock:
        known = _reports.get(key)
        if known is not None:
            _reports.move_to_end(key)
        return known


def remember(subject: Record, made: Report) -> None:
    """Take over a report that was just made for exactly this content, so that it is not made again."""
    with _lock:
        _reports[_key(subject)] = made
        while len(_reports) > REMEMBERED:
            _reports.popitem(last=False)


def changed_by(action: str) -> str | None:
    """Name the module of another plugin that chains or replaces an action of CKAN's, if there is one."""
    function: Any = inspect.unwrap(tk.get_action(action))
    while isinstance(function, functools.partial):  # CKAN binds each chained action to the one before
        if not str(function.func.__module__).startswith(_OURS):
            return str(function.func.__module__)
        function = function.args[0]
    module = str(inspect.unwrap(function).__module__)
    return None if module.startswith(_OURS) else module


def _key(subject: Record) -> str:
    """Name the content; a finding names a resource by its place, which the hash leaves out."""
    return " ".join((subject.content_hash(), *(str(entry.get("url")) for entry in subject.resources)))
