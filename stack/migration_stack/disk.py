"""Room on the disk, looked at before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from migration_stack.errors import StackError

MEBIBYTE = 1024 * 1024


def require(folder: Path, mebibytes: int, purpose: str) -> None:
    """Refuse to begin what would not fit."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    available = shutil.disk_usage(existing).free // MEBIBYTE
    if available < mebibytes:
        raise StackError(
            f"The disk of {existing} has {available} MB left and {purpose} needs {mebibytes} MB",
            "free some space and run the same command again",
        )
