"""Alembic environment of the search tables; `ckan db upgrade -p migration_search` runs it."""

from __future__ import annotations

from ckanext.migration import tables
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.relevance import measurements
from ckanext.migration.search.upkeep import proofs
from ckanext.migration.search.vectors import keeping

tables.run("migration_search", [outbox.METADATA, measurements.METADATA, keeping.METADATA, proofs.METADATA])
