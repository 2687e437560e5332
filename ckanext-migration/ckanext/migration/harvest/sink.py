"""The only place that writes harvested datasets into CKAN, through its own actions and all of their hooks.

The site user acts, and what it may touch is decided here and nowhere else: a dataset whose id stands in the
ledger under this source and this remote id. CKAN's action commits; the caller has put its ledger rows into
the same session before, so that dataset, ledger and search outbox become true together or not at all.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import curation, foreknown, inserting, validating
from ckanext.migration.harvest.comparing import comparable, held_fields
from ckanext.migration.harvest.errors import IdentityConflict, SinkRefused
from ckanext.migration.harvest.naming import free_name, names, package_id, slug
from ckanext.migration.harvest.work import Origin, clean
from ckanext.migration.shared import KEEP_INVALID
from migration_schemas import Record, ckan_refusal
from migration_schemas import record as records

log = logging.getLogger(__name__)

HARVESTING = "migration_harvesting"  # in the context of what a run writes
OWNED = ("groups", "state", "creator_user_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One dataset to be written: the record, where it belongs, and what the last run wrote."""

    remote_id: str
    record: Record
    before: Record | None
    private: bool
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be handed to CKAN; `kept` names the fields that a person keeps against the partner."""

    action: str
    package: dict[str, Any]
    remote_id: str = ""
    kept: tuple[str, ...] = ()
    current: Mapping[str, Any] | None = None

    @property
    def package_id(self) -> str:
        """The id of the dataset."""
        return str(self.package["id"])


class Sink:
    """Writes for one source."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        self._organizations: dict[str, str] = {}
        self._validations = validating.Validations()

    def create(self, order: Order) -> Plan:
        """Plan a new dataset; its id follows from the identity, its name from the title."""
        identifier = package_id(self._origin.id, order.remote_id)
        if model.Package.get(identifier) is not None:
            raise IdentityConflict("The dataset of this record exists, but this source did not bring it.")
        wanted = slug(order.record.title("en"), self._origin.name, order.remote_id)
        name = free_name(wanted, self._origin.name, order.remote_id, _taken)
        package = self._package(order, order.record) | {"id": identifier, "name": name}
        return Plan(action="package_create", package=package)

    def create_all(self, orders: Sequence[Order]) -> list[Plan]:
        """Plan new datasets as `create` does, with one look at the database; conflicts are left out."""
        ids = {order.remote_id: package_id(self._origin.id, order.remote_id) for order in orders}
        slugs = {
            order.remote_id: slug(order.record.title("en"), self._origin.name, order.remote_id)
            for order in orders
        }
        # The name wanted, and the one that is taken where that is in use.
        known = {
            name
            for remote_id, wanted in slugs.items()
            for name in itertools.islice(names(wanted, self._origin.name, remote_id), 2)
        }
        used = _in_use([*ids.values(), *known])

        def taken(name: str) -> bool:
            return name in used or (name not in known and _taken(name))

        plans = []
        for order in orders:
            identifier, wanted = ids[order.remote_id], slugs[order.remote_id]
            if identifier in used:
                continue
            name = free_name(wanted, self._origin.name, order.remote_id, taken)
            used.update((identifier, name))
            package = self._package(order, order.record) | {"id": identifier, "name": name}
            plans.append(Plan(action="package_create", package=package, remote_id=order.remote_id))
        return plans

    def insert(self, plans: Sequence[Plan]) -> dict[str, inserting.New]:
        """Write new datasets into the present transaction; return those that were written by remote id.

        Raises what a hook or the database raises; nothing is to be committed then.
        """
        new = {}
        # once for all
        known: dict[str, Any] = {"auth_user_obj": model.User.get(self._user), foreknown.OWNERS: {}}
        for plan in plans:
            context = self._writing(plan) | known
            with contextlib.suppress(inserting.Unusual, tk.ValidationError):
                new[plan.remote_id] = inserting.validated(deepcopy(plan.package), context, self._validations)
        if new:
            inserting.insert(list(new.values()))
        return new

    def update(self, order: Order, held_package: str) -> Plan:
        """Plan a change of the dataset that the ledger names; what a person changed in it stays."""
        current = tk.get_action("package_show")(self._context(), {"id": held_package})
        merged, kept = _merged(order, current)
        package = self._package(order, merged) | {"id": held_package, "name": current["name"]}
        package |= {key: current[key] for key in OWNED if key in current}
        package["resources"] = _with_ids(package.get("resources") or [], current.get("resources") or [])
        return Plan(action="package_update", package=package, kept=kept, current=current)

    def retire(self, held_package: str) -> Plan | None:
        """Plan to withdraw a dataset from the public without deleting it; None if it is not public."""
        package = model.Package.get(held_package)
        if package is None or package.state != "active" or package.private:
            return None
        return Plan(action="package_patch", package={"id": held_package, "private": True})

    def write(self, plan: Plan) -> None:
        """Hand a plan to CKAN, which commits; raise SinkRefused with CKAN's reasons in words."""
        try:
            tk.get_action(plan.action)(self._writing(plan), plan.package)
        except tk.ValidationError as error:
            said = clean(ckan_refusal.sentences(error.error_dict))
            raise SinkRefused(said or "CKAN did not take the record.") from error

    def _package(self, order: Order, record: Record) -> dict[str, Any]:
        organization = self._organization(order.organization)
        given = {"type": "dataset", "private": order.private, "owner_org": organization}
        return {**records.to_package(record), **given}

    def _organization(self, name: str) -> str:
        if name not in self._organizations:
            group = model.Group.get(name)
            if group is None or not group.is_organization or group.state != "active":
                raise SinkRefused(
                    f"The organisation “{name}” does not exist here.",
                    remedy="Create it, or correct the option “publisher_organizations” of the source.",
                )
            self._organizations[name] = group.id
        return self._organizations[name]

    def _writing(self, plan: Plan) -> dict[str, Any]:
        context = self._context() | {"return_id_only": True}
        if plan.package.get("private"):
            # Kept with its report, also where a value has the wrong form; the publishing rule holds it back.
            context[KEEP_INVALID] = True
        if plan.current is not None:
            context["original_package"] = plan.current
        return context

    def _context(self) -> dict[str, Any]:
        """Act as the site user without further checks: identity was checked against the ledger."""
        session = {"model": model, "session": model.Session}
        return {"user": self._user, "ignore_auth": True, HARVESTING: True, **session}


