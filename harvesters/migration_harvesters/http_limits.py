"""How long, how much and how often a partner may be asked, and what one question is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REPEATS = frozenset({307, 308})  # the others may turn a POST into a GET without its body (RFC 9110, 15.4)
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how much and how often a partner may be asked. Times are in seconds."""

    connect: float = 10
    read: float = 30
    total: float = 300
    body: int = 100 * 1024 * 1024
    redirects: int = 5
    attempts: int = 3
    longest_wait: float = 120
    gap: float = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent beside the address: method and body, what is said of the body, and what is accepted."""

    method: str
    body: bytes | None
    accept: str
    headers: Mapping[str, str] = field(default_factory=dict)
