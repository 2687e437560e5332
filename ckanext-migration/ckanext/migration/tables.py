"""Runs the alembic history of a plugin: its tables, and none of CKAN's or of another plugin."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context


def run(plugin: str, metadata: list[sa.MetaData]) -> None:
    """Run what alembic was asked for; called by `env.py` of the plugin.

    :param plugin: name of the plugin, with which the names of its tables begin
    :param metadata: where its tables are described
    """
    described = {name for found in metadata for name in found.tables}

    def ours(_item: object, name: str | None, kind: str, *_more: object) -> bool:
        return kind != "table" or ((name or "").startswith(plugin) and name in described)

    def configured(**target: Any) -> None:
        context.configure(
            target_metadata=metadata, version_table=f"{plugin}_alembic_version", include_object=ours, **target
        )
        with context.begin_transaction():
            context.run_migrations()

    if context.is_offline_mode():
        configured(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
        return
    section = context.config.get_section(context.config.config_ini_section) or {}
    engine = sa.engine_from_config(section, prefix="sqlalchemy.", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        configured(connection=connection)
