"""What a migration dataset is: fields, records, RDF, validation. Works without CKAN."""

from __future__ import annotations

from .fields import Field, Schema, load
from .profile import profile_version
from .record import Record
from .report import Finding, Report
from .validation import validate_record

__all__ = ["Field", "Finding", "Record", "Report", "Schema", "load", "profile_version", "validate_record"]
