"""What a folder and a portal had in common when they last met: `.migration-registry.json` in the folder.

For each record the hash of what the portal held and of what the file held. Whoever changed since then is the
one who changed it; without this file every difference is a conflict, and nothing is overwritten unasked.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from migration_schemas.errors import ReadError

from . import files

NAME = ".migration-registry.json"


@dataclass(frozen=True, slots=True)
class Met:
    """One record when both sides were the same."""

    id: str
    file: str
    portal: str
    """Hash of the record on the portal."""
    local: str
    """Hash of the record in the file: the portal may write a value in another way than the file."""


class State:
    """The memory of a folder about one portal; each change is on the disk at once."""

    def __init__(self, folder: Path, url: str) -> None:
        self._path = folder / NAME
        self._url = url
        try:
            self._all = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
            records = self._all.get("portals", {}).get(url, {})
            self._records = {key: Met(**value) for key, value in records.items()}
        except (ValueError, TypeError, AttributeError, OSError) as error:
            raise ReadError(
                f"{NAME} cannot be read.",
                remedy="Mend or delete it; without it nothing that differs is overwritten unasked.",
            ) from error

    def get(self, identifier: str) -> Met | None:
        """Return what is known of a record."""
        return self._records.get(identifier)

    def files(self) -> dict[str, str]:
        """Return the file of each identifier."""
        return {identifier: met.file for identifier, met in self._records.items()}

    def keep(self, identifier: str, met: Met) -> None:
        """Remember that both sides are the same now."""
        if self._records.get(identifier) == met:
            return
        self._records[identifier] = met
        portals = {**self._all.get("portals", {})}
        portals[self._url] = {key: asdict(value) for key, value in sorted(self._records.items())}
        self._all = {"version": 1, "portals": portals}
        files.write(self._path, json.dumps(self._all, ensure_ascii=False, indent=1) + "\n")
