"""The part of SDMX's information model that a catalogue needs, whichever syntax and version it came in.

Dataflows with the dimensions of their structures, the codes of the lists behind these, what is said to be
available, categories and agencies. One dataflow with all of that is written as JSON that is the same bytes
for the same content: that is the raw record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_harvesters import strict_json

Key = tuple[str, str, str]  # agency, identifier, version
Names = dict[str, str]  # a text by language

MAX_CODES = 5_000
"""Codes of one list that are kept: a list of all municipalities says nothing about the data."""
_URN = re.compile(r"=([^:=]+):([^(]+)\(([^)]+)\)(?:\.(.+))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One dataflow."""

    key: Key
    urn: str = ""
    names: Names = field(default_factory=dict)
    descriptions: Names = field(default_factory=dict)
    structure: Key | None = None
    valid_from: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One dimension of a data structure; `concept` is the name of the concept scheme's entry."""

    id: str
    concept: str = ""
    codelist: Key | None = None
    time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """What a constraint says about the content of a dataflow or of a structure."""

    values: dict[str, list[str]] = field(default_factory=dict)
    start: str = ""
    end: str = ""


@dataclass(slots=True)
class Structures:
    """Everything that one structure message says, by key."""

    flows: dict[Key, Flow] = field(default_factory=dict)
    dimensions: dict[Key, list[Dimension]] = field(default_factory=dict)
    codes: dict[Key, dict[str, Names]] = field(default_factory=dict)
    concepts: dict[str, tuple[Names, Key | None]] = field(default_factory=dict)
    available: dict[Key, Available] = field(default_factory=dict)
    categories: dict[str, Names] = field(default_factory=dict)
    categorised: dict[Key, list[str]] = field(default_factory=dict)
    agencies: dict[str, dict[str, Any]] = field(default_factory=dict)


def key(urn: str) -> Key | None:
    """Give agency, identifier and version of a URN of SDMX."""
    found = _URN.search(urn.strip())
    return (found[1], found[2], found[3]) if found else None


def item(urn: str) -> str:
    """Give the identifier of an item inside a scheme, such as a concept or a category, from its URN."""
    found = _URN.search(urn.strip())
    return found[4] or "" if found else ""


def urn_of(flow: Flow) -> str:
    """Give the URN of a dataflow, also where the message does not write it."""
    agency, name, version = flow.key
    return flow.urn or f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={agency}:{name}({version})"


def record(flow: Flow, known: Structures, data: str) -> bytes:
    """Write one dataflow with all that is known about it; `data` is the address of its data."""
    told = known.flows.get(flow.key, flow)
    structure = told.structure or flow.structure
    dimensions = known.dimensions.get(structure) if structure else None
    available = _available(known, flow.key, structure)
    return strict_json.canonical(
        {
            "urn": urn_of(flow),
            "agency": {"id": flow.key[0], **known.agencies.get(flow.key[0], {})},
            "version": flow.key[2],
            "names": told.names or flow.names,
            "descriptions": told.descriptions or flow.descriptions,
            "valid_from": told.valid_from or flow.valid_from,
            "structure": list(structure) if structure else None,
            "categories": list(_categories(known, flow.key)),
            "dimensions": None
            if dimensions is None
            else [_dimension(one, known, available) for one in dimensions],
            "period": {"start": available.start, "end": available.end},
            "data": data,
        }
    )


def _available(known: Structures, flow: Key, structure: Key | None) -> Available:
    """Prefer what is said of the flow itself over what is said of its structure."""
    found = known.available.get(flow)
    return found or (known.available.get(structure) if structure else None) or Available()


def _categories(known: Structures, flow: Key) -> Iterator[Names]:
    for name in dict.fromkeys(known.categorised.get(flow, ())):
        if name in known.categories:
            yield known.categories[name]


def _dimension(one: Dimension, known: Structures, available: Available) -> dict[str, Any]:
    """Write a dimension: its names, and the codes that are available, or else all of its list."""
    names, of_concept = known.concepts.get(one.concept or one.id, ({}, None))
    place = one.codelist or of_concept
    codes = known.codes.get(place) if place else None
    said = available.values.get(one.id)
    kept = said if said is not None else list(codes or ())
    few = len(kept) <= MAX_CODES
    return {
        "id": one.id,
        "concept": one.concept,
        "names": names,
        "time": one.time,
        "codelist": place[1] if place else None,
        "missing": place is not None and codes is None,
        "available": said is not None,
        "count": len(kept),
        "codes": {code: (codes or {}).get(code, {}) for code in sorted(kept)} if few else {},
    }


def add_available(known: Structures, attached: Iterable[Key | None], said: Available) -> None:
    """Note what a constraint says for each thing that it is attached to; the first one counts."""
    for place in attached:
        if place is not None:
            known.available.setdefault(place, said)


def names_in(value: Any) -> Names:
    """Read texts by language out of JSON, in the order of their languages."""
    said = value if isinstance(value, Mapping) else {}
    return {str(lang): words for lang, words in sorted(said.items()) if isinstance(words, str) and words}
