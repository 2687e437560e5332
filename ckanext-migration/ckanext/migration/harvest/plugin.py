"""The plugin `migration_harvest`: sources, runs and their pages."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.cli import migration
from ckanext.migration.harvest import (
    access,
    corrections,
    helpers,
    pages_corrections,  # noqa: F401 - adds its pages to the blueprint
    pages_partner,  # noqa: F401 - as above
    pages_source,  # noqa: F401 - as above
    pages_terms,  # noqa: F401 - as above
    views,
)
from ckanext.migration.harvest.actions import correction, partner, protocol, record, run, source, term
from ckanext.migration.harvest.commands import harvest
from ckanext.migration.harvest.sink import HARVESTING

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
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification)

    def update_config(self, config: Any) -> None:
        """Serve the style sheet of the pages."""
        tk.add_resource("assets", "migration_harvest")

    def get_actions(self) -> dict[str, Any]:
        """Collect the actions of the three modules by their prefix."""
        return {
            name: thing
            for module in (source, run, record, term, correction, partner, protocol)
            for name, thing in vars(module).items()
            if name.startswith(PREFIX)
        }

    def get_auth_functions(self) -> dict[str, Any]:
        """Give each action its authorisation function of the same name."""
        return access.functions()

    def get_blueprint(self) -> list[Any]:
        """Serve the pages; the other modules of pages add theirs to the one blueprint."""
        return [views.blueprint]

    def get_commands(self) -> list[click.Command]:
        """`ckan migration harvest`."""
        migration.add_command(harvest)
        return [migration]

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Note what a person changed in a partner's record; what a run writes is no correction."""
        if not context.get(HARVESTING) and context.get("user"):
            corrections.observe(pkg_dict["id"], author=context["user"])

    def notify(self, entity: Any, operation: Any) -> None:
        """Forget what people said of a dataset that is purged, in the same transaction."""
        if isinstance(entity, model.Package) and operation == model.DomainObjectOperation.deleted:
            corrections.forget(entity.id)

    def get_helpers(self) -> dict[str, Any]:
        """Let the dataset page say that a partner no longer lists a dataset."""
        return {
            "migration_harvest_absence": helpers.migration_harvest_absence,
            "migration_harvest_protocol": helpers.migration_harvest_protocol,
        }
