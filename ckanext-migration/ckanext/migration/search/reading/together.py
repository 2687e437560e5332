"""Hundreds of datasets at once, shaped for the index as CKAN would shape each by itself.

Read with a few queries (``rows``), shown by the schemas of their type (``showing``), and then handed to every
plugin's hooks and to CKAN's own index code. Where a dataset, its type or a plugin is out of the ordinary,
the dataset is left to CKAN: the caller reads it ``alone``.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
from ckan import logic, model
from ckan.logic import schema as schemas
from ckanext.scheming.plugins import SchemingDatasetsPlugin

from ckanext.migration.search.delivery import capture
from ckanext.migration.search.reading import rows, showing

log = logging.getLogger(__name__)

_OURS = ("ckan.logic.action.", "ckanext.migration.")
_ACTION = "package_show"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Type:
    """How datasets of one type are shown."""

    way: showing.Plan
    composite: frozenset[str] = frozenset()
    """Fields of ckanext-scheming whose rows are kept as one JSON text among the extras."""


@dataclass(slots=True)
class Together:
    """Reads batches; keeps what it learnt about the types of datasets."""

    standard: showing.Plan
    types: dict[str, Type | None] = field(default_factory=dict)

    def documents(self, ids: Sequence[str]) -> dict[str, Document | None]:
        """Return ``{dataset id: document}``, None for what CKAN does not want in the index.

        What is missing in the answer has to be read alone.
        """
        batch = rows.read(ids)
        found: dict[str, Document | None] = {}
        for dataset, package in batch.packages.items():
            if dataset in batch.related:
                continue
            try:
                found[dataset] = self._document(package, batch)
            except showing.Unusual as why:
                log.debug("search.reading.unusual dataset=%s reason=%s", dataset, why)
            except Exception as error:  # noqa: BLE001 - whatever it is, CKAN's own way has to meet it and say so
                model.Session.rollback()
                log.info("search.reading.left_to_ckan dataset=%s error=%s", dataset, type(error).__name__)
        return found

    def within(self, ids: Sequence[str]) -> dict[str, Document | None]:
        """Do the same in a transaction of the caller: what a plugin raises is raised, nothing is undone."""
        batch = rows.read(ids)
        found: dict[str, Document | None] = {}
        for dataset, package in batch.packages.items():
            if dataset not in batch.related:
                with contextlib.suppress(showing.Unusual):
                    found[dataset] = self._document(package, batch)
        return found

    def one(self, dataset: str, asking: Mapping[str, Any]) -> tuple[dict[str, Any], Document | None]:
        """Return a dataset as `package_show` shows it to whoever is `asking`, and its document.

        Works in a transaction of the caller, as `within`. Raises `Unusual` where CKAN has to do it.
        """
        batch = rows.read([dataset])
        package = batch.packages.get(dataset)
        if package is None or dataset in batch.related:
            raise showing.Unusual("the dataset is gone or has relations")
        return self._read(package, batch, {**asking, **_context(package)})

    def _document(self, package: model.Package, batch: rows.Batch) -> Document | None:
        return self._read(package, batch, _context(package))[1]

    def _read(
        self, package: model.Package, batch: rows.Batch, context: Any
    ) -> tuple[dict[str, Any], Document | None]:
        dictionary = rows.dictionary(package, batch, context)
        for plugin in p.PluginImplementations(p.IPackageController):
            plugin.read(package)
        for plugin in p.PluginImplementations(p.IResourceController):
            for resource in dictionary["resources"]:
                plugin.before_resource_show(resource)
        kind = self._type(dictionary["type"])
        plain = showing.show(dictionary, self.standard, context)
        own = showing.show(_opened(dictionary, kind.composite), kind.way, context)
        logic.apply_after_dataset_show_plugins(context, own)
        with capture.listening() as caught:
            logic.index_update_package_dicts((plain, own))
        return own, caught.documents[0] if caught.documents else None

    def _type(self, name: str) -> Type:
        if name not in self.types:
            try:
                self.types[name] = _learn(name)
            except showing.Unusual as why:
                log.warning("search.reading.type_left_to_ckan type=%s reason=%s", name, why)
                self.types[name] = None
        found = self.types[name]
        if found is None:
            raise showing.Unusual("the type is left to CKAN")
        return found


def possible() -> Together:
    """Return a reader; raises `Unusual` where a plugin has changed how datasets are shown at all."""
    action: Any = inspect.unwrap(logic.get_action(_ACTION))
    while isinstance(action, functools.partial):  # CKAN binds each chained action to the one before
        _check(action.func)
        action = action.args[0]
    _check(action)
    return Together(showing.plan(schemas.default_show_package_schema()))


def _check(function: Any) -> None:
    if not str(function.__module__).startswith(_OURS):
        raise showing.Unusual(f"{function.__module__} changes {_ACTION}")


def _learn(name: str) -> Type:
    plugin = lib_plugins.lookup_package_plugin(name)
    schema = plugin.show_package_schema()
    validate = getattr(type(plugin), "validate", p.IDatasetForm.validate)
    if validate is p.IDatasetForm.validate:
        return Type(showing.plan(schema))
    if validate is not SchemingDatasetsPlugin.validate:
        raise showing.Unusual(f"{type(plugin).__name__} validates by itself")
    before = set(schema)
    # completes the schema in place; what it says of the empty dataset does not matter
    plugin.validate(_context(None), {"type": name, "name": "x", "extras": []}, schema, _ACTION)
    composite = {key for key, entry in schema.items() if isinstance(entry, dict) and key not in before}
    return Type(showing.plan(schema), frozenset(composite))


def _opened(dictionary: rows.Dictionary, composite: frozenset[str]) -> rows.Dictionary:
    """Read composite fields out of the extras, as ckanext-scheming does before it validates."""
    if not composite or not dictionary["extras"]:
        return dictionary
    found = dict(dictionary)
    found["extras"] = []
    for extra in dictionary["extras"]:
        if extra["key"] in composite:
            found[extra["key"]] = json.loads(extra["value"])
        else:
            found["extras"].append(extra)
    return found


def _context(package: model.Package | None) -> Any:
    context: dict[str, Any] = {"model": model, "session": model.Session, "ignore_auth": True}
    context |= {"use_cache": False, "validate": False}
    return context if package is None else {**context, "package": package}
