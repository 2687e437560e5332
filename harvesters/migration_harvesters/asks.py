"""What a source needs of the client that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from migration_harvesters.replies import Reply


class Asks(Protocol):
    """What a source needs of the HTTP client."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Fetch one address."""
        ...

    def post(  # noqa: PLR0913 - keywords only
        self,
        url: str,
        body: bytes,
        *,
        media_type: str,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask by POST what changes nothing at the partner."""
        ...
