"""Rows of figures → one record a group: what a group covers, and not which row came first.

Services of the field list figures, not datasets (one row a place and a day). A record made of them holds the
columns that name its group, and of others the smallest, the largest and all values, so that it changes only
when what it covers does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migration_harvesters import plain, walks
from migration_harvesters.records import Page, Tally
from migration_harvesters.row_mapping import RowMapping

MOST_GROUPS = 20_000
MOST_VALUES = 300


def pages(rules: RowMapping, sorting: walks.Sorting, read: walks.Read, home: str) -> Iterator[Page]:
    """Read all rows of figures, then give one record a group: a group is known when its last row was seen."""
    groups = Groups(rules.group, rules.summarise)
    rows = Tally()
    for leaf in walks.leaves(read, rows, home):
        for row in leaf.rows:
            if rules.kept(row):
                groups.add(row)
    sorting.tally.problems.extend(rows.problems)
    sorting.tally.stable = rows.stable
    if groups.overflow:
        sorting.tally.cut(f"There are more than {MOST_GROUPS:,} groups; name fewer columns in `group`.")
    if groups.unnamed:
        sorting.tally.cut(f"{groups.unnamed} rows do not say which group they belong to.")
    yield from walks.parts(list(groups.rows()), sorting)


class Groups:
    """Collects rows; memory grows with the groups, not with the rows."""

    def __init__(self, keys: Iterable[str], columns: Iterable[str]) -> None:
        self._keys = tuple(keys)
        self._columns = tuple(columns)
        self._found: dict[tuple[str, ...], dict[str, Any]] = {}
        self.unnamed = 0
        self.overflow = False

    def add(self, row: Any) -> None:
        """Take a row in; one that names no group is counted and left."""
        key = tuple(plain.word(plain.dug(row, name)) for name in self._keys)
        if not all(key):
            self.unnamed += 1
            return
        if key not in self._found:
            if len(self._found) >= MOST_GROUPS:
                self.overflow = True
                return
            self._found[key] = {"@rows": 0, **{name: {} for name in self._columns}}
        group = self._found[key]
        group["@rows"] += 1
        for name in self._columns:
            for word in plain.words(plain.dug(row, name)):
                _note(group[name], word)

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Give one row a group, in the order of their names."""
        for key in sorted(self._found):
            group = self._found[key]
            said = {name: values for name in self._columns if (values := group[name])}
            yield {
                **dict(zip(self._keys, key, strict=True)),
                "@rows": group["@rows"],
                "@min": {name: values["@min"] for name, values in said.items()},
                "@max": {name: values["@max"] for name, values in said.items()},
                "@all": {name: sorted(values["@all"]) for name, values in said.items()},
            }


def _note(values: dict[str, Any], word: str) -> None:
    if not values:
        values.update({"@min": word, "@max": word, "@all": set()})
    values["@min"], values["@max"] = min(values["@min"], word), max(values["@max"], word)
    if len(values["@all"]) < MOST_VALUES:
        values["@all"].add(word)
