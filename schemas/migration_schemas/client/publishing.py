"""From files to the portal: each record is created, updated or left alone; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from migration_schemas import dropped, repairs, validate_record
from migration_schemas.differences import Change, compare
from migration_schemas.errors import MigrationError
from migration_schemas.fields import load
from migration_schemas.record import Record, from_package, to_package
from migration_schemas.report import Report

from .errors import ConflictError, PortalRefusedError
from .files import Entry
from .portal import Portal
from .state import Met, State

What = Literal["created", "updated", "unchanged", "invalid", "unreadable", "refused", "conflict"]
DONE: tuple[What, ...] = ("created", "updated", "unchanged")
FILLED_IN = "publisher"
"""The portal names the owning agency where a file says nothing."""

MALFORMED = frozenset(dropped.CONSTRAINTS) - {"named-twice"}
"""Codes of findings about values that the portal keeps in no record."""

GUESSED = ("mimetype", "size")
"""CKAN guesses these of a resource where a file says nothing."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants the records to be published."""

    organization: str = ""
    private: bool = False
    dry_run: bool = False
    force: bool = False
    repair: bool = False
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record."""

    entry: Entry
    what: What
    changes: tuple[Change, ...] = ()
    error: MigrationError | None = None
    id: str = ""
    repaired: int = 0

    @property
    def good(self) -> bool:
        """Say whether the portal now holds what the file holds (or would, in a dry run)."""
        return self.what in DONE


class Publisher:
    """Publishes the records of one folder on one portal."""

    def __init__(self, portal: Portal, state: State, wishes: Wishes) -> None:
        self._portal = portal
        self._state = state
        self._wishes = wishes

    def publish(self, entries: list[Entry]) -> Iterator[Outcome]:
        """Yield what became of each record; raises PortalError where the portal itself is lost."""
        prepared = [self._prepared(entry) for entry in entries]
        wanted = [entry.record.identifier for entry, _, _ in prepared if entry.record.identifier]
        known = self._portal.known(list(dict.fromkeys(wanted)))
        seen: dict[str, str] = {}
        for entry, repaired, problem in prepared:
            identifier = entry.record.identifier
            if problem is not None:
                yield problem
            elif identifier in seen:
                text = f"Its identifier is that of {seen[identifier]}; this one was left out."
                yield Outcome(entry, "invalid", error=MigrationError(text))
            else:
                seen[identifier] = entry.place
                yield self._one(entry, known.get(identifier, []), repaired)

    def _prepared(self, entry: Entry) -> tuple[Entry, int, Outcome | None]:
        """Repair, check, and end here what cannot be sent."""
        if entry.error is not None:
            return entry, 0, Outcome(entry, "unreadable", error=entry.error)
        repaired = 0
        if self._wishes.repair:
            record, applied = repairs.apply(entry.record)
            if applied:
                entry, repaired = replace(entry, record=record, report=validate_record(record)), len(applied)
        if not entry.record.identifier:
            text = "The record has no identifier, so that the portal could not find it again."
            error = MigrationError(text, remedy="Give it one: its DOI, its address or a name of your own.")
            return entry, repaired, Outcome(entry, "invalid", error=error)
        return entry, repaired, None

    def _one(self, entry: Entry, known: list[dict[str, Any]], repaired: int) -> Outcome:
        try:
            held = self._held(entry, known)
            outcome = self._update(entry, held) if held else self._create(entry)
            return replace(outcome, repaired=repaired)
        except ConflictError as error:
            return Outcome(entry, "conflict", error=error, repaired=repaired)
        except PortalRefusedError as error:
            return Outcome(entry, "refused", error=error, repaired=repaired)

    def _held(self, entry: Entry, known: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return the dataset of a record on the portal."""
        met = self._state.get(entry.record.identifier)
        ids = [one["id"] for one in known if not self._wishes.organization or self._ours(one)]
        if met and met.id in ids:
            return self._portal.show(met.id)
        if len(ids) > 1:
            raise ConflictError(
                f"The portal holds {len(ids)} datasets with this identifier.", remedy="Remove all but one."
            )
        if not ids and known:
            raise ConflictError(
                f"The identifier belongs to a dataset of {known[0]['organization'] or 'another agency'}.",
                remedy="Choose the agency with --organization, or another identifier.",
            )
        return self._portal.show(ids[0]) if ids else None

    def _ours(self, one: Mapping[str, Any]) -> bool:
        return self._wishes.organization in {one["organization"], one["owner_org"]}

    def _create(self, entry: Entry) -> Outcome:
        if not self._wishes.organization:
            raise PortalRefusedError(
                "It is new, and it is not clear for which agency.", remedy="Name it with --organization."
            )
        changes = compare(Record({}), entry.record, self._wishes.lang)
        private = self._wishes.private or bool(entry.private)
        if stopped(entry.report, private=private):
            return Outcome(entry, "invalid", changes)
        if self._wishes.dry_run:
            return Outcome(entry, "created", changes)
        package = to_package(entry.record) | {"owner_org": self._wishes.organization, "type": "dataset"}
        if entry.name:
            package["name"] = entry.name
        package["private"] = private
        return self._kept(entry, "created", changes, self._portal.call("package_create", **package))

    def _update(self, entry: Entry, held: dict[str, Any]) -> Outcome:
        there, met = from_package(held), self._state.get(entry.record.identifier)
        wanted = completed(entry.record, there)
        private = held.get("private", False) if entry.private is None else entry.private
        changes = compare(there, wanted, self._wishes.lang)
        same = there.content_hash() == wanted.content_hash() and private == held.get("private", False)
        moved = met is None or met.portal != there.content_hash()
        if same or (
            met and not moved and met.local == entry.record.content_hash() and not _turned(entry, held)
        ):
            return self._kept(entry, "unchanged", (), held)
        if moved and not self._wishes.force:
            text = "The portal's record was changed since this folder last met it"
            text = text if met else "The portal has this record already, and this folder never met it"
            outcome = ConflictError(f"{text}.", remedy="Pull it first, or overwrite it with --force.")
            return Outcome(entry, "conflict", changes, error=outcome, id=held["id"])
        if stopped(entry.report, private=private):
            return Outcome(entry, "invalid", changes, id=held["id"])
        if self._wishes.dry_run:
            return Outcome(entry, "updated", changes, id=held["id"])
        package = merged(held, wanted) | {"private": private}
        return self._kept(entry, "updated", changes, self._portal.call("package_update", **package))

    def _kept(
        self, entry: Entry, what: What, changes: tuple[Change, ...], package: Mapping[str, Any]
    ) -> Outcome:
        if not self._wishes.dry_run:
            met = Met(
                id=package["id"],
                file=entry.file,
                portal=from_package(package).content_hash(),
                local=entry.record.content_hash(),
            )
            self._state.keep(entry.record.identifier, met)
        return Outcome(entry, what, changes, id=package["id"])


