"""Alembic environment of the harvest tables; `ckan db upgrade -p migration_harvest` runs it."""

from __future__ import annotations

from ckan.model.meta import metadata

from ckanext.migration import tables

tables.run("migration_harvest", [metadata])
