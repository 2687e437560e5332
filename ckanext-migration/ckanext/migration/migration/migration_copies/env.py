"""Alembic environment of the copies tables; `ckan db upgrade -p migration_copies` runs it."""

from __future__ import annotations

from ckanext.migration import tables
from ckanext.migration.copies import model

tables.run("migration_copies", [model.METADATA])
