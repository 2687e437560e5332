"""A portal's own synonyms, read again when their file changes."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.migration.search.words import thesaurus

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000


def current() -> thesaurus.Thesaurus:
    """Return the thesaurus in force; a file that cannot be read is named in the log and left out."""
    place = str(tk.config.get("ckanext.migration.search.synonyms_file") or "")
    if not place:
        return thesaurus.build()
    try:
        state = Path(place).stat()
    except OSError as error:
        log.error("search.synonyms.unreadable file=%s reason=%s", place, error.strerror)
        return thesaurus.build()
    return thesaurus.build(_rows(place, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4)
def _rows(place: str, _changed: int, size: int) -> tuple[tuple[str, ...], ...]:
    """Read the rows; a state of the file is read, and complained about, once."""
    try:
        if size > MAX_BYTES:
            log.error("search.synonyms.too_large file=%s limit=%s", place, MAX_BYTES)
            return ()
        text = Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        log.error("search.synonyms.unreadable file=%s reason=%s", place, type(error).__name__)
        return ()
    return rows(text)


def rows(text: str) -> tuple[tuple[str, ...], ...]:
    """One row a line, parted by commas; empty lines and remarks (``#``) are skipped."""
    lines = (line.split("#", 1)[0].split(",") for line in text.splitlines())
    found = (tuple(word.strip() for word in line if word.strip()) for line in lines)
    return tuple(row for row in found if len(row) > 1)
