"""From the portal to files: written so that publishing them changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from migration_schemas.differences import Change, compare
from migration_schemas.errors import MigrationError
from migration_schemas.record import Record, from_package

from . import files
from .errors import ConflictError, PortalRefusedError
from .files import Entry
from .portal import Portal
from .publishing import completed
from .state import Met, State

What = Literal["written", "unchanged", "kept", "conflict", "refused"]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one record of the portal."""

    what: What
    file: str
    record: Record
    changes: tuple[Change, ...] = ()
    error: MigrationError | None = None
    number: int = 0
    of: int = 0

    @property
    def good(self) -> bool:
        """Say whether nothing is left to decide."""
        return self.what in {"written", "unchanged", "kept"}


class Puller:
    """Writes the records of one portal into one folder."""

    def __init__(  # noqa: PLR0913 - from where to where, and how
        self, portal: Portal, state: State, folder: Path, *, form: str, force: bool, dry_run: bool, lang: str
    ) -> None:
        self._portal = portal
        self._state = state
        self._folder = folder
        self._form = form
        self._force = force
        self._dry_run = dry_run
        self._lang = lang
        found = [entry for entry in files.read_folder(folder) if entry.record.identifier]
        self._local: dict[str, Entry] = {entry.record.identifier: entry for entry in reversed(found)}
        self._taken = {entry.file for entry in found}

    def pull(self, organization: str | None, query: str | None) -> Iterator[Pulled]:
        """Yield what became of each record; raises PortalError where the portal itself is lost."""
        for number, (of, package_id) in enumerate(self._portal.listed(organization, query), start=1):
            try:
                package = self._portal.show(package_id)
            except PortalRefusedError as error:
                yield Pulled("refused", package_id, Record({}), error=error, number=number, of=of)
                continue
            if package.get("type", "dataset") == "dataset":
                yield self._one(package, number, of)

    def _one(self, package: Mapping[str, Any], number: int, of: int) -> Pulled:
        record = from_package(package)
        here, met = self._local.get(record.identifier), self._state.get(record.identifier)
        if here is None:
            suffix = self._form
            file = files.free_file(
                self._folder, str(package.get("name") or package["id"]), suffix, self._taken
            )
            return self._written(package, record, file, Record({}), number, of)
        private = package.get("private", False)
        same = completed(here.record, record).content_hash() == record.content_hash()
        if same and here.private in {None, private}:
            self._keep(package, record, here.file, here.record)
            return Pulled("unchanged", here.file, record, number=number, of=of)
        touched = met is None or met.local != here.record.content_hash()
        if met is not None and met.portal == record.content_hash() and touched and not self._force:
            return Pulled("kept", here.file, record, number=number, of=of)
        changes = compare(here.record, record, self._lang)
        if here.of > 1 or (touched and not self._force):
            text = (
                "The file holds several records and is not rewritten."
                if here.of > 1
                else "The file was changed here, and the portal's record differs."
            )
            remedy = "Divide the file." if here.of > 1 else "Publish it, or overwrite it with --force."
            error = ConflictError(text, remedy=remedy)
            return Pulled("conflict", here.file, record, changes, error, number, of)
        return self._written(package, record, here.file, here.record, number, of)

    def _written(  # noqa: PLR0913, PLR0917 - one record, where it goes, and which of how many it is
        self, package: Mapping[str, Any], record: Record, file: str, before: Record, number: int, of: int
    ) -> Pulled:
        changes = compare(before, record, self._lang)
        self._taken.add(file)
        if not self._dry_run:
            path = self._folder / file
            subject = f"{self._portal.url}/dataset/{package['id']}"
            text = files.text_of(
                record,
                path.suffix.lower().removeprefix("."),
                name=str(package.get("name") or ""),
                private=bool(package.get("private")),
                subject=subject,
            )
            files.write(path, text)
            self._keep(package, record, file, record)
        return Pulled("written", file, record, changes, number=number, of=of)

    def _keep(self, package: Mapping[str, Any], record: Record, file: str, local: Record) -> None:
        if not self._dry_run:
            met = Met(package["id"], file, record.content_hash(), local.content_hash())
            self._state.keep(record.identifier, met)
