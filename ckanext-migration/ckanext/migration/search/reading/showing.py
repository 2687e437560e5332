"""A schema of CKAN for showing datasets, read once and then applied to many.

``package_show`` validates a dataset with a schema whose validators, for the most part, put nothing but
the form right: drop what is missing, read a value from the extras, decode it. CKAN's machinery for this
flattens a dataset to some hundred keys and sorts them several times. Here the schema becomes a `Plan` once,
and a dataset goes through it as it is.

A plan knows the validators it may follow. Where another one would have a say, and wherever a dataset is
not shaped as the schema expects, `Unusual` is raised: the caller then lets CKAN itself show the dataset.
The order of the keys is CKAN's, so that both ways write the same JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckan.lib.navl import validators as navl
from ckan.lib.navl.dictization_functions import Invalid, StopOnError, missing
from ckan.logic import converters
from ckan.logic import validators as logic

Row = dict[str, Any]
Step = Callable[[Any, Row, Any], Any]
"""``(value, the row, the context) -> value``; `_Drop` takes the value out, `StopOnError` ends the chain."""

KEPT, DROPPED, FILED = "kept", "dropped", "filed"
"""What becomes of keys that a schema does not name; else CKAN files them as ``__extras``."""
_EXTRAS = "extras"
_WHOLE = ("__before", "__after", "__junk")


class Unusual(Exception):  # noqa: N818 - not a fault: the dataset is shown by CKAN instead
    """Only CKAN itself can tell how this is shown."""


class _Drop(Exception):  # noqa: N818 - as above
    """The value is taken out of the row."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schema does with the values of one row and with the rows inside it."""

    kept: frozenset[str]
    """Fields without validators: left as they are."""
    optional: frozenset[str]
    """Fields that are only left out when they are missing."""
    chains: tuple[tuple[str, tuple[Step, ...]], ...]
    """The other fields, in the order in which CKAN takes them."""
    from_extras: Mapping[str, tuple[Step, ...]]
    """Fields that may lie among the extras."""
    nested: Mapping[str, Plan] = field(default_factory=dict)
    others: str = FILED


def plan(schema: Mapping[str, Any]) -> Plan:
    """Read a schema; raises `Unusual` for one with validators that look at whole datasets."""
    if not {each for name in _WHOLE for each in schema.get(name, ())} <= _HARMLESS:
        raise Unusual("the schema has validators of whole datasets")
    kept, optional, chains, extras, nested = set(), set(), [], {}, {}
    for name, entry in schema.items():
        if name.startswith("__"):
            continue
        if isinstance(entry, Mapping) and entry:
            nested[name] = plan(entry)
        elif entry == []:
            kept.add(name)
        elif entry == [navl.ignore_missing]:
            optional.add(name)
        elif not isinstance(entry, list):
            raise Unusual(f"the schema of {name} is neither a list nor fields")
        elif entry[0] is converters.convert_from_extras:
            extras[name] = _after_extras(name, entry)
        else:
            chains.append((name, tuple(_step(each) for each in entry)))
    return Plan(
        kept=frozenset(kept),
        optional=frozenset(optional),
        chains=tuple(sorted(chains, key=lambda chain: chain[0])),
        from_extras=extras,
        nested=nested,
        others=_others(schema.get("__extras")),
    )


def _after_extras(name: str, entry: list[Any]) -> tuple[Step, ...]:
    if entry[1:2] != [navl.ignore_missing]:
        raise Unusual(f"{name} may be missing from the extras")
    return tuple(_step(each) for each in entry[1:])


def show(package: Row, way: Plan, context: Any) -> Row:
    """Apply a plan to a dataset; the dataset itself stays as it was."""
    empty = [name for name, value in package.items() if value == []]
    row = package
    if way.from_extras:
        row = _without_moved_extras(package, way)
    found = _row(row, way, context)
    for name in empty:
        found.setdefault(name, [])
    return found


def _without_moved_extras(package: Row, way: Plan) -> Row:
    """Move the extras that are fields of the schema to their fields."""
    moved, left = {}, []
    for extra in package[_EXTRAS]:
        if extra["key"] in way.from_extras:
            moved[extra["key"]] = extra["value"]
        else:
            left.append(extra)
    row = {**package, **moved}
    if moved and left:
        row[_EXTRAS] = left
    elif moved:
        del row[_EXTRAS]
    return row


