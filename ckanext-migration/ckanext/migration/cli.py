"""``ckan migration``: the group that every plugin of this extension hangs its commands on."""

from __future__ import annotations

import click

from ckanext.migration.validate_cli import validate
from ckanext.migration.vocab_cli import vocab

migration = click.Group(
    "migration",
    help="The migration data registry: search index, harvesting and what belongs to them.",
)

migration.add_command(validate)
migration.add_command(vocab)

__all__ = ["migration"]
