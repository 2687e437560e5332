"""Alembic environment of the quality tables; `ckan db upgrade -p migration_quality` runs it."""

from __future__ import annotations

from ckanext.migration import tables
from ckanext.migration.quality import model

tables.run("migration_quality", [model.METADATA])
