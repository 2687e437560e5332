"""What a migration dataset is: fields, records, RDF, validation. Works without CKAN."""

from __future__ import annotations

from .fields import Field, Schema, load
from .record import Record
from .report import Finding, Report
from .validation import validate_record

__all__ = ["Field", "Finding", "Record", "Report", "Schema", "load", "validate_record"]
