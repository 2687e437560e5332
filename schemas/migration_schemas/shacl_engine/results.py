"""Validation results (https://www.w3.org/TR/shacl/#results-validation-result) as plain values."""

from __future__ import annotations

from typing import NamedTuple

from ..terms import Iri, Node, Term


class Result(NamedTuple):
    """One result; `path` is the node of the path in the shapes graph."""

    focus: Term
    path: Node | None
    value: Term | None
    component: Iri
    severity: Iri
    shape: Node
