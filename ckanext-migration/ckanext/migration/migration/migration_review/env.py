"""Alembic environment of the review tables; `ckan db upgrade -p migration_review` runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import engine_from_config, pool

from ckanext.migration.review import model

METADATA = [model.METADATA]
NAME = Path(__file__).resolve().parent.name


def _ours(_item: object, name: str | None, kind: str, *_more: object) -> bool:
    """Only tables with our prefix belong to this history."""
    return kind != "table" or (name or "").startswith(NAME)


def _configure(**target: Any) -> None:
    context.configure(
        target_metadata=METADATA, version_table=f"{NAME}_alembic_version", include_object=_ours, **target
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
else:
    section = context.config.get_section(context.config.config_ini_section) or {}
    with engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool).connect() as connection:
        _configure(connection=connection)
