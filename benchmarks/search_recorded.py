"""Fill a site with recorded catalogues of partners, to measure how well their records are found.

The recordings are not part of the project (see `tests/external/`). They are read through the sources and
mappers as a harvest reads them; the rows are then inserted as they are, because most of the records lack
something that publishing here asks for, and a search has to find them all the same once a person added it.

    python benchmarks/search_recorded.py CKAN_INI

CKAN_INI names a site whose database may be filled with test records. Afterwards the index is made anew, and
`ckan migration search relevance tests/external/recorded-catalogue.yaml` measures it.
"""

from __future__ import annotations

import gzip
import json
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model
from search_catalogue import filled_and_indexed

PROJECT = Path(__file__).resolve().parents[1]
HDX = (
    "ckan/hdx-2025-11/*.json.gz",
    "ckan/hdx-package-search-2024-08/*.json.gz",
    "ckan/hdx-healthsites/*.json",
)
RDF = ("dcat/italy-unibo", "dcat/germany-govdata", "dcat/france-udata", "dcat/geonetwork-ui")
SUFFIXES = (".rdf", ".xml", ".ttl", ".jsonld")
_NAMESPACE = uuid.UUID("5e0b2f5e-6d0f-4c55-9f5c-8d3d1d0b9a10")

Recorded = tuple[str, str, Any]
"""Name, publisher, record."""


def recorded() -> Iterator[Recorded]:
    """Yield every record of the recordings that a mapper reads."""
    import replay  # noqa: PLC0415 - from tests/
    from ckanext.migration.harvest import naming  # noqa: PLC0415 - needs CKAN's configuration
    from partners import FIXTURES, harvest  # noqa: PLC0415 - from tests/

    stored = {package["id"]: package for package in _packages(FIXTURES)}
    with replay.serving(replay.ckan(list(stored.values()))) as portal:
        found = harvest(portal, "ckan", options={"rows": 1000})
    for key, record in found.records.items():
        organization = stored[key].get("organization") or {}
        yield stored[key]["name"], str(organization.get("title") or "HDX"), record
    for folder in RDF:
        for path in sorted(each for each in (FIXTURES / folder).iterdir() if each.suffix in SUFFIXES):
            body = path.read_bytes()
            with replay.serving(lambda _path, _query, body=body: replay.Answer(body)) as portal:
                try:
                    found = harvest(portal, "dcat", f"{portal.url}/catalog")
                except Exception as error:  # noqa: BLE001 - a recording of a broken catalogue
                    print(f"{path.name}: {error}")
                    continue
            for key, record in found.records.items():
                yield naming.slug(record.title() or key, path.stem, key), folder.rpartition("/")[2], record


def _packages(fixtures: Path) -> Iterator[Mapping[str, Any]]:
    for pattern in HDX:
        for path in sorted(fixtures.glob(pattern)):
            read = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            given = json.loads(read)
            rows = given["result"]["results"] if isinstance(given, dict) and "result" in given else given
            yield from rows if isinstance(rows, list) else [rows]


def fill() -> int:
    """Insert what is not there yet; return how many records the site then has of ours."""
    from migration_schemas import record as records  # noqa: PLC0415 - beside the others

    package, resource, member = model.package_table, model.resource_table, model.member_table
    owners: dict[str, str] = {}
    seen: set[str] = set()
    with model.meta.engine.begin() as connection:
        there = set(connection.execute(sa.select(package.c.name)).scalars())
        for name, publisher, record in recorded():
            if name in seen:
                continue
            seen.add(name)
            if name in there:
                continue
            if publisher not in owners:
                owners[publisher] = _owner(connection, publisher)
            given = records.to_package(record)
            key = str(uuid.uuid5(_NAMESPACE, name))
            resources = given.pop("resources")
            connection.execute(sa.insert(package), [_row(given, key, name, owners[publisher])])
            for position, each in enumerate(resources[:5]):
                connection.execute(sa.insert(resource), [_file(each, key, position)])
            connection.execute(
                sa.insert(member),
                [
                    {
                        "id": str(uuid.uuid5(_NAMESPACE, f"{key}member")),
                        "table_id": key,
                        "table_name": "package",
                        "capacity": "organization",
                        "group_id": owners[publisher],
                        "state": "active",
                    }
                ],
            )
    return len(seen)


def _owner(connection: sa.Connection, title: str) -> str:
    key = str(uuid.uuid5(_NAMESPACE, title))
    group = model.group_table
    if connection.execute(sa.select(group.c.id).where(group.c.id == key)).scalar() is None:
        row = {"id": key, "name": f"recorded-{key[:8]}", "title": title, "type": "organization"}
        connection.execute(
            sa.insert(group),
            [{**row, "is_organization": True, "state": "active", "approval_status": "approved"}],
        )
    return key


def _row(given: dict[str, Any], key: str, name: str, owner: str) -> dict[str, Any]:
    title, notes = given.pop("title", name), given.pop("notes", "")
    now = datetime.now(UTC).replace(tzinfo=None)
    extras = {
        field: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for field, value in given.items()
    }
    return {
        "id": key,
        "name": name,
        "title": title,
        "notes": notes,
        "type": "dataset",
        "state": "active",
        "private": False,
        "owner_org": owner,
        "metadata_created": now,
        "metadata_modified": now,
        "extras": extras,
    }


def _file(each: Mapping[str, Any], key: str, position: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{key}{position}")),
        "package_id": key,
        "url": str(each.get("url") or ""),
        "name": str(each.get("name") or ""),
        "description": "",
        "format": str(each.get("format") or ""),
        "position": position,
        "state": "active",
        "extras": {},
    }


if __name__ == "__main__":
    filled_and_indexed(sys.argv[1], fill)
