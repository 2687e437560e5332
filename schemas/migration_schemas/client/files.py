"""A folder of records: which file holds which record, and how one is written back.

A record's own name in all of this is its identifier; that is how the portal finds it again.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from migration_schemas import checking, rdf, yaml_text
from migration_schemas.errors import MigrationError, ReadError
from migration_schemas.record import Record
from migration_schemas.report import Report

SUFFIXES = (".json", ".yaml", ".yml", ".ttl", ".rdf", ".xml", ".jsonld", ".nt")
FORMATS = ("yaml", "json", "ttl")
"""The forms in which `pull` writes."""

BYTES = 20 * 1024 * 1024
NAME = re.compile(r"[a-z0-9_-]{2,100}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a file with its report, or the reason why the file could not be read."""

    file: str
    number: int = 1
    of: int = 1
    record: Record = field(default_factory=lambda: Record({}))
    report: Report = field(default_factory=Report)
    name: str = ""
    private: bool | None = None
    unknown: tuple[str, ...] = ()
    error: MigrationError | None = None

    @property
    def place(self) -> str:
        """Return where the record stands, for people."""
        return self.file if self.of == 1 else f"{self.file} ({self.number}/{self.of})"


def read_folder(folder: Path) -> Iterator[Entry]:
    """Yield every record of a folder and the folders in it, file by file in the order of names."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
            yield from read_file(path, str(inside))


def read_file(path: Path, name: str) -> Iterator[Entry]:
    """Yield the records of a file, or one entry with an error."""
    try:
        if path.stat().st_size > BYTES:
            raise ReadError(f"The file is larger than {BYTES // 1024 // 1024} MB.", remedy="Divide it.")
        found = [*_records(path)]
    except MigrationError as error:
        yield Entry(name, error=error)
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield Entry(name, error=ReadError(f"The file cannot be opened: {reason}."))
        return
    for number, entry in enumerate(found, start=1):
        yield replace(entry, file=name, number=number, of=len(found))


def _records(path: Path) -> Iterator[Entry]:
    document = checking.check(path.read_bytes(), path.suffix.lower().removeprefix("."))
    for checked in document.records:
        if checked.record is not None:
            given = checked.given
            private = given.get("private")
            yield Entry(
                "",
                record=checked.record,
                report=checked.report,
                name=str(given.get("name") or ""),
                private=None if private is None else str(private).lower() in {"true", "1", "yes"},
                unknown=checked.unknown,
            )
        elif checked.graph is not None:
            yield Entry("", record=rdf.read(checked.graph, checked.id), report=checked.report)


# ------------------------------------------------------------------ writing


def free_file(folder: Path, name: str, suffix: str, taken: set[str]) -> str:
    """Return a file name for a new record; a name of a portal never leads out of the folder."""
    stem = (
        name if NAME.fullmatch(name) else "record-" + re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-")
    )
    number, found = 1, f"{stem}.{suffix}"
    while found in taken or (folder / found).exists():
        number += 1
        found = f"{stem}-{number}.{suffix}"
    return found


def text_of(record: Record, form: str, *, name: str, private: bool, subject: str) -> str:
    """Return a record as the text of a file."""
    if form in rdf.FORMATS:
        return rdf.serialize(rdf.write(record, subject=subject, visibility="internal"), form)
    values: Mapping[str, Any] = {
        "name": name,
        **({"private": True} if private else {}),
        **record.fields,
        "resources": [dict(resource) for resource in record.resources],
    }
    if form == "json":
        return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    return yaml_text.dump(json.loads(json.dumps(values)))


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that an interruption leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
