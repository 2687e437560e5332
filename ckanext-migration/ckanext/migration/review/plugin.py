"""The plugin `migration_review`: agencies that want it review their datasets before they are public."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.interfaces import IPublishing
from ckanext.migration.review import actions, auth, helpers, steps, views


@tk.blanket.actions(actions)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.helpers(helpers)
@tk.blanket.config_declarations
class MigrationReviewPlugin(p.SingletonPlugin):
    """Submit, return, approve."""

    p.implements(IPublishing)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification)

    # IPublishing

    def why_not_publish(self, context: Any, owner_org: str | None) -> str | None:
        """Refuse whoever does not review for the agency; the portal itself (harvests, jobs) is not asked."""
        if context.get("ignore_auth") or not steps.required(owner_org) or auth.reviews(context, owner_org):
            return None
        return tk._(
            "This agency reviews its datasets before they are public. "
            "Keep it as a draft or private and submit it for review."
        )

    # IPackageController

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Close what a reviewer made public past the list; the history says who did it."""
        package = context.get("package")
        public = package is not None and package.state == "active" and not package.private
        if public and steps.newest(package.id) in steps.OPEN:
            user = model.User.get(context.get("user"))
            steps.add(package, steps.PUBLISHED, user.id if user else None)

    # IDomainObjectModification

    def notify(self, entity: Any, operation: Any) -> None:
        """Forget the review of a dataset that is purged, in the same transaction."""
        if isinstance(entity, model.Package) and operation == model.DomainObjectOperation.deleted:
            steps.forget(entity.id)
