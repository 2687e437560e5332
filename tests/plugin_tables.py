"""The tables of our plugins, which CKAN's own test fixtures drop and do not make again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model, plugins

TABLES = {
    "migration": "migration_former_name",
    "migration_search": "migration_search_outbox",
    "migration_harvest": "migration_harvest_source",
    "migration_quality": "migration_quality_score",
    "migration_review": "migration_review_step",
    "migration_copies": "migration_copies_pair",
}


def ensure(migrate_db_for: Any) -> None:
    """Make the tables that are missing for the plugins in force."""
    for plugin, table in TABLES.items():
        if plugins.plugin_loaded(plugin) and not sa.inspect(model.Session.get_bind()).has_table(table):
            migrate_db_for(plugin)
