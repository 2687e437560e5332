"""New datasets written together: row for row what CKAN's `package_create` writes one by one.

Each is validated once, by the schema of its type, as CKAN does it; the rows of all go to the database with
one statement a table; the hooks of every plugin are called with what CKAN hands to them; and the index learns
of all of them together. What CKAN does besides is left out, because it says nothing new here: showing each
dataset twice.

Not covered, and so left to `package_create`: portals where another plugin changes that action, and datasets
with tags of CKAN's own, groups, relationships or data of plugins, and those that CKAN refuses. `Unusual`
says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.plugins import lookup_package_plugin, plugin_validate
from ckan.plugins import IPackageController, PluginImplementations

from ckanext.migration import shared
from ckanext.migration.harvest import validating
from ckanext.migration.interfaces import ICatalogueIndex
from ckanext.migration.logic.action import prepare_new

ACTIONS = ("package_create", "package_owner_org_update")
NOT_COVERED = ("tags", "groups", "relationships_as_subject", "relationships_as_object", "plugin_data")
IGNORED = ("extras", "revision_timestamp", "tracking_summary")
"""Keys of a resource that CKAN does not store."""

Context = dict[str, Any]


class Unusual(Exception):  # noqa: N818 - not a fault: the dataset is written by CKAN's action instead
    """Only CKAN's own action can write this."""


@dataclass(frozen=True, slots=True)
class New:
    """A dataset on its way: what its action would be called with, what its validation gave, its rows."""

    context: Context
    given: dict[str, Any]
    data: dict[str, Any]
    package: model.Package


def usual() -> bool:
    """Say whether datasets can be written together: by CKAN's own actions, for an index that takes many."""
    followed = any(True for _plugin in PluginImplementations(ICatalogueIndex))
    return followed and not any(shared.changed_by(action) for action in ACTIONS)


def validated(package: dict[str, Any], context: Context, validations: validating.Validations) -> New:
    """Validate a new dataset, in a transaction; raises Unusual for one that has to go through CKAN's action.

    :param package: as for `package_create`, with an id and a name that are free; completed in place
    :param context: as for `package_create`
    :param validations: what the run has learnt about types
    """
    prepare_new(context, package)
    tk.check_access("package_create", context, package)
    validation = validations.of(package["type"], context)
    data = _by_ckan(package, context) if validation is None else validation.validate(package, context)
    if data is None:
        raise Unusual("CKAN has reasons to refuse it")
    if any(data.get(name) for name in NOT_COVERED):
        raise Unusual("it has parts that lie in other tables")
    user = context["auth_user_obj"]  # looked up by the check
    if user is not None:
        data["creator_user_id"] = user.id
    return New(context, package, data, _rows(data))


def _by_ckan(package: dict[str, Any], context: Context) -> dict[str, Any] | None:
    plugin = lookup_package_plugin(package["type"])
    data, errors = plugin_validate(plugin, context, package, plugin.create_package_schema(), "package_create")
    return None if errors else data


def insert(new: Sequence[New]) -> None:
    """Write validated datasets into the transaction of the session, which the caller commits.

    Raises Unusual where the index wants datasets one by one, and whatever a hook or the database raises; the
    caller rolls back then.
    """
    model.Session.add_all([each.package for each in new])
    model.Session.flush()
    model.Session.add_all(memberships(new))
    for each in new:
        _told(each)
    model.Session.flush()
    left: Collection[str] = [each.package.id for each in new]
    for plugin in PluginImplementations(ICatalogueIndex):
        left = plugin.index_datasets(list(left))
    if left:
        raise Unusual("the index asks for datasets one by one")


def announce(new: Iterable[New]) -> None:
    """Tell after the commit that an action succeeded, as CKAN does for each call: activities hang on it."""
    for each in new:
        told = {"context": each.context, "data_dict": each.given, "result": each.data["id"]}
        tk.signals.action_succeeded.send("package_create", **told)


def _rows(data: dict[str, Any]) -> model.Package:
    """Build the rows of a dataset, as CKAN's `package_dict_save` does for one that is new."""
    now = datetime.now(UTC).replace(tzinfo=None)
    data.pop("metadata_created", None)
    data.pop("plugin_data", None)
    package = model.Package()
    package.from_dict({**data, "extras": {each["key"]: each["value"] for each in data.get("extras", ())}})
    package.metadata_modified = package.metadata_modified or now
    resources = []
    for given in data.get("resources") or ():
        for name in IGNORED:
            given.pop(name, None)
        given["package_id"] = package.id
        resource = model.Resource()
        _changed, resource.extras = resource.from_dict(given)
        resource.url_changed = True
        resource.metadata_modified, resource.state = now, "active"
        given["id"] = resource.id
        resources.append(resource)
    package.resources_all[:] = resources
    return package


def memberships(new: Iterable[New]) -> list[model.Member]:
    """Build the rows that make datasets those of their organisations."""
    made = []
    for package in (each.package for each in new if each.package.owner_org):
        member = model.Member(
            table_id=package.id,
            table_name="package",
            capacity="organization",
            group=model.Session.get(model.Group, package.owner_org),
            group_id=package.owner_org,
            state="active",
        )
        # Before a commit CKAN asks each member for its dataset, with a query; here it is at hand.
        member.related_packages = lambda package=package: [package]
        made.append(member)
    return made


def _told(new: New) -> None:
    """Call what plugins have to do with a new dataset, in CKAN's order."""
    for plugin in PluginImplementations(IPackageController):
        plugin.create(new.package)
        plugin.after_dataset_create(new.context, new.data)
    if new.data.get("resources"):
        kept = ("model", "session", "user", "auth_user_obj", "ignore_auth")
        views = {name: new.context[name] for name in kept}
        tk.get_action("package_create_default_resource_views")(views, {"package": new.data})
