"""The plugin `migration_quality`: scores that are kept, their history, link checks, scorecards."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.cli import migration
from ckanext.migration.logic.publishing import readable
from ckanext.migration.quality import actions, auth, helpers, ledger, views
from ckanext.migration.quality.cli import quality


@tk.blanket.actions(actions)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.helpers(helpers)
@tk.blanket.config_declarations
class MigrationQualityPlugin(p.SingletonPlugin):
    """Scores of descriptions."""

    p.implements(p.IClick)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification)

    # IClick

    def get_commands(self) -> list[click.Command]:
        """`ckan migration quality`."""
        migration.add_command(quality)
        return [migration]

    # IPackageController

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Keep the score of a new dataset, in the transaction that stores it."""
        _keep(pkg_dict)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Keep the score of a changed dataset, in the transaction that stores it."""
        _keep(pkg_dict)

    # IDomainObjectModification

    def notify(self, entity: Any, operation: Any) -> None:
        """Forget the scores of a dataset that is purged, in the same transaction."""
        if isinstance(entity, model.Package) and operation == model.DomainObjectOperation.deleted:
            ledger.forget(model.Session.connection(), entity.id)


def _keep(package: dict[str, Any]) -> None:
    if package.get("type", "dataset") == "dataset" and package.get("id"):
        ledger.keep(model.Session.connection(), readable(package))
