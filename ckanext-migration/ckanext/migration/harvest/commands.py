"""All commands of `ckan migration harvest`, put together: each module adds its own to the group."""

from __future__ import annotations

from ckanext.migration.harvest import (
    cli_decisions,  # noqa: F401 - adds its commands
    cli_sources,  # noqa: F401 - as above
    cli_terms,  # noqa: F401 - as above
)
from ckanext.migration.harvest.cli import harvest

__all__ = ["harvest"]
