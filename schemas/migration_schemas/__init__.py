"""What a migration dataset is: fields, records, RDF, validation. Works without CKAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fields import Field, Schema, load
from .record import Record

if TYPE_CHECKING:
    from .validation import Finding, Report, validate_record

__all__ = ["Field", "Finding", "Record", "Report", "Schema", "load", "validate_record"]

LAZY = frozenset({"Finding", "Report", "validate_record"})


def __getattr__(name: str) -> Any:
    """Import the validator when it is first asked for: pySHACL takes half a second to load."""
    if name in LAZY:
        from . import validation  # noqa: PLC0415

        return getattr(validation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
