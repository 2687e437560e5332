"""Sources as a YAML file for a repository, and sources of ckanext-harvest read from its tables.

No secret is in either: a source knows the name of an environment variable, never a key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
import yaml
from ckan import model

from ckanext.migration.harvest.naming import slug

SETTINGS = (
    "title",
    "url",
    "protocol",
    "organization",
    "options",
    "credential",
    "allow_private",
    "public",
    "notify",
    "state",
)
THEIRS = "harvest_source"
# Types of harvesters there, and the protocols that read the same here.
TYPES = {
    "ckan": "ckan",
    "dcat_rdf": "dcat",
    "dcat_json": "dcat_us",
    "csw": "csw",
    "oaipmh": "oai_pmh",
    "oai_pmh": "oai_pmh",
}
# Keys of their configuration, and the options that mean the same here.
KEYS = {"organizations_filter_include": "organizations", "groups_filter_include": "groups"}


def dump(sources: Iterable[Mapping[str, Any]]) -> str:
    """Write sources, as `source_list` shows them, as YAML; what is not set is left out."""
    entries = {}
    for source in sources:
        entry = {key: source.get(key) for key in SETTINGS}
        organization = source.get("organization")
        entry["organization"] = organization["name"] if isinstance(organization, Mapping) else None
        entries[str(source["name"])] = {key: value for key, value in entry.items() if value}
    return yaml.safe_dump({"sources": entries}, allow_unicode=True, sort_keys=False)


def load(text: str) -> dict[str, dict[str, Any]]:
    """Read sources by name from such a file; raise ValueError that says what is wrong with it."""
    try:
        whole = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise ValueError(f"This is not YAML: {str(exc).splitlines()[0]}") from exc
    entries = whole.get("sources") if isinstance(whole, Mapping) else None
    if not isinstance(entries, Mapping):
        raise ValueError("The file needs “sources:” with one entry a source.")
    for name, entry in entries.items():
        if not isinstance(entry, Mapping):
            raise ValueError(f"{name}: expected settings, got {type(entry).__name__}.")
        unknown = sorted(set(map(str, entry)) - set(SETTINGS))
        if unknown:
            raise ValueError(f"{name}: there is no setting {', '.join(unknown)}.")
    return {str(name): dict(entry) for name, entry in entries.items()}


def different(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Name the settings that a file wants otherwise than a source has them."""
    organization = held.get("organization") or {}
    has = {**held, "organization": organization.get("name")}
    same_id = {"organization": organization.get("id")}
    return [
        key for key, value in wanted.items() if value not in (has.get(key), same_id.get(key, has.get(key)))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A source of ckanext-harvest: what it becomes here, what has no counterpart, or why it stays there."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    problem: str = ""


def of_ckanext_harvest() -> list[Theirs] | None:
    """Read the active sources of ckanext-harvest from its tables in this database; None if it has none."""
    if not sa.inspect(model.Session.get_bind()).has_table(THEIRS):
        return None
    query = sa.text(
        "select s.id, s.title, s.url, s.type, s.config, p.name, p.owner_org"
        " from harvest_source s left join package p on p.id = s.id where s.active order by s.title, s.id"
    )
    return [_theirs(row) for row in model.Session.execute(query)]


def _theirs(row: Any) -> Theirs:
    name = row.name or slug(row.title or row.id, "source", row.id)
    if row.type not in TYPES:
        return Theirs(name=name, problem=f"No protocol here reads the type “{row.type}”.")
    if not row.owner_org:
        return Theirs(name=name, problem="It belongs to no organisation.")
    try:
        config = json.loads(row.config) if row.config else {}
    except ValueError:
        return Theirs(name=name, problem="Its configuration is not valid JSON.")
    given = {KEYS[key]: value for key, value in config.items() if key in KEYS}
    left_out = tuple(sorted(key for key in config if key not in KEYS))
    data = {
        "title": row.title or name,
        "url": row.url,
        "protocol": TYPES[row.type],
        "organization": row.owner_org,
        "options": given,
    }
    return Theirs(name=name, data=data, left_out=left_out)
