"""A file written while the result is read: bytes go out page by page, memory holds one page.

A dataset that cannot be written is left out with a line in the log (R-K-p). A failure of the reading
ends the file with the writer's mark and then raises, so that the server breaks the transfer off.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Mapping
from typing import Any

from ckanext.migration.export.writers import Writer

log = logging.getLogger(__name__)

Page = Iterable[Mapping[str, Any]]


def stream(writer: Writer, pages: Iterable[Page]) -> Generator[bytes, None, None]:
    """Yield the file in pieces of about a page."""
    yield _bytes(writer.head())
    written = left_out = 0
    try:
        for page in pages:
            pieces: list[str] = []
            for package in page:
                text = _record(writer, package)
                if text is None:
                    left_out += 1
                    continue
                if written and writer.between:
                    pieces.append(writer.between)
                pieces.append(text)
                written += 1
            yield _bytes("".join(pieces))
    except Exception:
        log.exception("export.failed written=%s", written)
        yield _bytes(writer.broken())
        raise
    yield _bytes(writer.tail(written, left_out))


def _record(writer: Writer, package: Mapping[str, Any]) -> str | None:
    try:
        return writer.record(package)
    except Exception:  # whatever is wrong with one dataset must not cost the others
        log.exception("export.left_out id=%s", package.get("id"))
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