def stopped(report: Report, *, private: bool) -> bool:
    """Say whether the rules stop a record: a private one may be incomplete, but no value may be malformed."""
    if private:
        return any(finding.code in MALFORMED for finding in report.violations)
    return any(f.field != FILLED_IN or f.code != "missing" for f in report.violations)


def _turned(entry: Entry, held: Mapping[str, Any]) -> bool:
    return entry.private is not None and entry.private != held.get("private", False)


def completed(record: Record, there: Record) -> Record:
    """Return a record with what the portal fills in by itself, so that this is no difference."""
    fields = dict(record.fields)
    if FILLED_IN not in fields and FILLED_IN in there.fields:
        fields[FILLED_IN] = there.fields[FILLED_IN]
    addresses = {str(row.get("url")): row for row in there.resources}
    resources = []
    for row in record.resources:
        held = addresses.get(str(row.get("url")), {})
        guessed = {name: held[name] for name in GUESSED if name in held and name not in row}
        resources.append({**row, **guessed})
    return Record(fields, tuple(resources))


def merged(held: Mapping[str, Any], wanted: Record) -> dict[str, Any]:
    """Return the dataset with the record's values: what is no field of the profile stays as it is."""
    schema = load()
    ours = {one.name for one in schema.fields}
    of_resources = {one.name for one in schema.resource_fields}
    values = to_package(wanted)
    waiting: dict[str, list[Mapping[str, Any]]] = {}
    for resource in held.get("resources") or ():
        waiting.setdefault(str(resource.get("url")), []).append(resource)
    resources = []
    for row in values.pop("resources"):
        known = waiting.get(str(row.get("url")))
        kept = {n: v for n, v in known.pop(0).items() if n not in of_resources} if known else {}
        resources.append({**kept, **row})
    return {**{n: v for n, v in held.items() if n not in ours}, **values, "resources": resources}
