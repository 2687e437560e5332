"""Alembic environment of the root plugin's tables; `ckan db upgrade -p migration` runs it."""

from __future__ import annotations

from ckanext.migration import tables
from ckanext.migration.logic import conditions, former

tables.run("migration", [former.METADATA, conditions.METADATA])
