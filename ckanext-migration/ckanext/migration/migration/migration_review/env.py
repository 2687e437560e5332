"""Alembic environment of the review tables; `ckan db upgrade -p migration_review` runs it."""

from __future__ import annotations

from ckanext.migration import tables
from ckanext.migration.review import model

tables.run("migration_review", [model.METADATA])
