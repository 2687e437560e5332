"""The additions in force, in the order in which they see a request. A new one is one name here."""

from __future__ import annotations

from ckanext.migration.search.additions import choices, highlight, reasons, scan, suggest, widened
from ckanext.migration.search.additions.beyond import Addition

ADDITIONS: tuple[Addition, ...] = (highlight, reasons, widened, scan, suggest, choices)
"""``choices`` stays last: it puts every aggregation under the reader's choices."""
