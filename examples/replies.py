"""What a portal answers with."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body and headers of one answer; `modified` is the time of its youngest file."""

    status: int
    body: bytes
    media_type: str
    modified: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, status: int, message: str) -> Reply:
        """Return one sentence of plain text."""
        return cls(status, (message + "\n").encode(), "text/plain; charset=utf-8")

    @classmethod
    def json(cls, status: int, value: Any, modified: float | None = None) -> Reply:
        """Return a JSON document."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, "application/json; charset=utf-8", modified)

    @classmethod
    def page(cls, title: str, content: str) -> Reply:
        """Return a small HTML page; `content` is HTML, `title` is text."""
        body = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title>"
            "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
            "</style></head>"
            f"<body><h1>{html.escape(title)}</h1>{content}</body></html>"
        )
        return cls(200, body.encode(), "text/html; charset=utf-8")


class Portal(Protocol):
    """A partner portal: its files and how it answers."""

    name: str
    title: str
    syntax: str

    def count(self) -> int:
        """Return the number of records."""
        ...

    def answer(self, path: str, query: Mapping[str, str], base: str) -> Reply:
        """Answer a request for `path` below the portal's own address `base`."""
        ...


def youngest(paths: list[Path]) -> float | None:
    """Return the time of the youngest of the files."""
    return max((path.stat().st_mtime for path in paths), default=None)
