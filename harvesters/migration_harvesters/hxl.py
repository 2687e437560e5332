"""What the data of an HXL-tagged file prove: by which features they are told apart, of where and of when.

A hashtag alone is a promise. A feature counts as verified when the column holds at least two different values
(or, for figures of women and men or of age bands in columns of their own, when two such columns hold values).
HXL 1.1: https://hxlstandard.org/standard/1-1final/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from migration_harvesters import text
from migration_harvesters.tables import Table

MOST_VALUES = 400
_AGE = re.compile(r"age_?\d+(?:_\d+)?|age|adults|children|infants|elderly|adolescents")
_SEX = frozenset({"f", "m", "i", "female", "male"})
_FIGURES = frozenset({"#affected", "#population", "#inneed", "#targeted", "#reached"})
_GROUPS = {
    "refugees": "refugees",
    "idps": "idps",
    "asylum": "asylum-seekers",
    "asylumseekers": "asylum-seekers",
    "stateless": "stateless",
}
"""Attributes of figures → our list of population groups. Of `+returnees` the kind of return is not said."""


@dataclass(slots=True)
class Proven:
    """What the rows show; values are those of the file, in order of their spelling."""

    rows: int = 0
    features: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    destinations: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    level: int | None = None


def proven(table: Table) -> Proven:
    """Look through the rows of a table."""
    tags = [
        (tag.split("+")[0], frozenset(tag.split("+")[1:]), number) for number, tag in enumerate(table.tags)
    ]
    values = {number: _values(table, number) for _, _, number in tags}
    filled = [(name, attributes, number) for name, attributes, number in tags if values[number]]
    several = [(name, attributes) for name, attributes, number in filled if len(values[number]) > 1]
    found = Proven(rows=len(table.rows))
    found.features = _features(several, [attributes for _, attributes, _ in filled])
    words = {word for name, attributes, _ in filled if name in _FIGURES for word in attributes}
    found.groups = list(dict.fromkeys(code for word, code in _GROUPS.items() if word in words))
    levels = [int(name[4:]) for name, _, _ in filled if re.fullmatch(r"#adm[0-5]", name)]
    found.level = max(levels, default=None)

    def collected(wanted: Callable[[str, frozenset[str]], bool]) -> list[str]:
        return sorted(
            {
                word
                for name, attributes, number in filled
                if wanted(name, attributes)
                for word in values[number]
            }
        )

    found.origins = collected(lambda name, said: name == "#country" and "origin" in said)
    found.destinations = collected(lambda name, said: name == "#country" and bool(said & {"asylum", "dest"}))
    found.countries = collected(
        lambda name, said: name == "#country" and not said & {"origin", "asylum", "dest"}
    )
    found.dates = sorted(
        {day for word in collected(lambda name, _: name == "#date") if (day := text.day(word))}
    )
    return found


def _values(table: Table, number: int) -> set[str]:
    found: set[str] = set()
    for row in table.rows:
        word = text.line(row[number], 200) if number < len(row) else ""
        if word and len(found) < MOST_VALUES:
            found.add(word)
    return found


def _features(several: list[tuple[str, frozenset[str]]], filled: list[frozenset[str]]) -> list[str]:
    """Give codes of our list of disaggregation that the data bear out."""
    sexes = {word[:1] for attributes in filled for word in attributes & _SEX}
    ages = {word for attributes in filled for word in attributes if _AGE.fullmatch(word)}
    found: dict[str, bool] = {
        "sex": len(sexes) > 1
        or any(name in ("#gender", "#sex") or "sex" in said or "gender" in said for name, said in several),
        "age": len(ages) > 1 or any("age" in said for _, said in several),
        "country-of-origin": any(name == "#country" and "origin" in said for name, said in several),
        "country-of-destination": any(
            name == "#country" and said & {"asylum", "dest"} for name, said in several
        ),
        "reference-area": any(
            name == "#country" or re.fullmatch(r"#(adm[1-5]|loc|region)", name) for name, _ in several
        ),
        "nationality": any("nationality" in said for _, said in several),
        "reason": any(name == "#cause" or "reason" in said for name, said in several),
    }
    return [code for code, seen in found.items() if seen]


def columns(table: Table) -> list[dict[str, Any]]:
    """Give the columns of a table with their hashtags."""
    tags = [*table.tags, *[""] * (len(table.header) - len(table.tags))]
    return [{"name": name, "hxl": tag} for name, tag in zip(table.header, tags, strict=False) if name]
