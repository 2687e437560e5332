"""The plugin `migration_copies`: the same dataset from several holders is one hit of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration.cli import migration
from ckanext.migration.copies import actions, auth, cli, following, groups, helpers, places, views
from ckanext.migration.interfaces import IEntries, Place


@tk.blanket.actions(actions)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.helpers(helpers)
class MigrationCopiesPlugin(p.SingletonPlugin):
    """Find, decide, fold."""

    p.implements(IEntries)
    p.implements(p.IClick)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification)
    p.implements(p.ISignal)

    # IClick

    def get_commands(self) -> list[click.Command]:
        """`ckan migration copies`."""
        migration.add_command(cli.copies)
        return [migration]

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Look for copies of what a harvest brought."""
        return {tk.signals.ckanext.signal("harvest_finished"): [{"receiver": following.after_run}]}

    # IEntries

    def entries(self, ids: Sequence[str]) -> Mapping[str, Place]:
        """Put copies into the entry of their original."""
        return places.of(ids)

    # IPackageController

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Let copies follow when their original enters or leaves a series."""
        places.follow(pkg_dict["id"])

    # IDomainObjectModification

    def notify(self, entity: Any, operation: Any) -> None:
        """Forget a dataset that is purged, in the same transaction."""
        if isinstance(entity, model.Package) and operation == model.DomainObjectOperation.deleted:
            groups.forget(entity.id)
