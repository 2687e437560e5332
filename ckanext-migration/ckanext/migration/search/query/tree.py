"""What a query means: the typed tree between the parser and the compiler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Occur = Literal["must", "should", "must_not", "filter"]


@dataclass(frozen=True, slots=True)
class Everything:
    """``*:*``."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty query."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word; ``field`` is None where the query names none."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Consecutive bare words: one analysed string on a text field, several terms elsewhere."""

    field: str | None
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quoted string."""

    field: str | None
    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """``mig*``."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``m?gr*t``; the pattern keeps its escapes."""

    field: str | None
    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """``migrant~1``; at most two edits."""

    field: str | None
    text: str
    edits: int


@dataclass(frozen=True, slots=True)
class Range:
    """``[a TO b}``; None is an open end."""

    field: str | None
    low: str | None
    high: str | None
    include_low: bool
    include_high: bool


@dataclass(frozen=True, slots=True)
class Exists:
    """``field:*``."""

    field: str | None


@dataclass(frozen=True, slots=True)
class Boosted:
    """``(…)^2``, or ``(…)^=2`` when constant."""

    node: Node
    factor: float
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a boolean query and how it counts."""

    occur: Occur
    node: Node


@dataclass(frozen=True, slots=True)
class Boolean:
    """Clauses as the classic parser folds them; there is no precedence to repair."""

    clauses: tuple[Clause, ...]


Leaf = Term | Words | Phrase | Prefix | Wildcard | Fuzzy | Range | Exists
Node = Everything | Nothing | Leaf | Boosted | Boolean


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf below a node, from left to right."""
    if isinstance(node, Boolean):
        for clause in node.clauses:
            yield from leaves(clause.node)
    elif isinstance(node, Boosted):
        yield from leaves(node.node)
    elif not isinstance(node, Everything | Nothing):
        yield node
