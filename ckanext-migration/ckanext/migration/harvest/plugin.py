"""The plugin `migration_harvest`: sources, runs and their pages."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click

from ckanext.migration.cli import migration
from ckanext.migration.harvest import access, helpers, views
from ckanext.migration.harvest.actions import record, run, source
from ckanext.migration.harvest.cli import harvest

PREFIX = "migration_harvest_"


@tk.blanket.config_declarations
class MigrationHarvestPlugin(p.SingletonPlugin):
    """Harvesting: partners' records become datasets."""

    p.implements(p.IConfigurer)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.IClick)
    p.implements(p.ITemplateHelpers)

    def update_config(self, config: Any) -> None:
        """Serve the style sheet of the pages."""
        tk.add_resource("assets", "migration_harvest")

    def get_actions(self) -> dict[str, Any]:
        """Collect the actions of the three modules by their prefix."""
        return {
            name: thing
            for module in (source, run, record)
            for name, thing in vars(module).items()
            if name.startswith(PREFIX)
        }

    def get_auth_functions(self) -> dict[str, Any]:
        """Give each action its authorisation function of the same name."""
        return access.functions()

    def get_blueprint(self) -> list[Any]:
        """Serve the pages."""
        return [views.blueprint]

    def get_commands(self) -> list[click.Command]:
        """`ckan migration harvest`."""
        migration.add_command(harvest)
        return [migration]

    def get_helpers(self) -> dict[str, Any]:
        """Let the dataset page say that a partner no longer lists a dataset."""
        return {"migration_harvest_absence": helpers.migration_harvest_absence}
