"""CKAN's validation of new datasets, with the schema of a type read once for many of them.

`package_create` builds the schema of its type, flattens it several times and sorts its keys four times for
each dataset; that, and looking up in the database what the batch knows already, took two thirds of the
validation of a harvest. Here the schema is read once into levels, and each validator runs as in CKAN: in the
same order, on the same flat keys, and the same functions but for those that `foreknown` replaces. A test
compares what both ways make of the same datasets.

Only types whose form validates as CKAN or ckanext-scheming do are read; `Unlike` says so for others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.plugins import lookup_package_plugin
from ckan.plugins import IDatasetForm
from ckanext.scheming.plugins import SchemingDatasetsPlugin, expand_form_composite

from ckanext.migration.harvest import flat_keys, foreknown
from ckanext.migration.harvest.flat_keys import Flat, Key

ACTION = "package_create"

Step = tuple[Callable[..., Any], int]
"""A validator and the number of its arguments, which says how CKAN calls it."""


class Unlike(Exception):  # noqa: N818 - not a fault: the type is validated by CKAN itself
    """Datasets of this type are validated in a way of their own."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a schema says of the keys of one row: each with its chain, in CKAN's order."""

    plain: tuple[tuple[str, tuple[Step, ...]], ...]
    special: Mapping[str, tuple[Step, ...]]
    """Chains under `__before`, `__extras`, `__after` and `__junk`, which run before or after the others."""
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Validation:
    """The validation of new datasets of one type."""

    schema: Mapping[str, Any]
    levels: Mapping[Key, Level]
    """By the names on the way down: `()` is the dataset, `("resources",)` a resource."""
    ways: frozenset[Key]
    """The names on the way to all fields, and beginnings of such ways."""
    of_datasets: frozenset[str] = frozenset()
    of_resources: frozenset[str] = frozenset()
    """Fields with rows, which forms send flat."""

    def validate(self, package: dict[str, Any], context: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a dataset as CKAN stores it, None where CKAN finds errors.

        :param package: as `package_create` takes it, its id and name known to be free
        :param context: of `package_create`; see `foreknown.OWNERS`
        """
        expand_form_composite(package, set(self.of_datasets))
        for resource in package.get("resources") or () if self.of_resources else ():
            expand_form_composite(resource, set(self.of_resources))
        empty = [name for name, value in package.items() if value == []]
        flat = dict(flat_keys.flattened(package, (), self.schema))
        checked = self._flat(flat, {**context, "schema_keys": list(self.schema)})
        if checked is None:
            return None
        data = flat_keys.nested(checked)
        for name in empty:
            data.setdefault(name, [])
        return data

    def _flat(self, flat: Flat, context: dict[str, Any]) -> Flat | None:
        """Run all chains over the flat keys, in the order of CKAN's `_validate`."""
        rows = self._rows(flat)
        data = self._augmented(flat, rows)
        if data is None:
            return None
        errors: dict[Key, list[str]] = {
            (*row, name): [] for row, level in rows.items() for name in level.names
        }
        run = _Run(data, errors, context)
        for row, level in rows.items():
            run.chain((*row, "__before"), level.special.get("__before", ()))
        for row, level in rows.items():
            for name, steps in level.plain:
                run.chain((*row, name), steps)
        for row, level in rows.items():
            run.chain((*row, "__extras"), level.special.get("__extras", ()))
        for row, level in reversed(rows.items()):
            run.chain((*row, "__after"), level.special.get("__after", ()))
        run.chain(("__junk",), self.levels[()].special.get("__junk", ()))
        return None if any(errors.values()) else data

    def _rows(self, flat: Flat) -> dict[Key, Level]:
        """Find the dataset and the rows in it that the schema has a level for, the outer ones first."""
        found = {(): self.levels[()]}
        for row in sorted({key[:-1] for key in flat if len(key) > 1}, key=lambda row: (len(row), *row)):
            level = self.levels.get(row[::2])
            if level is not None and row[:-2] in found:
                found[row] = level
        return found

    def _augmented(self, flat: Flat, rows: Mapping[Key, Level]) -> Flat | None:
        """File what the schema does not name, and mark as missing what the data lack, as CKAN does."""
        data: Flat = {}
        junk: Flat = {}
        for key, value in flat.items():
            row, name = key[:-1], key[-1]
            level = rows.get(row)
            if level is not None and name in level.names:
                data[key] = value
            elif key[::2] in self.ways and value != []:
                return None  # a value where rows belong
            elif level is not None:
                data.setdefault((*row, "__extras"), {})[name] = value
            else:
                junk[key] = value
        if junk:
            data[("__junk",)] = junk
        for row, level in rows.items():
            for name, _steps in level.plain:
                data.setdefault((*row, name), tk.missing)
        return data


@dataclass(frozen=True, slots=True)
class _Run:
    """The validators of one dataset at work."""

    data: Flat
    errors: dict[Key, list[str]]
    context: dict[str, Any]

    def chain(self, key: Key, steps: Iterable[Step]) -> None:
        """Call validators as CKAN's `convert` does, until one stops the chain."""
        for function, arguments in steps:
            try:
                if arguments == 4:
                    function(key, self.data, self.errors, self.context)
                elif arguments == 1:
                    self.data[key] = function(self.data.get(key))
                else:
                    self.data[key] = function(self.data.get(key), self.context)
            except tk.Invalid as error:
                self.errors[key].append(error.error)
            except tk.StopOnError:
                return


@dataclass(slots=True)
class Validations:
    """What was read of the types of a run."""

    _known: dict[str, Validation | None] = field(default_factory=dict)

    def of(self, kind: str, context: Mapping[str, Any]) -> Validation | None:
        """Return the validation of a type, None for one that CKAN has to validate."""
        if kind not in self._known:
            try:
                self._known[kind] = read(kind, context)
            except Unlike:
                self._known[kind] = None
        return self._known[kind]


def read(kind: str, context: Mapping[str, Any]) -> Validation:
    """Read the schema for new datasets of a type; raises `Unlike` for a type with a way of its own."""
    plugin = lookup_package_plugin(kind)
    schema = plugin.create_package_schema()
    validate = getattr(type(plugin), "validate", IDatasetForm.validate)
    if validate is IDatasetForm.validate:
        return _validation(schema)
    if validate is not SchemingDatasetsPlugin.validate:
        raise Unlike(type(plugin).__name__)
    before = set(schema)
    known = {name: context[name] for name in ("model", "session", "user", "ignore_auth")}
    # completes the schema in place; what it says of the empty dataset does not matter
    plugin.validate(known, {"type": kind, "name": "x", "extras": []}, schema, ACTION)
    declared = plugin._expanded_schemas[kind]
    of_datasets = _with_rows(declared["dataset_fields"])
    as_text = [name for name in of_datasets if name not in before]
    if as_text:
        schema["__after"] = [*schema.get("__after", ()), foreknown.as_texts(as_text)]
    return _validation(schema, frozenset(of_datasets), frozenset(_with_rows(declared["resource_fields"])))


def _with_rows(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    return [each["field_name"] for each in fields if "repeating_subfields" in each]


def _validation(schema: Mapping[str, Any], *rows: frozenset[str]) -> Validation:
    levels = dict(_levels((), schema))
    ways = {(*way, name) for way, level in levels.items() for name in level.names} | levels.keys()
    return Validation(schema, levels, frozenset(ways), *rows)


def _levels(way: Key, schema: Mapping[str, Any]) -> Iterator[tuple[Key, Level]]:
    chains = {name: _steps(value) for name, value in schema.items() if isinstance(value, list)}
    yield (
        way,
        Level(
            plain=tuple(sorted((name, steps) for name, steps in chains.items() if not name.startswith("__"))),
            special={name: steps for name, steps in chains.items() if name.startswith("__")},
            names=frozenset(chains),
        ),
    )
    for name, value in schema.items():
        if isinstance(value, dict):
            yield from _levels((*way, name), value)


def _steps(chain: Iterable[Callable[..., Any]]) -> tuple[Step, ...]:
    known = foreknown.known()
    return tuple((known.get(each, each), _arguments(each)) for each in chain)


def _arguments(validator: Any) -> int:
    code = getattr(validator, "__code__", None)
    if code is None or code.co_argcount not in (1, 2, 4):
        raise Unlike(f"{validator!r} is not a function as CKAN calls it")
    return int(code.co_argcount)
