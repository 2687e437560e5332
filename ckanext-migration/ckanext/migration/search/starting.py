"""What the search does when a process of the portal starts. An outage is no reason not to start."""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.migration.search import client, config
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.index import lifecycle

log = logging.getLogger(__name__)

_DATASETS = sa.text("select exists (select from package where state <> 'deleted')")


def prepare() -> None:
    """Make the index of a new portal, or say what is wrong with the one that is there."""
    try:
        engine = client.engine(config.address(timeout=config.save_timeout()))
        lifecycle.ensure(engine, config.alias(), filled=has_datasets)
        lifecycle.check_readable(engine, config.alias())
        if lifecycle.is_outdated(engine, config.alias()):
            log.warning("search.index.outdated: run `ckan migration search rebuild` to use the new fields")
    except SearchFault as fault:
        log.error("search.start code=%s: %s. %s", fault.code, fault.message, fault.remedy)


def has_datasets() -> bool:
    """Whether an index without documents would be wrong; so it would where the database does not tell.

    CKAN has not opened its database yet when plugins start, so this does.
    """
    database = sa.create_engine(tk.config["sqlalchemy.url"], poolclass=sa.pool.NullPool)
    try:
        with database.connect() as connection:
            return bool(connection.execute(_DATASETS).scalar())
    except sa.exc.ProgrammingError:  # there are no tables yet: a new portal
        return False
    except sa.exc.SQLAlchemyError as error:
        log.warning("search.start.database error=%s", type(error).__name__)
        return True