def _row(given: Row, way: Plan, context: Any) -> Row:
    row, lists, others = _parted(given, way)
    for name in way.kept - row.keys():
        row[name] = missing
    for name, steps in way.chains:
        if name in others or steps[0] not in _NEEDING:
            row[name] = others.pop(name, missing)
            _follow(name, steps, row, context)
    for name in way.from_extras.keys() & row.keys():
        _follow(name, way.from_extras[name], row, context)
    if others and way.others == KEPT:
        row.update(others)
    elif others and way.others == FILED:
        row["__extras"] = others
    found = dict(sorted(row.items()))
    for name, rows in sorted(lists.items()):
        found[name] = _rows(rows, way.nested[name], context)
    return found


def _parted(given: Row, way: Plan) -> tuple[Row, Row, Row]:
    """Part a row's values: plain fields, lists of rows, and the others, fields of chains among them."""
    row, lists, others = {}, {}, {}
    for name, value in given.items():
        if name in way.optional:
            if value is not None and value is not missing:
                row[name] = value
        elif name in way.kept or name in way.from_extras:
            row[name] = value
        elif name in way.nested and value != []:
            lists[name] = value
        else:
            others[name] = value
    return row, lists, others


def _rows(rows: Any, way: Plan, context: Any) -> list[Row]:
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Unusual("a list of values where rows are expected")
    return [_row(each, way, context) for each in rows]


def _follow(name: str, steps: tuple[Step, ...], row: Row, context: Any) -> None:
    for step in steps:
        try:
            row[name] = step(row.get(name), row, context)
        except Invalid:
            continue  # CKAN notes the error, which nobody reads when a dataset is shown, and goes on
        except StopOnError:
            return
        except _Drop:
            row.pop(name, None)
            return


# ------------------------------------------------------------------ validators


def _ignore_missing(value: Any, _row: Row, _context: Any) -> Any:
    if value is None or value is missing:
        raise _Drop
    return value


def _ignore_empty(value: Any, _row: Row, _context: Any) -> Any:
    if value is missing or not value:
        raise _Drop
    return value


def _ignore(_value: Any, _row: Row, _context: Any) -> Any:
    raise _Drop


def _not_empty(value: Any, _row: Row, _context: Any) -> Any:
    if value in (False, 0, 0.0):
        return value
    if value is missing or not value:
        raise StopOnError
    return value


def _as_it_is(value: Any, _row: Row, _context: Any) -> Any:
    return value


def _unknown(_value: Any, _row: Row, _context: Any) -> Any:
    raise Unusual("a validator that looks at more than its own value")


_SAME_AS = navl.if_empty_same_as("x").__code__
_KNOWN: dict[Any, Step] = {
    navl.ignore_missing: _ignore_missing,
    navl.ignore_empty: _ignore_empty,
    navl.ignore: _ignore,
    navl.not_empty: _not_empty,
    logic.package_name_validator: _as_it_is,  # only adds errors, and asks the database for them
    logic.name_validator: _as_it_is,
}
_NEEDING = {_ignore_missing, _ignore_empty, _ignore}
_HARMLESS = {navl.ignore, navl.empty, logic.duplicate_extras_key}
_ABOUT_OTHERS = {navl.ignore_missing, logic.extras_valid_json, navl.keep_extras}


def _step(validator: Any) -> Step:
    known = _KNOWN.get(validator)
    if known is not None:
        return known
    code = getattr(validator, "__code__", None)
    if code is _SAME_AS:
        other = validator.__closure__[0].cell_contents
        return lambda value, row, _context: row[other] if value is missing or not value else value
    count = code.co_argcount if code else 0
    if count == 1:
        return lambda value, _row, _context: validator(value)
    if count == 2:
        return lambda value, _row, context: validator(value, context)
    return _unknown


def _others(validators: Any) -> str:
    if validators is None:
        return FILED
    if validators == [navl.ignore]:
        return DROPPED
    if validators and validators[-1] is navl.keep_extras and set(validators) <= _ABOUT_OTHERS:
        return KEPT
    raise Unusual("the schema does something else with keys that it does not name")