def _merged(order: Order, current: Mapping[str, Any]) -> tuple[Record, tuple[str, ...]]:
    """Keep what a person changed since we wrote last (ID-04); the first time the partner's record counts."""
    if order.before is None:
        return order.record, ()
    holds = records.from_package(current)
    base, here = held_fields(order.before, current)
    merged = curation.merge(base, here, comparable(order.record))
    fields = {name: value for name, value in merged.fields.items() if name != "resources"}
    resources = holds.resources if "resources" in merged.kept else order.record.resources
    return Record(fields=fields, resources=resources), merged.kept


def _with_ids(fresh: list[dict[str, Any]], held: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give resources the ids they had, matched by address, so that links to them stay good."""
    ids: dict[str, list[str]] = {}
    for resource in held:
        ids.setdefault(str(resource.get("url")), []).append(resource["id"])
    result = []
    for resource in fresh:
        known = ids.get(str(resource.get("url")))
        result.append({**resource, "id": known.pop(0)} if known else resource)
    return result


def _in_use(texts: Sequence[str]) -> set[str]:
    """Find which of these texts are ids or names of datasets."""
    package = model.Package
    query = sa.select(package.id, package.name).where(sa.or_(package.id.in_(texts), package.name.in_(texts)))
    return {text for row in model.Session.execute(query) for text in row}


def _taken(name: str) -> bool:
    return model.Package.get(name) is not None
